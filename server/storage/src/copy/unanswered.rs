//! What became of a transaction whose commit nobody answered: its connection may end after the commit happened.

use super::error::Doing as _;
use super::{CopyError, Result};
use crate::postgres::open::connect;
use sqlx::PgConnection;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// PostgreSQL is asked for so long, in which it may have started again.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(500);

const DOING: &str = "asking PostgreSQL what it committed";

/// What a server calls one transaction and never another.
pub(super) struct Number(String);

impl Number {
    pub(super) async fn of(transaction: &mut PgConnection) -> Result<Self> {
        let sql = "SELECT pg_current_xact_id()::text";
        let number = sqlx::query_scalar(sql).fetch_one(transaction).await;
        number.doing(DOING).map(Self)
    }

    /// Whether it was committed, once that is decided.
    ///
    /// # Errors
    /// [`CopyError::Unanswered`] where nobody could be asked, or it is not decided yet: the server may take a connection for
    /// open that is none any more.
    pub(super) async fn was_committed(&self, url: &str, place: String) -> Result<bool> {
        let decided = async {
            loop {
                match self.status(url).await.as_deref() {
                    Ok("committed") => return true,
                    Ok("aborted") => return false,
                    _ => sleep(PAUSE).await,
                }
            }
        };
        let late = |_| CopyError::Unanswered { place };
        timeout(PATIENCE, decided).await.map_err(late)
    }

    /// <https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT>
    async fn status(&self, url: &str) -> Result<String> {
        let (_, _, mut connection) = connect(url).await?;
        let asked = sqlx::query_scalar("SELECT pg_xact_status($1::xid8)").bind(&self.0);
        asked.fetch_one(&mut connection).await.doing(DOING)
    }
}
