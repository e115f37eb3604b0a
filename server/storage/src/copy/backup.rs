//! A backup: one SQLite file with what stood in the database at one moment, taken while the server runs.

use super::error::{Doing as _, Writing as _};
use super::{CopyError, Held, Result, alone, from_postgres, held};
use crate::sqlite::files::Files;
use crate::sqlite::look::{application, damage};
use crate::sqlite::open::APPLICATION_ID;
use crate::sqlite::open_error::explain;
use crate::sqlite::pools;
use crate::{OpenError, OpenMode};
use sqlx::{ConnectOptions as _, Connection as _};
use std::fs::File;
use std::path::{Path, PathBuf};
use tempfile::TempPath;

const DOING: &str = "taking the backup";

/// Takes a backup of the SQLite database at `database` into the new file `to`, which its owner alone may read. Neither the
/// server nor anybody else waits for that. The schema stays what it is.
///
/// # Errors
/// Where nothing was written.
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
    // Of one moment, and without what was deleted.
    let written = sqlx::query("VACUUM INTO $1")
        .bind(target.temporary.to_string_lossy().into_owned())
        .execute(&mut connection)
        .await;
    written.doing(DOING)?;
    connection.close().await.doing(DOING)?;
    target.keep().await
}

/// Takes a backup of the PostgreSQL database at `url` into the new file `to`, in the same form.
///
/// # Errors
/// Where nothing was written, and where the schema is not this version's.
pub async fn back_up_postgres(url: &str, to: &Path) -> Result<Held> {
    let target = Target::at(to)?;
    let mut connection = alone(&target.temporary).connect().await.doing(DOING)?;
    from_postgres::fill(url, &mut connection).await?;
    connection.close().await.doing(DOING)?;
    target.keep().await
}

/// Where a file shall be, and where it is until it is whole.
pub(super) struct Target {
    path: PathBuf,
    folder: PathBuf,
    /// Beside it, for its owner alone, and gone where it is not kept.
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

    /// Has the whole file under its name, once it was read again and is on the disk.
    async fn keep(self) -> Result<Held> {
        let mut connection = alone(&self.temporary).connect().await.doing(DOING)?;
        let damage = damage(&mut connection, true).await.doing(DOING)?;
        if let Some(what) = damage {
            let path = self.path;
            return Err(CopyError::Damaged { path, what });
        }
        let held = held(&mut connection).await?;
        connection.close().await.doing(DOING)?;
        self.publish()?;
        Ok(held)
    }

    /// Gives the file its name. Nothing that came there meanwhile is written over.
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
