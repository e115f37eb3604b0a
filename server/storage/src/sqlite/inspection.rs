//! Inspection of a file without changing it.

use super::files::Files;
use super::open::{APPLICATION_ID, MIGRATOR, is_recent};
use super::open_error::{OpenError, explain};
use super::pools;
use super::process_lock::ProcessLock;
use crate::inspection::{
    HAS_API_KEYS, Inspection, NEWEST_EVENT, PepperUse, SCHEMA_VERSION, Schema,
};
use crate::ports::{installation, pepper};
use service::{Clock as _, SystemClock};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use std::io;
use std::path::Path;

/// Inspects the database at `path` without changing anything: neither data nor schema, nor any
/// file beside it.
///
/// With `thorough`, the whole file is read, which takes a second for every few hundred
/// megabytes. Otherwise the check does not compare indexes with their tables.
///
/// # Errors
/// The file does not exist, cannot be read, or is not a database of ours.
pub async fn inspect(path: &Path, thorough: bool) -> Result<Inspection, OpenError> {
    let files = Files::at(path)?;
    files.check_exists()?;
    let to_open_error = |error| explain(error, &files.database);
    // Opening a file in WAL mode creates two files beside it, unless the connection declares
    // the file immutable. Without a log beside it, no process writes to the file, so the
    // declaration is true.
    let options = pools::options(&files.database)
        .read_only(true)
        .immutable(!files.has_log())
        .disable_statement_logging();
    let mut connection = options.connect().await.map_err(to_open_error)?;
    let application_id = application_id(&mut connection)
        .await
        .map_err(to_open_error)?;
    if application_id != APPLICATION_ID {
        return Err(OpenError::Foreign {
            path: files.database,
        });
    }
    let inspection = read(&mut connection, thorough)
        .await
        .map_err(to_open_error)?;
    connection.close().await.map_err(to_open_error)?;
    Ok(inspection)
}

/// Returns whether a server is running on the database at `path`.
///
/// # Errors
/// The marker beside the file cannot be opened or locked.
pub fn is_in_use(path: &Path) -> io::Result<bool> {
    let files = Files::at(path).map_err(io::Error::other)?;
    ProcessLock::is_held(&files.marker)
}

/// Returns whether this version of the built-in SQLite library is free of the fault that can
/// corrupt a database.
pub fn is_safe_version(version: &str) -> bool {
    is_recent(version)
}

pub(crate) async fn application_id(connection: &mut SqliteConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("PRAGMA application_id")
        .fetch_one(connection)
        .await
}

async fn read(connection: &mut SqliteConnection, thorough: bool) -> sqlx::Result<Inspection> {
    let version = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(&mut *connection)
        .await?;
    let schema_version: Option<i64> = sqlx::query_scalar(SCHEMA_VERSION)
        .fetch_one(&mut *connection)
        .await?;
    let schema = Schema::of(schema_version, &MIGRATOR);
    let has_keys = match schema {
        Schema::Current(_) => installation::HAS_KEYS,
        _ => HAS_API_KEYS,
    };
    let mut pepper_uses: Vec<(String, i64, i64, i64)> = Vec::new();
    if let Schema::Current(_) = schema {
        pepper_uses = sqlx::query_as(pepper::LIST_USES)
            .bind(SystemClock.now().millis())
            .fetch_all(&mut *connection)
            .await?;
    }
    Ok(Inspection {
        version,
        schema,
        damage: find_damage(connection, thorough).await?,
        pepper_fingerprint: sqlx::query_scalar(installation::PEPPER_FINGERPRINT)
            .fetch_one(&mut *connection)
            .await?,
        pepper_uses: pepper_uses.into_iter().map(PepperUse::from).collect(),
        has_keys: sqlx::query_scalar(has_keys)
            .fetch_one(&mut *connection)
            .await?,
        newest_event: sqlx::query_scalar(NEWEST_EVENT)
            .fetch_one(&mut *connection)
            .await?,
        server: None,
    })
}

/// Returns the first fault that SQLite's checks find.
pub(crate) async fn find_damage(
    connection: &mut SqliteConnection,
    thorough: bool,
) -> sqlx::Result<Option<String>> {
    let check = if thorough {
        "PRAGMA integrity_check(1)"
    } else {
        "PRAGMA quick_check(1)"
    };
    let report: String = sqlx::query_scalar(check)
        .fetch_one(&mut *connection)
        .await?;
    if report != "ok" {
        return Ok(Some(report));
    }
    let violation: Option<(String, Option<i64>, String, i64)> =
        sqlx::query_as("PRAGMA foreign_key_check")
            .fetch_optional(connection)
            .await?;
    Ok(
        violation
            .map(|(table, _, other, _)| format!("a row of {table} belongs to none of {other}")),
    )
}
