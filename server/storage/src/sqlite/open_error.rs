//! Reasons for which a database file cannot be used, as lines for the operator.

use crate::error::sqlite_code;
use std::path::{Path, PathBuf};

type Reason = Box<dyn std::error::Error + Send + Sync>;

/// The database cannot be used. Each text is one complete line for the operator, without a source.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("there is no database at {}: start the server once to create it, or correct the path", path.display())]
    Missing { path: PathBuf },
    #[error(
        "the database {} is missing or empty, although one was created here before: restore it from a backup, or delete {} to start with an empty one",
        path.display(), marker.display()
    )]
    Vanished { path: PathBuf, marker: PathBuf },
    #[error(
        "the data of {} was moved to PostgreSQL: set VOXUM_DATABASE_URL to that database; to return to the data from before the move, rename {} back",
        path.display(), moved.display()
    )]
    Moved { path: PathBuf, moved: PathBuf },
    #[error("{} is a folder: use a file in it, such as {}", path.display(), path.join("voxum.db").display())]
    IsDirectory { path: PathBuf },
    #[error("{} cannot be created: {reason}", path.display())]
    CreationFailed {
        path: PathBuf,
        reason: std::io::Error,
    },
    #[error("the database {} cannot be read ({reason}): check that the server's user owns it, and may enter its folder", path.display())]
    Unreadable { path: PathBuf, reason: Reason },
    #[error("the database {} cannot be written: check that its file system is writable and that this user owns it", path.display())]
    ReadOnly { path: PathBuf },
    #[error("{} is not an SQLite database: correct the path, or restore the file from a backup", path.display())]
    NotADatabase { path: PathBuf },
    #[error("{} is damaged or cut off: restore it from a backup, or if it is a backup, use another one", path.display())]
    Damaged { path: PathBuf },
    #[error("{} is an SQLite database of another program: correct the path", path.display())]
    Foreign { path: PathBuf },
    #[error("the database {} has schema {version}, which this version does not know: use the newer version that created it", path.display())]
    Newer { path: PathBuf, version: i64 },
    #[error(
        "the database {} has schema {version}, and this version needs {newest}: start the server once with this version to upgrade it, or use the version that created it",
        path.display()
    )]
    Older {
        path: PathBuf,
        version: i64,
        newest: i64,
    },
    #[error("the database {} was created by another build with a different schema {version}: use that build", path.display())]
    OtherBuild { path: PathBuf, version: i64 },
    #[error(
        "the database {} could not be upgraded and is unchanged: step {version} of its schema failed ({reason}); correct that and start again, or continue with the previous version",
        path.display()
    )]
    MigrationFailed {
        path: PathBuf,
        version: i64,
        reason: Reason,
    },
    #[error("the database {} is locked by another program: stop that program, then start again", path.display())]
    Locked { path: PathBuf },
    #[error("the database {} is in journal mode {mode} and cannot be put in WAL mode: use a local file system", path.display())]
    WrongJournalMode { path: PathBuf, mode: String },
    #[error("SQLite {version} is too old: build with 3.51.3 or newer")]
    UnsupportedSqlite { version: String },
    #[error("the database {} cannot be opened: {reason}", path.display())]
    Failed { path: PathBuf, reason: Reason },
}

/// Returns whether another connection holds the lock that was needed.
pub(crate) fn is_busy(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::PoolTimedOut)
        || matches!(error.as_database_error().and_then(sqlite_code), Some(5 | 6))
}

/// Maps an error of SQLite to the operator's line: <https://www.sqlite.org/rescode.html>.
pub(crate) fn explain(error: sqlx::Error, path: &Path) -> OpenError {
    let path = path.to_owned();
    match error.as_database_error().and_then(sqlite_code) {
        _ if is_busy(&error) => OpenError::Locked { path },
        Some(8) => OpenError::ReadOnly { path },
        Some(14 | 3) => OpenError::Unreadable {
            path,
            reason: error.into(),
        },
        Some(11) => OpenError::Damaged { path },
        Some(26) => OpenError::NotADatabase { path },
        _ => OpenError::Failed {
            path,
            reason: error.into(),
        },
    }
}
