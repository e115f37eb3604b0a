//! Connections with limits on every statement.
//!
//! The server ends statements that take too long (`statement_timeout`, `lock_timeout`). A server
//! that hangs, or that no packet reaches, does not, and sqlx waits for it as long as the operating
//! system keeps the connection. So there is a limit on this side, too. A connection on which a
//! statement was abandoned, by the limit or by the caller, is closed and not reused.

use crate::commit::CommitError;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{StreamExt as _, TryStreamExt as _};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{AssertSqlSafe, Describe, Either, Execute, Executor, PgPool, Postgres, SqlStr};
use std::ops::{Deref, DerefMut};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout, timeout_at};

/// Maximum duration of a statement, including the wait for locks. The server's own limits are
/// lower.
pub(super) const LIMIT: Duration = Duration::from_secs(5);

/// How long an idle connection may take to prove that it is alive. Without this limit, a connection
/// on which no packet arrives would use up the time of one caller after another.
pub(super) const PING: Duration = Duration::from_millis(500);

type Step = Either<PgQueryResult, PgRow>;

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

    async fn acquire(&self) -> sqlx::Result<Connection> {
        let until = self.in_all.map(|in_all| Instant::now() + in_all);
        self.acquire_with(until).await
    }

    /// Acquires a connection on which every statement is abandoned at `until`.
    pub(super) async fn acquire_until(&self, until: Instant) -> sqlx::Result<Connection> {
        self.acquire_with(Some(until)).await
    }

    async fn acquire_with(&self, until: Option<Instant>) -> sqlx::Result<Connection> {
        Ok(Connection {
            inner: self.pool.acquire().await?,
            until,
            busy: false,
        })
    }

    /// Begins a transaction with these statements, each of which ends with a semicolon.
    pub(super) async fn begin(&self, statements: String) -> sqlx::Result<Transaction> {
        // Created before the statement is sent, so that the transaction is rolled back if this
        // future is dropped.
        let mut transaction = Transaction(Some(self.acquire().await?));
        let sql = format!("BEGIN ISOLATION LEVEL READ COMMITTED; {statements}");
        transaction.execute(AssertSqlSafe(sql)).await?;
        Ok(transaction)
    }
}

/// One connection while it is in use.
#[derive(Debug)]
pub(super) struct Connection {
    inner: PoolConnection<Postgres>,
    /// Time at which every statement on this connection is abandoned.
    until: Option<Instant>,
    /// A statement is in progress.
    busy: bool,
}

impl Connection {
    /// Returns the time at which a statement that begins now is abandoned.
    fn limit(&self) -> Instant {
        let limit = Instant::now() + LIMIT;
        self.until.map_or(limit, |until| until.min(limit))
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
pub(super) struct Transaction(Option<Connection>);

impl Transaction {
    pub(super) async fn commit(mut self) -> Result<(), CommitError> {
        self.execute("COMMIT").await?;
        self.0 = None;
        Ok(())
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
                if connection.execute("ROLLBACK").await.is_err() {
                    connection.inner.close_on_drop();
                }
            });
        }
    }
}

impl<'c> Executor<'c> for &'c mut Connection {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<Step>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let until = self.limit();
        let Connection { inner, busy, .. } = self;
        *busy = true;
        let rows = (&mut **inner).fetch_many(query);
        let state = Some((rows, busy));
        stream::unfold(state, move |state| async move {
            let (mut rows, busy) = state?;
            match timeout_at(until, rows.next()).await {
                Ok(Some(Ok(step))) => Some((Ok(step), Some((rows, busy)))),
                Ok(last) => {
                    *busy = false;
                    last.map(|error| (error, None))
                }
                Err(_) => Some((Err(late()), None)),
            }
        })
        .boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<PgRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        Box::pin(async move {
            let until = self.limit();
            self.busy = true;
            let Ok(row) = timeout_at(until, self.inner.fetch_optional(query)).await else {
                return Err(late());
            };
            self.busy = false;
            row
        })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<PgStatement>>
    where
        'c: 'e,
    {
        self.inner.prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, sqlx::Result<Describe<Postgres>>>
    where
        'c: 'e,
    {
        self.inner.describe(sql)
    }
}

impl<'p> Executor<'p> for &'p Pool {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<Step>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let all = async move {
            let mut connection = self.acquire().await?;
            let steps: Vec<Step> = connection.fetch_many(query).try_collect().await?;
            Ok::<_, sqlx::Error>(stream::iter(steps.into_iter().map(Ok)))
        };
        stream::once(all).try_flatten().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<PgRow>>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        Box::pin(async move { self.acquire().await?.fetch_optional(query).await })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<PgStatement>>
    where
        'p: 'e,
    {
        Box::pin(self.pool.prepare_with(sql, parameters))
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, sqlx::Result<Describe<Postgres>>>
    where
        'p: 'e,
    {
        Box::pin(self.pool.describe(sql))
    }
}
