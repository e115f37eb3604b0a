//! Backups: one SQLite file with the data of a single moment, taken while the server runs.

use super::error::{ErrorContext as _, WriteContext as _};
use super::{CopyError, CopySummary, Result, exclusive_options, from_postgres, summarize};
use crate::open_mode::OpenMode;
use crate::sqlite::OpenError;
use crate::sqlite::files::Files;
use crate::sqlite::inspection::{application_id, find_damage};
use crate::sqlite::open::APPLICATION_ID;
use crate::sqlite::open_error::explain;
use crate::sqlite::pools;
use sqlx::{ConnectOptions as _, Connection as _};
use std::fs::File;
use std::path::{Path, PathBuf};
use tempfile::TempPath;

const CONTEXT: &str = "taking the backup";

/// Takes a backup of the SQLite database at `database` into the new file `to`, which only its owner
/// may read.
///
/// The server and other processes do not wait for it. The schema of the backup is that of the
/// database, even if it is older than this version's.
///
/// # Errors
/// Nothing was written.
pub async fn back_up_file(database: &Path, to: &Path) -> Result<CopySummary> {
    let files = Files::at(database)?;
    files.prepare(OpenMode::ExistingOnly)?;
    let target = Target::at(to)?;
    let to_open_error = |error| explain(error, &files.database);
    let mut connection = pools::options(&files.database)
        .disable_statement_logging()
        .connect()
        .await
        .map_err(to_open_error)?;
    if application_id(&mut connection)
        .await
        .map_err(to_open_error)?
        != APPLICATION_ID
    {
        return Err(OpenError::Foreign {
            path: files.database,
        }
        .into());
    }
    // One snapshot, without deleted data (B2, I1).
    let result = sqlx::query("VACUUM INTO $1")
        .bind(target.temporary.to_string_lossy().into_owned())
        .execute(&mut connection)
        .await;
    result.context(CONTEXT)?;
    connection.close().await.context(CONTEXT)?;
    target.verify_and_publish().await
}

/// Takes a backup of the PostgreSQL database at `url` into the new file `to`, in the same format.
///
/// # Errors
/// Nothing was written. A schema that is not current is refused.
pub async fn back_up_postgres(url: &str, to: &Path) -> Result<CopySummary> {
    let target = Target::at(to)?;
    let mut connection = exclusive_options(&target.temporary)
        .connect()
        .await
        .context(CONTEXT)?;
    from_postgres::fill(url, &mut connection).await?;
    connection.close().await.context(CONTEXT)?;
    target.verify_and_publish().await
}

/// The final path of a file, and the temporary file that becomes it (B1).
pub(super) struct Target {
    path: PathBuf,
    directory: PathBuf,
    /// In the same directory, for its owner only. Deleted unless it is published.
    pub(super) temporary: TempPath,
}

impl Target {
    pub(super) fn at(path: &Path) -> Result<Self> {
        let path = std::path::absolute(path).write_context(path)?;
        let directory = path.parent().unwrap_or(&path).to_owned();
        if std::fs::symlink_metadata(&path).is_ok() {
            return Err(CopyError::Exists { path });
        }
        let temporary = tempfile::Builder::new()
            .prefix(".voxum-")
            .tempfile_in(&directory)
            .write_context(&path)?
            .into_temp_path();
        Ok(Self {
            path,
            directory,
            temporary,
        })
    }

    /// Verifies the complete file, and gives it its name (B3, B4, I3).
    async fn verify_and_publish(self) -> Result<CopySummary> {
        let mut connection = exclusive_options(&self.temporary)
            .connect()
            .await
            .context(CONTEXT)?;
        let first_fault = find_damage(&mut connection, true).await.context(CONTEXT)?;
        if let Some(detail) = first_fault {
            let path = self.path;
            return Err(CopyError::Damaged { path, detail });
        }
        let summary = summarize(&mut connection).await?;
        connection.close().await.context(CONTEXT)?;
        self.publish()?;
        Ok(summary)
    }

    /// Gives the synced file its name. A file that appeared there meanwhile is not overwritten
    /// (I2).
    pub(super) fn publish(self) -> Result<()> {
        let Self {
            path,
            directory,
            temporary,
        } = self;
        File::open(&temporary)
            .and_then(|file| file.sync_all())
            .write_context(&path)?;
        temporary
            .persist_noclobber(&path)
            .map_err(|failure| failure.error)
            .write_context(&path)?;
        File::open(directory)
            .and_then(|directory| directory.sync_all())
            .write_context(&path)
    }
}
