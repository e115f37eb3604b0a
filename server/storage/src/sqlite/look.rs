//! A file looked at without changing it.

use super::SqliteStore;
use super::files::Files;
use super::open::{APPLICATION_ID, MIGRATOR, is_recent};
use super::open_error::{OpenError, explain};
use super::pools;
use crate::look::{HAS_API_KEYS, Look, NEWEST_EVENT, PepperUse, Schema, VERSION};
use crate::sql::{installation, pepper};
use service::{Clock as _, SystemClock};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use std::path::Path;

impl SqliteStore {
    /// Looks at the database at `path` and changes nothing: not the data, not the schema, and no file beside it.
    ///
    /// `thorough` reads all of it, which takes a second for each some hundred megabytes; else the check leaves out whether
    /// each index fits its table.
    ///
    /// # Errors
    /// Where it is no database of ours, cannot be read, or is not there.
    pub async fn look(path: &Path, thorough: bool) -> Result<Look, OpenError> {
        let files = Files::at(path)?;
        files.expect()?;
        let failed = |error| explain(error, &files.database);
        // Whoever opens a file in WAL mode makes two others beside it, unless they say that nobody writes to it: so it is
        // where there is no log beside it.
        let options = pools::options(&files.database)
            .read_only(true)
            .immutable(!files.has_log())
            .disable_statement_logging();
        let mut connection = options.connect().await.map_err(failed)?;
        let application = application(&mut connection).await.map_err(failed)?;
        if application != APPLICATION_ID {
            return Err(OpenError::Foreign {
                path: files.database,
            });
        }
        let look = read(&mut connection, thorough).await.map_err(failed)?;
        connection.close().await.map_err(failed)?;
        Ok(look)
    }

    /// Whether SQLite's library, which is built in, is free of the fault that can corrupt a database.
    pub fn library_will_do(version: &str) -> bool {
        is_recent(version)
    }
}

pub(crate) async fn application(connection: &mut SqliteConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("PRAGMA application_id")
        .fetch_one(connection)
        .await
}

async fn read(connection: &mut SqliteConnection, thorough: bool) -> sqlx::Result<Look> {
    let version = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(&mut *connection)
        .await?;
    let found: Option<i64> = sqlx::query_scalar(VERSION)
        .fetch_one(&mut *connection)
        .await?;
    let schema = Schema::of(found, &MIGRATOR);
    let has_keys = match schema {
        Schema::Current(_) => installation::HAS_KEYS,
        _ => HAS_API_KEYS,
    };
    let mut uses: Vec<(String, i64, i64, i64)> = Vec::new();
    if let Schema::Current(_) = schema {
        uses = sqlx::query_as(pepper::USES)
            .bind(SystemClock.now().millis())
            .fetch_all(&mut *connection)
            .await?;
    }
    Ok(Look {
        version,
        schema,
        damage: damage(connection, thorough).await?,
        pepper_fingerprint: sqlx::query_scalar(installation::PEPPER_FINGERPRINT)
            .fetch_one(&mut *connection)
            .await?,
        pepper_uses: uses.into_iter().map(PepperUse::from).collect(),
        has_keys: sqlx::query_scalar(has_keys)
            .fetch_one(&mut *connection)
            .await?,
        newest_event: sqlx::query_scalar(NEWEST_EVENT)
            .fetch_one(&mut *connection)
            .await?,
        server: None,
    })
}

/// The first thing that is wrong with the file.
pub(crate) async fn damage(
    connection: &mut SqliteConnection,
    thorough: bool,
) -> sqlx::Result<Option<String>> {
    let check = if thorough {
        "PRAGMA integrity_check(1)"
    } else {
        "PRAGMA quick_check(1)"
    };
    let told: String = sqlx::query_scalar(check)
        .fetch_one(&mut *connection)
        .await?;
    if told != "ok" {
        return Ok(Some(told));
    }
    let stray: Option<(String, Option<i64>, String, i64)> =
        sqlx::query_as("PRAGMA foreign_key_check")
            .fetch_optional(connection)
            .await?;
    Ok(stray.map(|(table, _, other, _)| format!("a row of {table} belongs to none of {other}")))
}
