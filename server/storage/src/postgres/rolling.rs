//! Detects nodes of an older version on a database whose schema is about to change.
//!
//! Each node has a row in `nodes`. A node that stops in an orderly way deletes its row, while a
//! node that is killed leaves it behind. The heartbeat distinguishes the two: a node that knows of
//! another one increments `beats` about twice a second. A node that is alone skips that, so this
//! module registers a row of its own, which the others notice within half a second.
//!
//! The row is `leaving` from the start. So no node waits for its acknowledgements longer than one
//! lease period, and the others remove it if this process is killed.

use crate::ports::verdict;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// First schema in which nodes register.
const FIRST: i64 = 19;
/// Id of the row that makes the other nodes send heartbeats.
const OWN: &str = "upgrade";
/// A node notices the row after 500 ms and sends a heartbeat within another 500 ms. The rest is for
/// a slow database.
const PATIENCE: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Id of a node, the number that it acknowledged, its heartbeats, and whether it is leaving.
type Row = (String, i64, i64, i64);

/// Returns whether any node shows a sign of life. Without rows there is nothing to wait for.
///
/// The caller holds the migration lock, so no node can start meanwhile.
pub(super) async fn any_node_runs(options: &PgConnectOptions, schema: i64) -> sqlx::Result<bool> {
    if schema < FIRST {
        return Ok(false);
    }
    // A separate connection, since the other nodes have to see the row before the migrations are
    // committed.
    let mut connection = options
        .clone()
        .disable_statement_logging()
        .connect()
        .await?;
    let found = watch(&mut connection).await;
    let removed = sqlx::query(verdict::REMOVE)
        .bind(OWN)
        .execute(&mut connection)
        .await;
    connection.close().await?;
    removed?;
    found
}

async fn watch(connection: &mut PgConnection) -> sqlx::Result<bool> {
    let before = rows(connection).await?;
    if before.is_empty() {
        return Ok(false);
    }
    sqlx::query(verdict::REGISTER_UPGRADE)
        .bind(OWN)
        .execute(&mut *connection)
        .await?;
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        // A row disappears if its node stopped, or if the others took the node for dead.
        let now = rows(connection).await?;
        if now.iter().any(|row| !before.contains(row)) {
            return Ok(true);
        }
        sleep(LOOK_EVERY).await;
    }
    Ok(false)
}

async fn rows(connection: &mut PgConnection) -> sqlx::Result<Vec<Row>> {
    let mut rows: Vec<Row> = sqlx::query_as(verdict::NODES).fetch_all(connection).await?;
    rows.retain(|(id, ..)| id != OWN);
    Ok(rows)
}
