//! Pool for listings, each of which is interrupted at its deadline (see [`crate::listing`]).
//!
//! PostgreSQL itself ends a statement that takes too long. A listing that waited for its connection
//! has less time left for its statement, so each listing sets `statement_timeout` to the remaining
//! time. If the server does not answer soon after that, the connection is closed.

use super::connection::{Connection, Pool};
use crate::listing::{DEADLINE, PastDeadline};
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{StreamExt as _, TryStreamExt as _};
use sqlx::postgres::{PgDatabaseError, PgQueryResult, PgRow, PgStatement, PgTypeInfo};
use sqlx::{AssertSqlSafe, Describe, Either, Execute, Executor, Postgres, SqlStr};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// `query_canceled`, with which a statement ends at its timeout.
const CANCELLED: &str = "57014";

/// How long the server may take to report that it ended a statement at the deadline.
const ANSWER: Duration = Duration::from_millis(250);

type Step = Either<PgQueryResult, PgRow>;

#[derive(Debug, Clone)]
pub(super) struct Listings(Pool);

impl Listings {
    pub(super) fn new(pool: Pool) -> Self {
        Self(pool)
    }

    pub(super) async fn close(&self) {
        self.0.close().await;
    }

    async fn acquire(&self) -> sqlx::Result<Connection> {
        let deadline = Instant::now() + DEADLINE;
        let acquired = timeout_at(deadline, self.0.acquire_until(deadline + ANSWER)).await;
        let mut connection = acquired.map_err(|_| sqlx::Error::PoolTimedOut)??;
        let left = deadline.saturating_duration_since(Instant::now());
        // Zero would mean that there is no limit.
        let millis = left.as_millis().max(1);
        let limit = format!("SET statement_timeout = {millis}");
        connection.execute(AssertSqlSafe(limit)).await?;
        Ok(connection)
    }
}

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

impl<'p> Executor<'p> for &'p Listings {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<Step>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let all = async move {
            let mut connection = self.acquire().await.map_err(past_deadline)?;
            let steps = connection.fetch_many(query).try_collect().await;
            let steps: Vec<Step> = steps.map_err(past_deadline)?;
            Ok::<_, sqlx::Error>(stream::iter(steps.into_iter().map(Ok)))
        };
        stream::once(all).try_flatten().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<PgRow>>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        Box::pin(async move {
            let mut connection = self.acquire().await.map_err(past_deadline)?;
            let row = connection.fetch_optional(query).await;
            row.map_err(past_deadline)
        })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, sqlx::Result<PgStatement>>
    where
        'p: 'e,
    {
        self.0.prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, sqlx::Result<Describe<Postgres>>>
    where
        'p: 'e,
    {
        self.0.describe(sql)
    }
}
