//! Moves an installation from an SQLite file to PostgreSQL for good.

use super::error::{ErrorContext as _, WriteContext as _};
use super::{CopyError, CopySummary, Result, summarize, to_postgres};
use crate::open_mode::OpenMode;
use crate::sqlite;
use crate::sqlite::files::Files;
use crate::sqlite::files::MOVED_SUFFIX;
use crate::sqlite::open_error::is_busy;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use std::path::Path;
use std::time::Duration;

const CONTEXT: &str = "moving the database";

/// Moves everything from the SQLite database at `file` into the empty PostgreSQL database at `url`.
/// The file is kept under another name, so that no server continues with it by mistake.
///
/// # Errors
/// Nothing was moved, for example since a server uses the file; then no new file is beside it. With
/// [`CopyError::MoveInDoubt`] the outcome is unknown, and the file has its other name.
pub async fn move_to_postgres(file: &Path, url: &str) -> Result<CopySummary> {
    let files = Files::at(file)?;
    let had_marker = files.has_marker()?;
    // M1: refuses a schema that is not current, as every command does.
    let store = sqlite::open(file, OpenMode::ExistingOnly).await?;
    store.close().await;
    // M2.
    let mut connection = lock_file(&files).await?;
    let result = transfer(&mut connection, &files, url).await;
    if result.is_err() && !had_marker && files.database.exists() {
        // Opening the store created the marker. It is removed while the file is still locked: a
        // server that waits for the lock creates it again. If the removal fails, the marker is
        // still true.
        let _ = std::fs::remove_file(&files.marker);
    }
    // The connection is closed explicitly, so that SQLite's journal is gone when this returns:
    // dropping it would leave that to a thread. An error does not change what was moved.
    let _ = connection.close().await;
    result
}

async fn transfer(
    connection: &mut SqliteConnection,
    files: &Files,
    url: &str,
) -> Result<CopySummary> {
    let summary = summarize(connection).await?;
    let moved = files.with_suffix(MOVED_SUFFIX);
    if std::fs::symlink_metadata(&moved).is_ok() {
        return Err(CopyError::Exists { path: moved });
    }
    let rename = || {
        std::fs::rename(&files.database, &moved).write_context(&moved)?;
        files.sync_directory().write_context(&moved)
    };
    // M3: the file is renamed before the commit. Whatever happens in between, no two servers
    // continue with separate data (I4).
    match to_postgres::fill(connection, url, rename).await {
        Ok(()) => Ok(summary),
        // F4: PostgreSQL may have everything, so the file keeps its other name.
        Err(CopyError::InDoubt { database }) => Err(CopyError::MoveInDoubt {
            database,
            path: files.database.clone(),
            moved,
        }),
        Err(error) => {
            // F3.
            if !files.database.exists() && moved.exists() {
                std::fs::rename(&moved, &files.database).write_context(&files.database)?;
            }
            Err(error)
        }
    }
}

/// Locks the file exclusively for as long as the connection lives (M2).
async fn lock_file(files: &Files) -> Result<SqliteConnection> {
    let to_copy_error = |error| {
        if is_busy(&error) {
            CopyError::InUse {
                path: files.database.clone(),
            }
        } else {
            let result: sqlx::Result<()> = Err(error);
            result.context(CONTEXT).unwrap_err()
        }
    };
    // SQLite changes the journal mode from WAL only for a connection that is alone with the file.
    let mut connection = SqliteConnectOptions::new()
        .filename(&files.database)
        .busy_timeout(Duration::from_secs(1))
        .locking_mode(SqliteLockingMode::Exclusive)
        .journal_mode(SqliteJournalMode::Delete)
        .disable_statement_logging()
        .connect()
        .await
        .map_err(to_copy_error)?;
    let lock = sqlx::raw_sql("BEGIN EXCLUSIVE; COMMIT");
    lock.execute(&mut connection).await.map_err(to_copy_error)?;
    Ok(connection)
}
