//! Copies of whole databases: backups, restores, and the move from a file to PostgreSQL.
//!
//! # Definitions
//! - *Backup*: one SQLite file, whichever engine it was taken from.
//! - *Staged file*: a private copy of a backup that is prepared for a restore, under a temporary
//!   name.
//! - *Target*: the SQLite file or the PostgreSQL database that receives the data.
//! - *Filling*: writing every row of an SQLite file into PostgreSQL, in one transaction
//!   (`to_postgres`).
//! - *Moving*: filling from the installation's own file, which then gets the suffix `.moved`.
//!
//! # Invariants
//! - **I1** A copy contains the data of a single moment: `VACUUM INTO` reads one snapshot, a
//!   PostgreSQL source is read in one REPEATABLE READ transaction, and a file that is moved is
//!   locked exclusively.
//! - **I2** Nothing is overwritten. A target is a new file name or an empty database.
//! - **I3** A target is complete or does not exist. A file gets its name after it was verified and
//!   synced; PostgreSQL receives everything in one transaction.
//! - **I4** No two installations continue with the same data. A moved file loses its name before
//!   PostgreSQL commits, and gets it back only if it is certain that PostgreSQL did not commit.
//! - **I5** A restored database is quarantined before it gets its place (`quarantine`): it does not
//!   contain the revocations after the backup.
//! - **I6** Both engines have the same tables and columns. Which tables are copied, and in which
//!   order, is read from the file (`tables`), so a new table needs no change here.
//! - **I7** Rows are streamed, so that memory does not grow with their number.
//!
//! # Steps of a backup
//! - **B1** Create a temporary file in the target's directory, readable by its owner only.
//! - **B2** Fill it from one snapshot. The server keeps running, and no change waits.
//! - **B3** Read it again: check its integrity and its references, and count what it contains.
//! - **B4** Sync it, rename it to its name without overwriting, and sync the directory.
//!
//! # Steps of a restore
//! - **R1** Refuse a backup with a non-empty log beside it, since the newest changes are in that
//!   log.
//! - **R2** Copy it into the staged file, and migrate that to the current schema.
//! - **R3** Quarantine it (I5).
//! - **R4** Publish it as in B4 and write its marker, or fill PostgreSQL from it.
//!
//! # Steps of filling
//! - **P1** Connect, and check the server's version and that it takes changes.
//! - **P2** Begin, and take the migration lock: a server that starts meanwhile waits, and then
//!   finds everything. Refuse a database that is not empty, and create the schema.
//! - **P3** Delete what the migrations inserted, copy all tables, and advance the identity
//!   sequences.
//! - **P4** Note the transaction's number, and run the last step of the caller.
//! - **P5** Commit. If the commit is not confirmed, ask for the status of that number
//!   (`in_doubt`).
//!
//! # Steps of a move
//! - **M1** Open the store once, which refuses a schema that is not current, and close it.
//! - **M2** Lock the file exclusively and end WAL mode, so that all data is in the file itself.
//! - **M3** Fill PostgreSQL (P1 to P5). The last step in P4 renames the file and syncs the
//!   directory.
//!
//! # Failures
//! - **F1** Before P4: PostgreSQL rolls back, and the file has its name. If the process is killed
//!   before B4, a temporary file named `.voxum-…` is left over, which nothing uses.
//! - **F2** The process is killed between P4 and P5: PostgreSQL may or may not have committed. A
//!   server does not start without the file, and its error message names the renamed one.
//! - **F3** PostgreSQL did not commit: a moved file is renamed back, and the error is reported.
//! - **F4** For 10 s, PostgreSQL does not report whether it committed: [`CopyError::InDoubt`] for a
//!   restore, [`CopyError::MoveInDoubt`] for a move, and the file keeps the suffix `.moved` (I4).

mod backup;
mod error;
mod from_postgres;
mod in_doubt;
mod moving;
mod quarantine;
mod restore;
mod tables;
mod to_postgres;

pub use backup::{back_up_file, back_up_postgres};
pub use error::CopyError;
pub use moving::move_to_postgres;
pub use quarantine::QuarantineSummary;
pub use restore::{restore_to_file, restore_to_postgres};

use error::ErrorContext as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions as _, SqliteConnection};
use std::path::Path;

type Result<T> = std::result::Result<T, CopyError>;

/// Contents of a copy, for the report to the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopySummary {
    pub accounts: i64,
    pub keys: i64,
}

async fn summarize(connection: &mut SqliteConnection) -> Result<CopySummary> {
    let sql = "SELECT (SELECT count(*) FROM accounts), (SELECT count(*) FROM api_keys)";
    let counts = sqlx::query_as(sql).fetch_one(connection).await;
    let (accounts, keys) = counts.context("counting what was copied")?;
    Ok(CopySummary { accounts, keys })
}

/// Options for a file that only this process uses: without a write-ahead log beside it, and without
/// foreign keys, so that rows may precede the rows that they refer to.
fn exclusive_options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Delete)
        .foreign_keys(false)
        // Copying may take long, so slow statements are not logged.
        .disable_statement_logging()
}
