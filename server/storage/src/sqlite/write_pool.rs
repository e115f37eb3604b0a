//! Pool of connections that write, each with a permit of the scheduler.

use super::connection::{PooledConnection, Transaction};
use super::write_scheduler::{WritePermit, WriteScheduler};
use crate::query::{Connection as _, Query};
use sqlx::SqlitePool;

/// Pool of connections that write with a permit.
#[derive(Debug, Clone)]
pub(super) struct Pool {
    connections: SqlitePool,
    scheduler: WriteScheduler,
    is_exclusive: bool,
}

impl Pool {
    pub(super) fn new(
        connections: SqlitePool,
        scheduler: &WriteScheduler,
        is_exclusive: bool,
    ) -> Self {
        Self {
            connections,
            scheduler: scheduler.clone(),
            is_exclusive,
        }
    }

    pub(super) async fn close(&self) {
        self.connections.close().await;
    }

    async fn permit(&self) -> WritePermit {
        if self.is_exclusive {
            self.scheduler.exclusive().await
        } else {
            self.scheduler.shared().await
        }
    }

    /// Takes the write lock immediately (I1). A transaction that reads first and upgrades later
    /// would fail whenever another process wrote in between, regardless of the busy timeout.
    pub(super) async fn begin(&self) -> sqlx::Result<Transaction> {
        // W2: the permit comes before the connection, so that writes queue in memory.
        let permit = self.permit().await;
        let inner = self.connections.begin_with("BEGIN IMMEDIATE").await?;
        Ok(Transaction::new(inner, permit))
    }

    /// Lends a connection for a statement that reads, which needs no permit.
    pub(super) async fn acquire(&self) -> sqlx::Result<PooledConnection> {
        let connection = self.connections.acquire().await?;
        Ok(PooledConnection::for_reading(connection))
    }

    /// Lends a connection for a single statement that writes, with a permit (W2).
    pub(super) async fn acquire_for_writing(&self) -> sqlx::Result<PooledConnection> {
        let permit = self.permit().await;
        let connection = self.connections.acquire().await?;
        Ok(PooledConnection::for_writing(connection, permit))
    }

    /// Runs a single statement that writes.
    pub(super) async fn execute(&self, query: Query<'_>) -> sqlx::Result<u64> {
        self.acquire_for_writing().await?.run(query).await
    }
}
