//! Connection pools, each with the settings that its guarantee needs.

use super::checkpoints::MAX_LOG_PAGES;
use super::open_error::is_busy;
use crate::listing;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, SqlitePool};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a statement waits for the write lock that another process holds (W3, F3).
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a call waits for a connection: longer than the largest feed takes, but short enough
/// that a caller still gets the answer "unavailable" before it gives up.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Page cache of the writer, in KiB. A feed that removes items all over a large inventory changes
/// some 10,000 pages (40 MiB). With SQLite's default cache of 2 MiB, many of them would be written
/// several times.
const WRITER_CACHE: u32 = 65_536;

/// Options that all connections share.
pub(crate) fn options(database: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(database)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
}

/// The writer's connection. It puts the file in WAL mode, where it stays.
///
/// SQLite does not always wait for other connections to change the mode, so this retries while
/// another process creates the same database.
pub(super) async fn writer(options: &SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    let options = writer_options(options)
        .journal_mode(SqliteJournalMode::Wal)
        // The log is synced before a commit returns (I2).
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", format!("-{WRITER_CACHE}"))
        // Overwritten and deleted data leaves no copy in free space of the file, so that erasing a
        // person also erases them there.
        .pragma("secure_delete", "ON");
    let start = Instant::now();
    loop {
        match pool(1, options.clone()).await {
            Err(error) if is_busy(&error) && start.elapsed() < BUSY_TIMEOUT => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            result => return result,
        }
    }
}

/// One connection for writes that a power cut may lose.
pub(super) async fn non_durable(options: &SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    pool(
        1,
        writer_options(options).synchronous(SqliteSynchronous::Normal),
    )
    .await
}

/// One connection that reads and two that write, so that a heartbeat's read never waits for the
/// write lock.
pub(super) async fn coordination(options: &SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    pool(
        3,
        writer_options(options).synchronous(SqliteSynchronous::Normal),
    )
    .await
}

/// One connection that runs checkpoints. SQLite looks for the log only on connections that have
/// read the journal mode.
pub(super) async fn checkpoints(options: &SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    let options = options.clone().journal_mode(SqliteJournalMode::Wal);
    pool(1, options.synchronous(SqliteSynchronous::Full)).await
}

/// Options of all connections that write: they leave checkpoints to another connection (I4, see
/// [`super::checkpoints`]).
fn writer_options(options: &SqliteConnectOptions) -> SqliteConnectOptions {
    let max_pages = MAX_LOG_PAGES.to_string();
    options.clone().pragma("wal_autocheckpoint", max_pages)
}

pub(super) async fn readers(
    options: &SqliteConnectOptions,
    count: u32,
) -> sqlx::Result<SqlitePool> {
    pool(count, options.clone().read_only(true)).await
}

/// Connections that wait for the file no longer than a listing may take.
pub(super) async fn listings(options: &SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    let options = options.clone().busy_timeout(listing::DEADLINE);
    readers(&options, listing::CONNECTIONS).await
}

async fn pool(size: u32, options: SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    SqlitePoolOptions::new()
        .max_connections(size)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // Connections to a file do not age.
        .idle_timeout(None)
        .max_lifetime(None)
        // If SQLite itself rolls a transaction back (disk full, I/O error), sqlx's own ROLLBACK
        // fails and sqlx continues to count the transaction as open, so that no other one can
        // begin. Such a connection is replaced (F4).
        .before_acquire(|connection, _| {
            Box::pin(async move { Ok(!connection.is_in_transaction()) })
        })
        .connect_with(options)
        .await
}
