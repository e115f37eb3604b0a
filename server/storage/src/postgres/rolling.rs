//! Detects nodes of an older version on a database whose schema is about to change.
//!
//! Each node has a row in `nodes`. A node that stops in an orderly way deletes its row, while a
//! node that is killed leaves it behind. The heartbeat distinguishes the two: a node that sees
//! another one increments `heartbeats` about twice a second. A node that is alone skips that, so
//! this module registers its own row, which the others notice within half a second.
//!
//! The row is `presumed_dead` from the start. So no node waits for its acknowledgements longer than
//! one lease period, and the others remove it if this process is killed.

use crate::ports::verdict;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// First schema in which nodes register.
const FIRST_SCHEMA_WITH_NODES: i64 = 19;
/// Id of the row that makes the other nodes send heartbeats.
const OWN_ID: &str = "upgrade";
/// A node notices the row after 500 ms and sends a heartbeat within another 500 ms. The rest is for
/// a slow database.
const MAX_WAIT: Duration = Duration::from_secs(3);
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Id of a node, the number that it acknowledged, its heartbeats, and whether it is leaving.
type NodeRow = (String, i64, i64, i64);

/// Returns whether any node shows a sign of life. Without rows there is nothing to wait for.
///
/// The caller holds the migration lock, so no node can start meanwhile.
pub(super) async fn any_node_runs(options: &PgConnectOptions, schema: i64) -> sqlx::Result<bool> {
    if schema < FIRST_SCHEMA_WITH_NODES {
        return Ok(false);
    }
    // A separate connection, since the other nodes have to see the row before the migrations are
    // committed.
    let mut connection = options
        .clone()
        .disable_statement_logging()
        .connect()
        .await?;
    let result = watch(&mut connection).await;
    let removed = sqlx::query(verdict::REMOVE)
        .bind(OWN_ID)
        .execute(&mut connection)
        .await;
    connection.close().await?;
    removed?;
    result
}

async fn watch(connection: &mut PgConnection) -> sqlx::Result<bool> {
    let before = rows(connection).await?;
    if before.is_empty() {
        return Ok(false);
    }
    sqlx::query(verdict::REGISTER_UPGRADE)
        .bind(OWN_ID)
        .execute(&mut *connection)
        .await?;
    let start = Instant::now();
    while start.elapsed() < MAX_WAIT {
        // A row disappears if its node stopped, or if the others presumed the node dead.
        let now = rows(connection).await?;
        if now.iter().any(|row| !before.contains(row)) {
            return Ok(true);
        }
        sleep(POLL_INTERVAL).await;
    }
    Ok(false)
}

async fn rows(connection: &mut PgConnection) -> sqlx::Result<Vec<NodeRow>> {
    let mut rows: Vec<NodeRow> = sqlx::query_as(verdict::NODES).fetch_all(connection).await?;
    rows.retain(|(id, ..)| id != OWN_ID);
    Ok(rows)
}
