//! Decides whether a transaction was committed whose COMMIT was not answered (P5 in [`super`]). Its
//! connection may have ended after the commit.

use super::error::ErrorContext as _;
use super::{CopyError, Result};
use crate::postgres::open::connect;
use sqlx::PgConnection;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Maximum time for retries, in which the server may have restarted.
const MAX_WAIT: Duration = Duration::from_secs(10);
const POLL_INTERVAL: Duration = Duration::from_millis(500);

const CONTEXT: &str = "asking PostgreSQL whether it committed";

/// Number of a transaction, which the server never uses for another one.
pub(super) struct TransactionId(String);

impl TransactionId {
    pub(super) async fn of(transaction: &mut PgConnection) -> Result<Self> {
        let sql = "SELECT pg_current_xact_id()::text";
        let number = sqlx::query_scalar(sql).fetch_one(transaction).await;
        number.context(CONTEXT).map(Self)
    }

    /// Returns whether the transaction was committed, once that is decided.
    ///
    /// # Errors
    /// [`CopyError::InDoubt`] if the server does not answer in time, or the transaction is still in
    /// progress because the server regards a dead connection as open.
    pub(super) async fn was_committed(&self, url: &str, database: String) -> Result<bool> {
        let outcome = async {
            loop {
                match self.status(url).await.as_deref() {
                    Ok("committed") => return true,
                    Ok("aborted") => return false,
                    _ => sleep(POLL_INTERVAL).await,
                }
            }
        };
        let timed_out = |_| CopyError::InDoubt { database };
        timeout(MAX_WAIT, outcome).await.map_err(timed_out)
    }

    /// Returns the transaction's status, as in
    /// <https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT>.
    async fn status(&self, url: &str) -> Result<String> {
        let (_, _, mut connection) = connect(url).await?;
        let query = sqlx::query_scalar("SELECT pg_xact_status($1::xid8)").bind(&self.0);
        query.fetch_one(&mut connection).await.context(CONTEXT)
    }
}
