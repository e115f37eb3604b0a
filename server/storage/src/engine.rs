//! The thin layer between the ports and the two engines.
//!
//! An [`Engine`] begins transactions by guarantee and lends connections by purpose. `sqlite` and
//! `postgres` implement it, and the ports use nothing else of them.

use crate::commit::CommitError;
use crate::error::ErrorContext as _;
use crate::lock_scope::LockScope;
use crate::ports::{audit, installation, pepper};
use crate::query::{ByEngine, Connection, Executor, Query, Row};
use crate::{postgres, sqlite};
use async_trait::async_trait;
use domain::AccountId;
use service::store::{DiskSpace, StoreError};
use std::fmt::Debug;

/// Pools of an engine, named by what they guarantee.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PoolName {
    /// Durable changes.
    Writer,
    /// Reads of a few rows by an index.
    Readers,
    /// Reads that end at a deadline (see [`crate::listing`]).
    Listings,
    /// Look-ups of keys by digest, of sessions, and of sign-in data.
    Authentication,
    /// Writes that survive the end of the process, but perhaps not a failure of the machine.
    NonDurable,
    /// Reports between nodes. No other call uses these connections.
    Coordination,
}

/// Connection that a pool lends for one statement.
pub(crate) type PooledConnection = ByEngine<sqlite::PooledConnection, postgres::Connection>;

/// Transaction of an engine. Dropping it without a commit rolls it back.
pub(crate) type OpenTransaction = ByEngine<sqlite::Transaction, postgres::Transaction>;

/// Database of one kind.
#[async_trait]
pub(crate) trait Engine: Debug + Send + Sync {
    /// Lends a connection for a statement that reads.
    async fn acquire(&self, pool: PoolName) -> sqlx::Result<PooledConnection>;

    /// Lends a connection for a statement that writes.
    async fn acquire_for_writing(&self, pool: PoolName) -> sqlx::Result<PooledConnection> {
        self.acquire(pool).await
    }

    /// Begins a durable change once its lock is granted.
    async fn begin(&self, scope: LockScope<'_>) -> sqlx::Result<OpenTransaction>;

    /// Begins a change that a failure of the machine may lose.
    async fn begin_non_durable(&self) -> sqlx::Result<OpenTransaction>;

    /// Begins a change that may be lost, but that draws numbers that must not be drawn twice.
    async fn begin_numbered(&self) -> sqlx::Result<OpenTransaction>;

    /// Begins a change of coordination data that has to survive a failure of the machine as long as
    /// any node survives it.
    async fn begin_durable_coordination(&self) -> sqlx::Result<OpenTransaction>;

    /// Waits until a feed can be written without delaying other changes for long.
    async fn make_room_for_feed(&self) {}

    /// Deletes the rows of nodes that were killed, if the engine can detect them. Otherwise the
    /// other nodes notice it after a while.
    async fn forget_dead_nodes(&self) -> sqlx::Result<()> {
        Ok(())
    }

    /// Checks that the database accepts changes. It can become read-only at any time.
    async fn check_writable(&self) -> sqlx::Result<()>;

    /// Returns the space on the database's disk, if it can be measured.
    fn measure_disk(&self) -> Option<DiskSpace> {
        None
    }

    /// Waits for a hint that keys may have changed. Never returns if the engine gives none, so that
    /// nodes rely on polling.
    async fn wait_for_hint(&self) {
        std::future::pending::<()>().await;
    }

    /// Returns the statements that search the audit log.
    fn audit_log_statements(&self) -> &'static audit::LogStatements;

    /// Closes every connection once it is idle. Later calls find the database unavailable.
    async fn close(&self);
}

/// Pool of an engine, for statements of one purpose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pool<'a> {
    pub(crate) engine: &'a dyn Engine,
    pub(crate) name: PoolName,
    pub(crate) context: &'static str,
}

impl Executor for Pool<'_> {
    fn context(&self) -> &'static str {
        self.context
    }

    async fn run(self, query: Query<'_>) -> sqlx::Result<u64> {
        let mut connection = self.engine.acquire_for_writing(self.name).await?;
        connection.run(query).await
    }

    async fn all_rows(self, query: Query<'_>) -> sqlx::Result<Vec<Row>> {
        let mut connection = self.engine.acquire(self.name).await?;
        connection.all_rows(query).await
    }

    async fn first_row(self, query: Query<'_>) -> sqlx::Result<Option<Row>> {
        let mut connection = self.engine.acquire(self.name).await?;
        connection.first_row(query).await
    }
}

/// Transaction of a port. Dropping it without a commit rolls it back.
#[derive(Debug)]
pub(crate) struct Transaction {
    inner: OpenTransaction,
    context: &'static str,
}

impl Transaction {
    pub(crate) const fn new(inner: OpenTransaction, context: &'static str) -> Self {
        Self { inner, context }
    }

    /// Commits the change.
    ///
    /// # Errors
    /// [`StoreError::InDoubt`] if it may have been committed nevertheless.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        let result: Result<(), CommitError> = match self.inner {
            ByEngine::Sqlite(transaction) => transaction.commit().await,
            ByEngine::Postgres(transaction) => transaction.commit().await,
        };
        result.context(self.context)
    }

    /// Acquires the account's lock in a feed's transaction. SQLite needs nothing more, since the
    /// feed already holds the write lock.
    pub(crate) async fn lock_account(&mut self, account: &AccountId) -> Result<(), StoreError> {
        match &mut self.inner {
            ByEngine::Sqlite(_) => Ok(()),
            ByEngine::Postgres(transaction) => transaction
                .lock_account(account)
                .await
                .context(self.context),
        }
    }

    /// Returns the statement that reads the pepper's fingerprint and prevents its replacement until
    /// the end of the transaction.
    pub(crate) const fn shared_pepper_statement(&self) -> &'static str {
        match &self.inner {
            ByEngine::Sqlite(_) => installation::PEPPER_FINGERPRINT,
            ByEngine::Postgres(_) => pepper::SHARED,
        }
    }

    /// The connection, for steps that also run before a store is open.
    pub(crate) const fn connection(&mut self) -> &mut OpenTransaction {
        &mut self.inner
    }
}

impl Executor for &mut Transaction {
    fn context(&self) -> &'static str {
        self.context
    }

    async fn run(self, query: Query<'_>) -> sqlx::Result<u64> {
        self.inner.run(query).await
    }

    async fn all_rows(self, query: Query<'_>) -> sqlx::Result<Vec<Row>> {
        self.inner.all_rows(query).await
    }

    async fn first_row(self, query: Query<'_>) -> sqlx::Result<Option<Row>> {
        self.inner.first_row(query).await
    }
}
