//! From the SQLite file of one machine to PostgreSQL, for good.

use super::error::{Doing as _, Writing as _};
use super::{CopyError, Held, Result, held, to_postgres};
use crate::sqlite::SqliteStore;
use crate::sqlite::files::Files;
use crate::sqlite::open_error::is_busy;
use crate::{OpenMode, sqlite::files::MOVED};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use std::path::Path;
use std::time::Duration;

const DOING: &str = "moving the database";

/// Moves everything from the SQLite database at `file` into the empty PostgreSQL database at `url`. The file is kept under
/// another name, so that no server goes on with it by mistake.
///
/// # Errors
/// Where nothing was moved, such as while a server uses the file. Then nothing is beside it that was not there before. Or
/// [`CopyError::MovedPerhaps`]: then it has its other name.
pub async fn move_to_postgres(file: &Path, url: &str) -> Result<Held> {
    let files = Files::at(file)?;
    let marked = files.are_marked()?;
    // Refuses a schema that is not this version's, as every command does.
    let store = SqliteStore::open(file, OpenMode::ExistingOnly).await?;
    store.close().await;
    let mut connection = take(&files).await?;
    let done = bring_over(&mut connection, &files, url).await;
    if done.is_err() && !marked && files.database.exists() {
        // While nobody else can be at the file: a server that waits for it marks it again. Where this fails, what the marker
        // says is true all the same.
        let _ = std::fs::remove_file(&files.marker);
    }
    // Only then SQLite's journal is gone, which dropping it would leave to a thread that may come too late. However this ends,
    // what was moved is.
    let _ = connection.close().await;
    done
}

async fn bring_over(connection: &mut SqliteConnection, files: &Files, url: &str) -> Result<Held> {
    let held = held(connection).await?;
    let moved = files.beside(MOVED);
    if std::fs::symlink_metadata(&moved).is_ok() {
        return Err(CopyError::Exists { path: moved });
    }
    let rename = || {
        std::fs::rename(&files.database, &moved).writing(&moved)?;
        files.sync_directory().writing(&moved)
    };
    // Renamed first: whatever happens in between, no two servers go on, each with data of its own.
    match to_postgres::fill(connection, url, rename).await {
        Ok(()) => Ok(held),
        // Nor do they where it may be that PostgreSQL holds everything.
        Err(CopyError::Unanswered { place }) => Err(CopyError::MovedPerhaps {
            place,
            path: files.database.clone(),
            moved,
        }),
        Err(error) => {
            if !files.database.exists() && moved.exists() {
                std::fs::rename(&moved, &files.database).writing(&files.database)?;
            }
            Err(error)
        }
    }
}

/// Takes the file for this program alone, for as long as the connection lives.
async fn take(files: &Files) -> Result<SqliteConnection> {
    let told = |error| {
        if is_busy(&error) {
            CopyError::InUse {
                path: files.database.clone(),
            }
        } else {
            let failed: sqlx::Result<()> = Err(error);
            failed.doing(DOING).unwrap_err()
        }
    };
    // A file in WAL mode leaves it only for whoever is alone with it.
    let mut connection = SqliteConnectOptions::new()
        .filename(&files.database)
        .busy_timeout(Duration::from_secs(1))
        .locking_mode(SqliteLockingMode::Exclusive)
        .journal_mode(SqliteJournalMode::Delete)
        .disable_statement_logging()
        .connect()
        .await
        .map_err(told)?;
    let began = sqlx::raw_sql("BEGIN EXCLUSIVE; COMMIT");
    began.execute(&mut connection).await.map_err(told)?;
    Ok(connection)
}
