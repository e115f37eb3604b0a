//! Whole databases: backups, what is restored from them, and the way from a file to PostgreSQL.
//!
//! A backup is one SQLite file, whichever database it was taken of: `backup` takes it, from one moment's snapshot. What is in
//! an SQLite file is put to use by `restore`, in an SQLite file's place or in an empty PostgreSQL database; `moving` does the
//! latter with the installation's own file. Rows go through one by one, so that a million of them need no memory.
//!
//! Both databases have the same tables and columns, so nothing here names one: what there is, and in which order it has to
//! be written, is read from the file.

mod backup;
mod error;
mod from_postgres;
mod moving;
mod quarantine;
mod restore;
mod tables;
mod to_postgres;
mod unanswered;

pub use backup::{back_up_file, back_up_postgres};
pub use error::CopyError;
pub use moving::move_to_postgres;
pub use quarantine::Quarantined;
pub use restore::{restore_to_file, restore_to_postgres};

use error::Doing as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions as _, SqliteConnection};
use std::path::Path;

type Result<T> = std::result::Result<T, CopyError>;

/// What a copy holds, to be told to whoever asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub accounts: i64,
    pub keys: i64,
}

async fn held(connection: &mut SqliteConnection) -> Result<Held> {
    let sql = "SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM api_keys)";
    let counted = sqlx::query_as(sql).fetch_one(connection).await;
    let (accounts, keys) = counted.doing("counting what was copied")?;
    Ok(Held { accounts, keys })
}

/// A file that only this program knows of: no log beside it, and no rule in the way of rows that come before those they
/// belong to.
fn alone(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Delete)
        .foreign_keys(false)
        // A copy takes as long as it takes.
        .disable_statement_logging()
}
