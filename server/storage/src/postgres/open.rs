//! Opening the database: checks that it belongs to this program and is usable, and creates the
//! pools.
//!
//! Every possible fault of the database is found here, before the first request. Each fault is one
//! line that advises the operator what to do.

use super::hints::Hints;
use super::open_error::{OpenError, database, explain};
use super::{MAX_CONCURRENT_FEEDS, MIGRATIONS, PostgresEngine, lock, pools, rolling};
use crate::inspection::{SCHEMA_VERSION, Schema, newest};
use crate::open_mode::OpenMode;
use crate::ports::search_term;
use crate::store::SqlStore;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

pub(crate) static MIGRATOR: Migrator = sqlx::migrate!("migrations/postgres");

/// Oldest supported version, as `server_version_num`.
const OLDEST_VERSION: i32 = 140_000;

/// Maximum time for the first connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens the database at `url`. `mode` decides whether an empty database may be filled, and whether
/// an older schema is migrated or refused.
///
/// # Errors
/// The database cannot be used as it is. It is unchanged then.
pub async fn open(url: &str, mode: OpenMode) -> Result<SqlStore, OpenError> {
    let engine = PostgresEngine::open(url, mode).await?;
    Ok(SqlStore::new(Arc::new(engine), MAX_CONCURRENT_FEEDS))
}

impl PostgresEngine {
    async fn open(url: &str, mode: OpenMode) -> Result<Self, OpenError> {
        let (options, database, mut connection) = connect(url).await?;
        let to_open_error = |error| explain(error, &database);
        check_server(&mut connection, &database).await?;
        require_writable(&mut connection, &database).await?;
        check_and_migrate(&mut connection, &options, &database, mode).await?;
        connection.close().await.map_err(to_open_error)?;
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
    let database = database(&options);
    let quiet_options = options.clone().disable_statement_logging();
    let connection = timeout(CONNECT_TIMEOUT, quiet_options.connect()).await;
    let timed_out = |_| OpenError::Unreachable {
        database: database.clone(),
        reason: "it does not answer".into(),
    };
    let connection = connection
        .map_err(timed_out)?
        .map_err(|error| match error {
            // An unknown host is never reported as "not found", so this is a missing file.
            sqlx::Error::Io(io_error)
                if options.get_socket().is_none() && io_error.kind() == ErrorKind::NotFound =>
            {
                let (database, reason) = (database.clone(), io_error.into());
                OpenError::MissingFile { database, reason }
            }
            error => explain(error, &database),
        })?;
    Ok((options, database, connection))
}

pub(crate) async fn check_server(
    connection: &mut PgConnection,
    database: &str,
) -> Result<(), OpenError> {
    let sql =
        "SELECT current_setting('server_version_num')::integer, current_setting('server_version'),
        current_setting('server_encoding')";
    let (number, version, encoding): (i32, String, String) = sqlx::query_as(sql)
        .fetch_one(connection)
        .await
        .map_err(|error| explain(error, database))?;
    let database = database.to_owned();
    if !is_recent(number) {
        return Err(OpenError::UnsupportedVersion { database, version });
    }
    if encoding != "UTF8" {
        return Err(OpenError::NotUtf8 { database, encoding });
    }
    Ok(())
}

/// Refuses a standby, and a database that an operator or its host has made read-only.
pub(crate) async fn require_writable(
    connection: &mut PgConnection,
    database: &str,
) -> Result<(), OpenError> {
    let (standby, read_only): (bool, bool) = sqlx::query_as(
        "SELECT pg_is_in_recovery(), current_setting('transaction_read_only')::boolean",
    )
    .fetch_one(connection)
    .await
    .map_err(|error| explain(error, database))?;
    let database = database.to_owned();
    match (standby, read_only) {
        (true, _) => Err(OpenError::Standby { database }),
        (false, true) => Err(OpenError::ReadOnly { database }),
        (false, false) => Ok(()),
    }
}

fn is_recent(number: i32) -> bool {
    number >= OLDEST_VERSION
}

/// Returns whether the database is ours, and whether it contains any table.
pub(crate) const DATABASE_IDENTITY: &str = "
    SELECT to_regclass('_sqlx_migrations') IS NOT NULL AND to_regclass('installation') IS NOT NULL,
        EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r')";

/// Checks that the database is ours and applies the missing migrations, in one transaction.
///
/// Of two nodes that start concurrently, the second finds the work done. A start that is killed
/// leaves nothing half done.
async fn check_and_migrate(
    connection: &mut PgConnection,
    options: &PgConnectOptions,
    database: &str,
    mode: OpenMode,
) -> Result<(), OpenError> {
    let to_open_error = |error| explain(error, database);
    let name = || database.to_owned();
    let mut transaction = connection.begin().await.map_err(to_open_error)?;
    sqlx::raw_sql(AssertSqlSafe(lock(MIGRATIONS, 0)))
        .execute(&mut *transaction)
        .await
        .map_err(to_open_error)?;
    let (is_ours, has_tables): (bool, bool) = sqlx::query_as(DATABASE_IDENTITY)
        .fetch_one(&mut *transaction)
        .await
        .map_err(to_open_error)?;
    match mode {
        _ if is_ours => {}
        _ if has_tables => return Err(OpenError::Foreign { database: name() }),
        mode if mode.may_create() => {}
        _ => return Err(OpenError::Missing { database: name() }),
    }
    if is_ours {
        check_migration(&mut transaction, options, database, mode).await?;
    }
    migrate(&mut transaction, database).await?;
    if mode != OpenMode::ExistingOnly {
        search_term::index_missing_terms(&mut *transaction)
            .await
            .map_err(to_open_error)?;
    }
    transaction.commit().await.map_err(to_open_error)
}

/// Refuses an older schema if a command found it, or if nodes of the older version are using it.
async fn check_migration(
    connection: &mut PgConnection,
    options: &PgConnectOptions,
    database: &str,
    mode: OpenMode,
) -> Result<(), OpenError> {
    let to_open_error = |error| explain(error, database);
    let schema_version: Option<i64> = sqlx::query_scalar(SCHEMA_VERSION)
        .fetch_one(connection)
        .await
        .map_err(to_open_error)?;
    let Schema::Older(version) = Schema::of(schema_version, &MIGRATOR) else {
        // The migrator detects a newer one.
        return Ok(());
    };
    let (database, newest) = (database.to_owned(), newest(&MIGRATOR));
    match mode {
        OpenMode::ExistingOnly => Err(OpenError::Older {
            database,
            version,
            newest,
        }),
        OpenMode::CreateIfNew
            if rolling::any_node_runs(options, version)
                .await
                .map_err(to_open_error)? =>
        {
            Err(OpenError::OlderNodes {
                database,
                version,
                newest,
            })
        }
        OpenMode::CreateIfNew | OpenMode::RollingUpgrade | OpenMode::UpgradeOnly => Ok(()),
    }
}

/// Applies the missing migrations.
pub(crate) async fn migrate(
    connection: &mut PgConnection,
    database: &str,
) -> Result<(), OpenError> {
    let name = || database.to_owned();
    // `run` does the same, but its future cannot be shown to be `Send`.
    MIGRATOR
        .run_direct(None, connection, false)
        .await
        .map_err(|error| match error {
            MigrateError::VersionMissing(version) => OpenError::Newer {
                database: name(),
                version,
            },
            MigrateError::VersionMismatch(version) => OpenError::OtherBuild {
                database: name(),
                version,
            },
            MigrateError::Execute(error) => explain(error, database),
            MigrateError::ExecuteMigration(error, version) => match explain(error, database) {
                OpenError::Failed { database, reason } => OpenError::MigrationFailed {
                    database,
                    version,
                    reason,
                },
                open_error => open_error,
            },
            other => OpenError::Failed {
                database: name(),
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
