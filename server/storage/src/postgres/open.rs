//! Opening the database: checks that it belongs to this program and is usable, and creates the
//! pools.
//!
//! Every possible fault of the database is found here, before the first request. Each fault is one
//! line that advises the operator what to do.

use super::hints::Hints;
use super::open_error::{OpenError, explain, place};
use super::{FEEDS, MIGRATIONS, PostgresEngine, lock, pools, rolling};
use crate::inspection::{Schema, VERSION, newest};
use crate::ports::term;
use crate::{OpenMode, SqlStore};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

pub(crate) static MIGRATOR: Migrator = sqlx::migrate!("migrations/postgres");

/// Oldest supported version, as `server_version_num`.
const OLDEST: i32 = 140_000;

/// Maximum time for the first connection.
const CONNECT: Duration = Duration::from_secs(5);

/// Opens the database at `url`. `mode` decides whether an empty database may be filled, and whether
/// an older schema is migrated or refused.
///
/// # Errors
/// The database cannot be used as it is. It is unchanged then.
pub async fn open(url: &str, mode: OpenMode) -> Result<SqlStore, OpenError> {
    let engine = PostgresEngine::open(url, mode).await?;
    Ok(SqlStore::new(Arc::new(engine), FEEDS))
}

impl PostgresEngine {
    async fn open(url: &str, mode: OpenMode) -> Result<Self, OpenError> {
        let (options, place, mut connection) = connect(url).await?;
        let failed = |error| explain(error, &place);
        check_server(&mut connection, &place).await?;
        must_take_changes(&mut connection, &place).await?;
        bring_up(&mut connection, &options, &place, mode).await?;
        connection.close().await.map_err(failed)?;
        Ok(Self {
            writer: pools::writer(&options),
            readers: pools::readers(&options),
            listings: pools::listings(&options),
            authentication: pools::authentication(&options),
            non_durable: pools::non_durable(&options),
            coordination: pools::coordination(&options),
            hints: Hints::new(&options),
        })
    }
}

/// Connects without limits on statements, since migrations and copies may take longer. Also returns
/// the name of the database for messages.
pub(crate) async fn connect(
    url: &str,
) -> Result<(PgConnectOptions, String, PgConnection), OpenError> {
    let options: PgConnectOptions = url.parse().map_err(|error: sqlx::Error| {
        let reason = error.into();
        OpenError::BadUrl { reason }
    })?;
    // Notices of the server, such as that a table already exists, do not belong in our log.
    let options = options
        .application_name("voxum")
        .options([("client_min_messages", "warning")]);
    let place = place(&options);
    let patient = options.clone().disable_statement_logging();
    let connecting = timeout(CONNECT, patient.connect()).await;
    let late = |_| OpenError::Unreachable {
        place: place.clone(),
        reason: "it does not answer".into(),
    };
    let connection = connecting.map_err(late)?.map_err(|error| match error {
        // An unknown host is never reported as "not found", so this is a missing file.
        sqlx::Error::Io(why)
            if options.get_socket().is_none() && why.kind() == ErrorKind::NotFound =>
        {
            let (place, reason) = (place.clone(), why.into());
            OpenError::NoFile { place, reason }
        }
        error => explain(error, &place),
    })?;
    Ok((options, place, connection))
}

pub(crate) async fn check_server(
    connection: &mut PgConnection,
    place: &str,
) -> Result<(), OpenError> {
    let sql =
        "SELECT current_setting('server_version_num')::integer, current_setting('server_version'),
        current_setting('server_encoding')";
    let (number, version, encoding): (i32, String, String) = sqlx::query_as(sql)
        .fetch_one(connection)
        .await
        .map_err(|error| explain(error, place))?;
    let place = place.to_owned();
    if !is_recent(number) {
        let found = version;
        return Err(OpenError::Old { place, found });
    }
    if encoding != "UTF8" {
        let found = encoding;
        return Err(OpenError::NotUtf8 { place, found });
    }
    Ok(())
}

/// Refuses a standby, and a database that an operator or its host has made read-only.
pub(crate) async fn must_take_changes(
    connection: &mut PgConnection,
    place: &str,
) -> Result<(), OpenError> {
    let (standby, read_only): (bool, bool) = sqlx::query_as(
        "SELECT pg_is_in_recovery(), current_setting('transaction_read_only')::boolean",
    )
    .fetch_one(connection)
    .await
    .map_err(|error| explain(error, place))?;
    let place = place.to_owned();
    match (standby, read_only) {
        (true, _) => Err(OpenError::Standby { place }),
        (false, true) => Err(OpenError::ReadOnly { place }),
        (false, false) => Ok(()),
    }
}

fn is_recent(number: i32) -> bool {
    number >= OLDEST
}

/// Returns whether the database is ours, and whether it contains any table.
pub(crate) const OURS: &str = "
    SELECT to_regclass('_sqlx_migrations') IS NOT NULL AND to_regclass('installation') IS NOT NULL,
        EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r')";

/// Checks that the database is ours and applies the missing migrations, in one transaction.
///
/// Of two nodes that start at once, the second finds the work done. A start that is killed leaves
/// nothing half done.
async fn bring_up(
    connection: &mut PgConnection,
    options: &PgConnectOptions,
    place: &str,
    mode: OpenMode,
) -> Result<(), OpenError> {
    let failed = |error| explain(error, place);
    let named = || place.to_owned();
    let mut transaction = connection.begin().await.map_err(failed)?;
    sqlx::raw_sql(AssertSqlSafe(lock(MIGRATIONS, 0)))
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    let (ours, tables): (bool, bool) = sqlx::query_as(OURS)
        .fetch_one(&mut *transaction)
        .await
        .map_err(failed)?;
    match mode {
        _ if ours => {}
        _ if tables => return Err(OpenError::Foreign { place: named() }),
        mode if mode.creates() => {}
        _ => return Err(OpenError::Missing { place: named() }),
    }
    if ours {
        may_migrate(&mut transaction, options, place, mode).await?;
    }
    migrate(&mut transaction, place).await?;
    if mode != OpenMode::ExistingOnly {
        term::catch_up(&mut *transaction).await.map_err(failed)?;
    }
    transaction.commit().await.map_err(failed)
}

/// Refuses an older schema if a command found it, or if nodes of the older version are using it.
async fn may_migrate(
    connection: &mut PgConnection,
    options: &PgConnectOptions,
    place: &str,
    mode: OpenMode,
) -> Result<(), OpenError> {
    let failed = |error| explain(error, place);
    let found: Option<i64> = sqlx::query_scalar(VERSION)
        .fetch_one(connection)
        .await
        .map_err(failed)?;
    let Schema::Older(version) = Schema::of(found, &MIGRATOR) else {
        // The migrator detects a newer one.
        return Ok(());
    };
    let (place, newest) = (place.to_owned(), newest(&MIGRATOR));
    match mode {
        OpenMode::ExistingOnly => Err(OpenError::Older {
            place,
            version,
            newest,
        }),
        OpenMode::CreateIfNew
            if rolling::any_node_runs(options, version)
                .await
                .map_err(failed)? =>
        {
            Err(OpenError::OlderNodes {
                place,
                version,
                newest,
            })
        }
        OpenMode::CreateIfNew | OpenMode::RollingUpgrade | OpenMode::UpgradeOnly => Ok(()),
    }
}

/// Applies the missing migrations.
pub(crate) async fn migrate(connection: &mut PgConnection, place: &str) -> Result<(), OpenError> {
    let named = || place.to_owned();
    // `run` does the same, but its future cannot be shown to be `Send`.
    MIGRATOR
        .run_direct(None, connection, false)
        .await
        .map_err(|error| match error {
            MigrateError::VersionMissing(version) => OpenError::Newer {
                place: named(),
                version,
            },
            MigrateError::VersionMismatch(version) => OpenError::Altered {
                place: named(),
                version,
            },
            MigrateError::Execute(error) => explain(error, place),
            MigrateError::ExecuteMigration(error, version) => match explain(error, place) {
                OpenError::Failed { place, reason } => OpenError::NotMigrated {
                    place,
                    version,
                    reason,
                },
                told => told,
            },
            other => OpenError::Failed {
                place: named(),
                reason: other.into(),
            },
        })
}

#[cfg(test)]
mod tests {
    use super::is_recent;

    #[test]
    fn postgresql_14_is_the_oldest_supported_version() {
        assert!(is_recent(140_000) && is_recent(180_001));
        assert!(!is_recent(130_023) && !is_recent(90_624));
    }
}
