//! The connections, each with the settings that its promise needs.

use super::open_error::is_busy;
use crate::listing;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, SqlitePool};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a statement waits for another process that holds the file's lock.
const BUSY: Duration = Duration::from_secs(5);

/// How long a call waits for a connection: longer than the largest feed takes, and not so long that a caller gives up
/// before it is told "unavailable".
const ACQUIRE: Duration = Duration::from_secs(5);

/// What all connections have in common.
pub(crate) fn options(database: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(database)
        .busy_timeout(BUSY)
        .foreign_keys(true)
}

/// One connection that puts the file in WAL mode, where it stays. SQLite does not always wait for others to do that:
/// where another process is making the same database, it is tried again.
pub(super) async fn writer(options: &SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    let options = options
        .clone()
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // What is overwritten or deleted leaves no copy in free space of the file: an erased person is erased there too.
        .pragma("secure_delete", "ON");
    let began = Instant::now();
    loop {
        match pool(1, options.clone()).await {
            Err(error) if is_busy(&error) && began.elapsed() < BUSY => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            done => return done,
        }
    }
}

/// One connection for writes that need not survive a power cut.
pub(super) async fn non_durable(options: &SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    pool(1, options.clone().synchronous(SqliteSynchronous::Normal)).await
}

/// One connection that reads and two that write: a heartbeat's read never waits for the file's lock.
pub(super) async fn coordination(options: &SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    pool(3, options.clone().synchronous(SqliteSynchronous::Normal)).await
}

pub(super) async fn readers(
    options: &SqliteConnectOptions,
    count: u32,
) -> sqlx::Result<SqlitePool> {
    pool(count, options.clone().read_only(true)).await
}

/// Connections that wait no longer for the file than a listing may take.
pub(super) async fn listings(options: &SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    let options = options.clone().busy_timeout(listing::DEADLINE);
    readers(&options, listing::CONNECTIONS).await
}

async fn pool(size: u32, options: SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    SqlitePoolOptions::new()
        .max_connections(size)
        .acquire_timeout(ACQUIRE)
        // A connection to a file does not age.
        .idle_timeout(None)
        .max_lifetime(None)
        // Where SQLite itself rolled a transaction back (disk full, I/O error), sqlx's own ROLLBACK fails and it
        // goes on to count that transaction as open, so that no other can begin: such a connection is replaced.
        .before_acquire(|connection, _| {
            Box::pin(async move { Ok(!connection.is_in_transaction()) })
        })
        .connect_with(options)
        .await
}
