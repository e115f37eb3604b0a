//! Connections and transactions, and what they release when they end.

use super::interruption::{Interruption, past_deadline};
use super::write_scheduler::WritePermit;
use crate::commit::CommitError;
use crate::query::{Connection, Query, Row};
use sqlx::{Sqlite, pool};

/// Connection of a pool, for one statement.
#[derive(Debug)]
pub(crate) struct PooledConnection {
    /// Interrupts a listing that still runs. Declared before `inner`, so that it is dropped first.
    listing: Option<Interruption>,
    inner: pool::PoolConnection<Sqlite>,
    /// Declared after `inner`, so that it is released after it (W6).
    permit: Option<WritePermit>,
}

impl PooledConnection {
    pub(super) const fn for_reading(inner: pool::PoolConnection<Sqlite>) -> Self {
        Self {
            listing: None,
            inner,
            permit: None,
        }
    }

    pub(super) const fn for_listing(
        inner: pool::PoolConnection<Sqlite>,
        listing: Interruption,
    ) -> Self {
        Self {
            listing: Some(listing),
            inner,
            permit: None,
        }
    }

    pub(super) const fn for_writing(
        inner: pool::PoolConnection<Sqlite>,
        permit: WritePermit,
    ) -> Self {
        Self {
            listing: None,
            inner,
            permit: Some(permit),
        }
    }

    fn map_deadline<T>(&self, result: sqlx::Result<T>) -> sqlx::Result<T> {
        if self.listing.is_some() {
            result.map_err(past_deadline)
        } else {
            result
        }
    }
}

impl Connection for PooledConnection {
    async fn run(&mut self, query: Query<'_>) -> sqlx::Result<u64> {
        let result = self.inner.run(query).await;
        let rows = self.map_deadline(result)?;
        if let Some(permit) = &self.permit {
            permit.report_commit();
        }
        Ok(rows)
    }

    async fn all_rows(&mut self, query: Query<'_>) -> sqlx::Result<Vec<Row>> {
        let rows = self.inner.all_rows(query).await;
        self.map_deadline(rows)
    }

    async fn first_row(&mut self, query: Query<'_>) -> sqlx::Result<Option<Row>> {
        let row = self.inner.first_row(query).await;
        self.map_deadline(row)
    }
}

/// A transaction with its permit. Dropping it without a commit rolls it back (I6).
#[derive(Debug)]
pub(crate) struct Transaction {
    inner: sqlx::Transaction<'static, Sqlite>,
    /// Declared after `inner`, so that it is dropped after it (W6).
    permit: WritePermit,
}

impl Transaction {
    pub(super) const fn new(
        inner: sqlx::Transaction<'static, Sqlite>,
        permit: WritePermit,
    ) -> Self {
        Self { inner, permit }
    }

    pub(crate) async fn commit(self) -> Result<(), CommitError> {
        // W5. An error here may leave the commit in doubt (F5).
        self.inner.commit().await?;
        self.permit.report_commit();
        Ok(())
    }
}

impl Connection for Transaction {
    async fn run(&mut self, query: Query<'_>) -> sqlx::Result<u64> {
        self.inner.run(query).await
    }

    async fn all_rows(&mut self, query: Query<'_>) -> sqlx::Result<Vec<Row>> {
        self.inner.all_rows(query).await
    }

    async fn first_row(&mut self, query: Query<'_>) -> sqlx::Result<Option<Row>> {
        self.inner.first_row(query).await
    }
}
