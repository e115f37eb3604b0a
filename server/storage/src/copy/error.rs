//! Reasons for which a database was not copied, as lines for the operator.

use crate::{postgres, sqlite};
use std::io;
use std::path::{Path, PathBuf};

/// The copy failed, and the target is unchanged, except if the text explains that this is unknown.
///
/// Each text is one complete line for the operator, without a source.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("{0}")]
    Sqlite(Box<sqlite::OpenError>),
    #[error("{0}")]
    Postgres(Box<postgres::OpenError>),
    #[error("{} already exists and is not overwritten: use a new file", path.display())]
    Exists { path: PathBuf },
    #[error("{} cannot be written: {reason}", path.display())]
    WriteFailed { path: PathBuf, reason: io::Error },
    #[error("{} cannot be read: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: io::Error },
    #[error("there is already a database at {}, and it is not overwritten: stop the server and move the database away first, with the files whose names begin with its name", path.display())]
    Occupied { path: PathBuf },
    #[error(
        "the database {database} is not empty and is not overwritten: create a new one, and use it in the database URL"
    )]
    NotEmpty { database: String },
    #[error(
        "the database {database} did not confirm the restored data and cannot be reached: once it can, run `voxum key list`; if that reports an empty database, nothing was restored, otherwise everything"
    )]
    InDoubt { database: String },
    #[error(
        "the database {database} did not confirm the moved data and cannot be reached, so {} was renamed to {} to keep servers from using it by mistake: once the database can be reached, run `voxum key list`; if that reports an empty database, nothing was moved, and only then rename the file back",
        path.display(), moved.display()
    )]
    MoveInDoubt {
        database: String,
        path: PathBuf,
        moved: PathBuf,
    },
    #[error(
        "{} is not a backup but a server's own file: the latest changes, which may include revocations, are beside it in {}; take a backup of both with `voxum backup`, and restore that",
        path.display(), log.display()
    )]
    NotABackup { path: PathBuf, log: PathBuf },
    #[error("{} is damaged ({detail}): use another backup", path.display())]
    Damaged { path: PathBuf, detail: String },
    #[error("a server or a command is using {}: stop it, then try again", path.display())]
    InUse { path: PathBuf },
    #[error(
        "the database {database} has schema {version}, and this version needs {newest}: start the server once with this version, or take the backup with the version that created it"
    )]
    OlderSchema {
        database: String,
        version: i64,
        newest: i64,
    },
    #[error("{context} failed: {reason}")]
    Failed {
        context: &'static str,
        reason: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl From<sqlite::OpenError> for CopyError {
    fn from(error: sqlite::OpenError) -> Self {
        Self::Sqlite(Box::new(error))
    }
}

impl From<postgres::OpenError> for CopyError {
    fn from(error: postgres::OpenError) -> Self {
        Self::Postgres(Box::new(error))
    }
}

/// Adds the failed step to an error.
pub(super) trait ErrorContext<T> {
    fn context(self, context: &'static str) -> Result<T, CopyError>;
}

impl<T> ErrorContext<T> for sqlx::Result<T> {
    fn context(self, context: &'static str) -> Result<T, CopyError> {
        self.map_err(|error| CopyError::Failed {
            context,
            reason: crate::error::redact(error),
        })
    }
}

/// Adds the file that could not be written to an error.
pub(super) trait WriteContext<T> {
    fn write_context(self, path: &Path) -> Result<T, CopyError>;
}

impl<T> WriteContext<T> for io::Result<T> {
    fn write_context(self, path: &Path) -> Result<T, CopyError> {
        self.map_err(|reason| CopyError::WriteFailed {
            path: path.to_owned(),
            reason,
        })
    }
}
