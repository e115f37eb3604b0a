//! The connections, each with the settings that its promise needs.

use super::checkpoints::LONGEST;
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

/// KiB of the file that the writer keeps in memory. A feed that removes items from everywhere in a large inventory changes
/// some 10,000 pages (40 MiB). With SQLite's default of 2 MiB it would write many of them several times.
const WRITER_CACHE: u32 = 65_536;

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
    let options = writing(options)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", format!("-{WRITER_CACHE}"))
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
    pool(1, writing(options).synchronous(SqliteSynchronous::Normal)).await
}

/// One connection that reads and two that write: a heartbeat's read never waits for the file's lock.
pub(super) async fn coordination(options: &SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    pool(3, writing(options).synchronous(SqliteSynchronous::Normal)).await
}

/// One connection that copies the log into the file. SQLite looks for the log only on connections that know the journal mode.
pub(super) async fn checkpoints(options: &SqliteConnectOptions) -> sqlx::Result<SqlitePool> {
    let options = options.clone().journal_mode(SqliteJournalMode::Wal);
    pool(1, options.synchronous(SqliteSynchronous::Full)).await
}

/// The options of all connections that write: they leave checkpoints to another connection (see [`super::checkpoints`]).
fn writing(options: &SqliteConnectOptions) -> SqliteConnectOptions {
    let longest = LONGEST.to_string();
    options.clone().pragma("wal_autocheckpoint", longest)
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
