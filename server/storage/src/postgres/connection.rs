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
pub(super) const LIMIT: Duration = Duration::from_secs(5);

/// How long an idle connection may take to prove that it is alive. Without this limit, a connection
/// on which no packet arrives would use up the time of one caller after another.
pub(super) const PING: Duration = Duration::from_millis(500);

/// `query_canceled`, with which a statement ends at its timeout.
const CANCELLED: &str = "57014";

fn late() -> sqlx::Error {
    let why = "the database did not answer in time";
    sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, why))
}

/// Pool of connections of one kind.
#[derive(Debug, Clone)]
pub(super) struct Pool {
    pool: PgPool,
    /// Total time of a call, starting with the wait for a connection, if [`LIMIT`] alone is too
    /// long.
    in_all: Option<Duration>,
}

impl Pool {
    pub(super) fn new(pool: PgPool, in_all: Option<Duration>) -> Self {
        Self { pool, in_all }
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }

    pub(super) async fn acquire(&self) -> sqlx::Result<Connection> {
        let until = self.in_all.map(|in_all| Instant::now() + in_all);
        self.acquire_with(until).await
    }

    /// Acquires a connection for a listing, on which every statement is abandoned at `until`.
    pub(super) async fn acquire_for_listing(&self, until: Instant) -> sqlx::Result<Connection> {
        let mut connection = self.acquire_with(Some(until)).await?;
        connection.is_listing = true;
        Ok(connection)
    }

    async fn acquire_with(&self, until: Option<Instant>) -> sqlx::Result<Connection> {
        Ok(Connection {
            inner: self.pool.acquire().await?,
            until,
            busy: false,
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
    until: Option<Instant>,
    /// A statement is in progress.
    busy: bool,
    /// The server cancels a statement only at the deadline of the listing.
    is_listing: bool,
}

impl Connection {
    /// Returns the time at which a statement that begins now is abandoned.
    fn limit(&self) -> Instant {
        let limit = Instant::now() + LIMIT;
        self.until.map_or(limit, |until| until.min(limit))
    }

    /// Sends statements without values.
    pub(super) async fn send(&mut self, statements: String) -> sqlx::Result<()> {
        let until = self.limit();
        self.busy = true;
        let done = timeout_at(until, self.inner.execute(AssertSqlSafe(statements))).await;
        self.answered(done).map(drop)
    }

    /// Ends a statement that was answered in time.
    fn answered<T>(&mut self, answer: Result<sqlx::Result<T>, Elapsed>) -> sqlx::Result<T> {
        let answer = answer.map_err(|_| late())?;
        self.busy = false;
        if self.is_listing {
            answer.map_err(past_deadline)
        } else {
            answer
        }
    }
}

/// Reports a cancellation as a listing that is past its deadline.
fn past_deadline(error: sqlx::Error) -> sqlx::Error {
    let cancelled = error
        .as_database_error()
        .and_then(|error| error.try_downcast_ref::<PgDatabaseError>())
        .is_some_and(|error| error.code() == CANCELLED);
    if cancelled {
        PastDeadline::error()
    } else {
        error
    }
}

impl query::Connection for Connection {
    async fn run(&mut self, query: Query<'_>) -> sqlx::Result<u64> {
        let until = self.limit();
        self.busy = true;
        let done = timeout_at(until, self.inner.run(query)).await;
        self.answered(done)
    }

    async fn all_rows(&mut self, query: Query<'_>) -> sqlx::Result<Vec<Row>> {
        let until = self.limit();
        self.busy = true;
        let rows = timeout_at(until, self.inner.all_rows(query)).await;
        self.answered(rows)
    }

    async fn first_row(&mut self, query: Query<'_>) -> sqlx::Result<Option<Row>> {
        let until = self.limit();
        self.busy = true;
        let row = timeout_at(until, self.inner.first_row(query)).await;
        self.answered(row)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.busy {
            self.inner.close_on_drop();
        } else if let Ok(runtime) = Handle::try_current() {
            // sqlx first tests whether the connection is alive. Without a limit, it would wait for
            // the answer as long as the operating system keeps the connection, and block its place
            // in the pool.
            runtime.spawn(timeout(PING, self.inner.return_to_pool()));
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
        if let Some(mut connection) = self.0.take().filter(|connection| !connection.busy) {
            tokio::spawn(async move {
                if connection.send("ROLLBACK".to_owned()).await.is_err() {
                    connection.inner.close_on_drop();
                }
            });
        }
    }
}
