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
    File(Box<sqlite::OpenError>),
    #[error("{0}")]
    Postgres(Box<postgres::OpenError>),
    #[error("{} is there already and is not written over: name a new file", path.display())]
    Exists { path: PathBuf },
    #[error("{} cannot be written: {reason}", path.display())]
    NotWritten { path: PathBuf, reason: io::Error },
    #[error("{} cannot be read: {reason}", path.display())]
    Unreadable { path: PathBuf, reason: io::Error },
    #[error("a database stands at {}, and nothing is restored over it: stop the server and move it away first, with the files whose names begin like its own", path.display())]
    Occupied { path: PathBuf },
    #[error(
        "the database {place} is not empty, and nothing is written over it: make a new one, and name it in the database URL"
    )]
    NotEmpty { place: String },
    #[error(
        "the database {place} did not answer whether it keeps what it was given, and cannot be asked: once it can, run `voxum key list`; where that says that the database is empty, nothing was restored, else everything"
    )]
    InDoubt { place: String },
    #[error(
        "the database {place} did not answer whether it keeps what it was given, and cannot be asked, so {} is called {} from now on, so that no server goes on with it by mistake: once the database can be asked, run `voxum key list`; where that says that it is empty, nothing was moved, and only then name the file as before",
        path.display(), moved.display()
    )]
    MovedPerhaps {
        place: String,
        path: PathBuf,
        moved: PathBuf,
    },
    #[error(
        "{} is no backup but a server's own file: what was written last, revocations among it, stands beside it in {}; take a backup of both with `voxum backup`, and restore that",
        path.display(), log.display()
    )]
    NoBackup { path: PathBuf, log: PathBuf },
    #[error("{} is damaged ({what}): use another backup", path.display())]
    Damaged { path: PathBuf, what: String },
    #[error("a server or a command is using {}: stop it, then try again", path.display())]
    InUse { path: PathBuf },
    #[error(
        "the database {place} has schema {found}, and this version's is {newest}: start the server once with this version, or take the backup with the version that made it"
    )]
    Behind {
        place: String,
        found: i64,
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
        Self::File(Box::new(error))
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
            reason: crate::error::wordless(error),
        })
    }
}

/// Adds the file that could not be written to an error.
pub(super) trait Writing<T> {
    fn writing(self, path: &Path) -> Result<T, CopyError>;
}

impl<T> Writing<T> for io::Result<T> {
    fn writing(self, path: &Path) -> Result<T, CopyError> {
        self.map_err(|reason| CopyError::NotWritten {
            path: path.to_owned(),
            reason,
        })
    }
}
