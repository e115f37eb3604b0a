//! Connections with limits on every statement.
//!
//! The server ends statements that take too long (`statement_timeout`, `lock_timeout`). A server
//! that hangs, or that no packet reaches, does not, and sqlx waits for it as long as the operating
//! system keeps the connection. So there is a limit on this side, too. A connection on which a
//! statement was abandoned, by the limit or by the caller, is closed and not reused.

use super::{CHANGES, lock, number};
use crate::commit::CommitError;
use crate::listing::PastDeadline;
use crate::query::{self, Query, Row};
use domain::AccountId;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgDatabaseError;
use sqlx::{AssertSqlSafe, Executor as _, PgPool, Postgres};
use std::ops::{Deref, DerefMut};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout, timeout_at};

/// Maximum duration of a statement, including the wait for locks. The server's own limits are
/// lower.
pub(super) const STATEMENT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long an idle connection may take to prove that it is alive. Without this limit, a connection
/// on which no packet arrives would use up the time of one caller after another.
pub(super) const PING_TIMEOUT: Duration = Duration::from_millis(500);

/// `query_canceled`, with which a statement ends at its timeout.
const CANCELLED: &str = "57014";

fn timed_out() -> sqlx::Error {
    let reason = "the database did not answer in time";
    sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, reason))
}

/// Pool of connections of one kind.
#[derive(Debug, Clone)]
pub(super) struct Pool {
    pool: PgPool,
    /// Total time of a call, starting with the wait for a connection, if [`STATEMENT_TIMEOUT`]
    /// alone is too long.
    total_time: Option<Duration>,
}

impl Pool {
    pub(super) fn new(pool: PgPool, total_time: Option<Duration>) -> Self {
        Self { pool, total_time }
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }

    pub(super) async fn acquire(&self) -> sqlx::Result<Connection> {
        let deadline = self
            .total_time
            .map(|total_time| Instant::now() + total_time);
        self.acquire_until(deadline).await
    }

    /// Acquires a connection for a listing, on which every statement is abandoned at `deadline`.
    pub(super) async fn acquire_for_listing(&self, deadline: Instant) -> sqlx::Result<Connection> {
        let mut connection = self.acquire_until(Some(deadline)).await?;
        connection.is_listing = true;
        Ok(connection)
    }

    async fn acquire_until(&self, deadline: Option<Instant>) -> sqlx::Result<Connection> {
        Ok(Connection {
            inner: self.pool.acquire().await?,
            deadline,
            is_busy: false,
            is_listing: false,
        })
    }

    /// Begins a transaction with these statements, each of which ends with a semicolon.
    pub(super) async fn begin(&self, statements: String) -> sqlx::Result<Transaction> {
        // Created before the statement is sent, so that the transaction is rolled back if this
        // future is dropped.
        let mut transaction = Transaction(Some(self.acquire().await?));
        let begin = format!("BEGIN ISOLATION LEVEL READ COMMITTED; {statements}");
        transaction.send(begin).await?;
        Ok(transaction)
    }
}

/// One connection while it is in use.
#[derive(Debug)]
pub(crate) struct Connection {
    inner: PoolConnection<Postgres>,
    /// Time at which every statement on this connection is abandoned.
    deadline: Option<Instant>,
    /// A statement is in progress.
    is_busy: bool,
    /// The server cancels a statement only at the deadline of the listing.
    is_listing: bool,
}

impl Connection {
    /// Returns the time at which a statement that begins now is abandoned.
    fn statement_deadline(&self) -> Instant {
        let statement_deadline = Instant::now() + STATEMENT_TIMEOUT;
        self.deadline.map_or(statement_deadline, |deadline| {
            deadline.min(statement_deadline)
        })
    }

    /// Sends statements without values.
    pub(super) async fn send(&mut self, statements: String) -> sqlx::Result<()> {
        let deadline = self.statement_deadline();
        self.is_busy = true;
        let result = timeout_at(deadline, self.inner.execute(AssertSqlSafe(statements))).await;
        self.finish(result).map(drop)
    }

    /// Ends a statement that was answered in time.
    fn finish<T>(&mut self, answer: Result<sqlx::Result<T>, Elapsed>) -> sqlx::Result<T> {
        let answer = answer.map_err(|_| timed_out())?;
        self.is_busy = false;
        if self.is_listing {
            answer.map_err(past_deadline)
        } else {
            answer
        }
    }
}

/// Reports a cancellation as a listing that is past its deadline.
fn past_deadline(error: sqlx::Error) -> sqlx::Error {
    let is_cancelled = error
        .as_database_error()
        .and_then(|error| error.try_downcast_ref::<PgDatabaseError>())
        .is_some_and(|error| error.code() == CANCELLED);
    if is_cancelled {
        PastDeadline::error()
    } else {
        error
    }
}

impl query::Connection for Connection {
    async fn run(&mut self, query: Query<'_>) -> sqlx::Result<u64> {
        let deadline = self.statement_deadline();
        self.is_busy = true;
        let result = timeout_at(deadline, self.inner.run(query)).await;
        self.finish(result)
    }

    async fn all_rows(&mut self, query: Query<'_>) -> sqlx::Result<Vec<Row>> {
        let deadline = self.statement_deadline();
        self.is_busy = true;
        let rows = timeout_at(deadline, self.inner.all_rows(query)).await;
        self.finish(rows)
    }

    async fn first_row(&mut self, query: Query<'_>) -> sqlx::Result<Option<Row>> {
        let deadline = self.statement_deadline();
        self.is_busy = true;
        let row = timeout_at(deadline, self.inner.first_row(query)).await;
        self.finish(row)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.is_busy {
            self.inner.close_on_drop();
        } else if let Ok(runtime) = Handle::try_current() {
            // sqlx first tests whether the connection is alive. Without a limit, it would wait for
            // the answer as long as the operating system keeps the connection, and block its place
            // in the pool.
            runtime.spawn(timeout(PING_TIMEOUT, self.inner.return_to_pool()));
        }
    }
}

/// A transaction. Dropping it without a commit rolls it back.
#[derive(Debug)]
pub(crate) struct Transaction(Option<Connection>);

impl Transaction {
    pub(crate) async fn commit(mut self) -> Result<(), CommitError> {
        self.send("COMMIT".to_owned()).await?;
        self.0 = None;
        Ok(())
    }

    /// Acquires the account's lock in a feed's transaction. It is released when the transaction
    /// ends.
    pub(crate) async fn lock_account(&mut self, account: &AccountId) -> sqlx::Result<()> {
        self.send(lock(CHANGES, number(account))).await
    }
}

impl query::Connection for Transaction {
    async fn run(&mut self, query: Query<'_>) -> sqlx::Result<u64> {
        (**self).run(query).await
    }

    async fn all_rows(&mut self, query: Query<'_>) -> sqlx::Result<Vec<Row>> {
        (**self).all_rows(query).await
    }

    async fn first_row(&mut self, query: Query<'_>) -> sqlx::Result<Option<Row>> {
        (**self).first_row(query).await
    }
}

impl Deref for Transaction {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0.as_ref().expect("it is there until it is over")
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Connection {
        self.0.as_mut().expect("it is there until it is over")
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        // If a statement is in progress, closing the connection rolls back.
        if let Some(mut connection) = self.0.take().filter(|connection| !connection.is_busy) {
            tokio::spawn(async move {
                if connection.send("ROLLBACK".to_owned()).await.is_err() {
                    connection.inner.close_on_drop();
                }
            });
        }
    }
}
