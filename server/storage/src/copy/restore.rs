//! Restores a backup into an empty place.

use super::backup::Target;
use super::error::{ErrorContext as _, WriteContext as _};
use super::quarantine::quarantine;
use super::{CopyError, QuarantineSummary, Result, exclusive_options, to_postgres};
use crate::open_mode::OpenMode;
use crate::sqlite::files::Files;
use crate::sqlite::open;
use domain::Timestamp;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

const CONTEXT: &str = "restoring";

/// Restores the backup `from` to `database`, where no database exists. The backup is not changed.
///
/// # Errors
/// Nothing was restored.
pub async fn restore_to_file(
    from: &Path,
    database: &Path,
    now: Timestamp,
) -> Result<QuarantineSummary> {
    let files = Files::at(database)?;
    // SQLite would mistake the remains of another database's log for this one's.
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let path = files.with_suffix(suffix);
        if std::fs::symlink_metadata(&path).is_ok() {
            return Err(CopyError::Occupied {
                path: files.database,
            });
        }
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&files.directory)
        .write_context(&files.directory)?;
    let target = Target::at(&files.database)?;
    let (connection, summary) = stage(from, &target.temporary, now).await?;
    connection.close().await.context(CONTEXT)?;
    // R4.
    target.publish()?;
    files.ensure_marker()?;
    Ok(summary)
}

/// Restores the backup `from` to the PostgreSQL database at `url`, which is empty.
///
/// # Errors
/// Nothing was restored. With [`CopyError::InDoubt`] the outcome is unknown.
pub async fn restore_to_postgres(
    from: &Path,
    url: &str,
    now: Timestamp,
) -> Result<QuarantineSummary> {
    // In TMPDIR. The directory has a private mode.
    let directory = tempfile::tempdir().write_context(&std::env::temp_dir())?;
    let file = directory.path().join("restored.db");
    let (mut connection, summary) = stage(from, &file, now).await?;
    let result = to_postgres::fill(&mut connection, url, || Ok(())).await;
    // An error here does not change what was restored.
    let _ = connection.close().await;
    result.map(|()| summary)
}

/// Makes the staged file of a backup: a migrated copy in quarantine (R1 to R3).
async fn stage(
    from: &Path,
    file: &Path,
    now: Timestamp,
) -> Result<(SqliteConnection, QuarantineSummary)> {
    require_no_log(from)?;
    copy(from, file)?;
    let files = Files::at(file)?;
    let mut connection = exclusive_options(file).connect().await.context(CONTEXT)?;
    match prepare(&mut connection, &files, now).await {
        Ok(summary) => Ok((connection, summary)),
        Err(error) => {
            // The connection is closed explicitly, so that SQLite's journal is gone when this
            // returns: dropping it would leave that to a thread.
            let _ = connection.close().await;
            Err(error)
        }
    }
}

async fn prepare(
    connection: &mut SqliteConnection,
    files: &Files,
    now: Timestamp,
) -> Result<QuarantineSummary> {
    open::check_and_migrate(connection, files, OpenMode::UpgradeOnly).await?;
    quarantine(connection, now).await
}

/// A server writes to the log first, so a key that was revoked there is still active in the file
/// (R1).
fn require_no_log(backup: &Path) -> Result<()> {
    let files = Files::at(backup)?;
    for suffix in ["-wal", "-journal"] {
        let log = files.with_suffix(suffix);
        if std::fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
            let path = files.database;
            return Err(CopyError::NotABackup { path, log });
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut backup = File::open(from).map_err(|reason| CopyError::Unreadable {
        path: from.to_owned(),
        reason,
    })?;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(to).write_context(to)?;
    std::io::copy(&mut backup, &mut file).write_context(to)?;
    Ok(())
}
