//! Backups: one SQLite file with the data of a single moment, taken while the server runs.

use super::error::{ErrorContext as _, Writing as _};
use super::{CopyError, Held, Result, alone, from_postgres, held};
use crate::OpenMode;
use crate::sqlite::OpenError;
use crate::sqlite::files::Files;
use crate::sqlite::inspection::{application, damage};
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
pub async fn back_up_file(database: &Path, to: &Path) -> Result<Held> {
    let files = Files::at(database)?;
    files.prepare(OpenMode::ExistingOnly)?;
    let target = Target::at(to)?;
    let failed = |error| explain(error, &files.database);
    let mut connection = pools::options(&files.database)
        .disable_statement_logging()
        .connect()
        .await
        .map_err(failed)?;
    if application(&mut connection).await.map_err(failed)? != APPLICATION_ID {
        return Err(OpenError::Foreign {
            path: files.database,
        }
        .into());
    }
    // One snapshot, without deleted data (B2, I1).
    let written = sqlx::query("VACUUM INTO $1")
        .bind(target.temporary.to_string_lossy().into_owned())
        .execute(&mut connection)
        .await;
    written.context(CONTEXT)?;
    connection.close().await.context(CONTEXT)?;
    target.keep().await
}

/// Takes a backup of the PostgreSQL database at `url` into the new file `to`, in the same format.
///
/// # Errors
/// Nothing was written. A schema that is not current is refused.
pub async fn back_up_postgres(url: &str, to: &Path) -> Result<Held> {
    let target = Target::at(to)?;
    let mut connection = alone(&target.temporary).connect().await.context(CONTEXT)?;
    from_postgres::fill(url, &mut connection).await?;
    connection.close().await.context(CONTEXT)?;
    target.keep().await
}

/// The final path of a file, and the temporary file that becomes it (B1).
pub(super) struct Target {
    path: PathBuf,
    folder: PathBuf,
    /// In the same directory, for its owner only. Deleted unless it is published.
    pub(super) temporary: TempPath,
}

impl Target {
    pub(super) fn at(path: &Path) -> Result<Self> {
        let path = std::path::absolute(path).writing(path)?;
        let folder = path.parent().unwrap_or(&path).to_owned();
        if std::fs::symlink_metadata(&path).is_ok() {
            return Err(CopyError::Exists { path });
        }
        let temporary = tempfile::Builder::new()
            .prefix(".voxum-")
            .tempfile_in(&folder)
            .writing(&path)?
            .into_temp_path();
        Ok(Self {
            path,
            folder,
            temporary,
        })
    }

    /// Verifies the complete file, and gives it its name (B3, B4, I3).
    async fn keep(self) -> Result<Held> {
        let mut connection = alone(&self.temporary).connect().await.context(CONTEXT)?;
        let damage = damage(&mut connection, true).await.context(CONTEXT)?;
        if let Some(what) = damage {
            let path = self.path;
            return Err(CopyError::Damaged { path, what });
        }
        let held = held(&mut connection).await?;
        connection.close().await.context(CONTEXT)?;
        self.publish()?;
        Ok(held)
    }

    /// Gives the synced file its name. A file that appeared there meanwhile is not overwritten
    /// (I2).
    pub(super) fn publish(self) -> Result<()> {
        let Self {
            path,
            folder,
            temporary,
        } = self;
        File::open(&temporary)
            .and_then(|file| file.sync_all())
            .writing(&path)?;
        temporary
            .persist_noclobber(&path)
            .map_err(|refused| refused.error)
            .writing(&path)?;
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .writing(&path)
    }
}
