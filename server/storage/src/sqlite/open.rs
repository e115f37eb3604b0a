//! Opening the file: checks that it belongs to this program and is usable, and creates the pools.
//!
//! Every possible fault of the file is found here, before the first request. Each fault is one line
//! that advises the operator what to do.

use super::checkpoints::Checkpoints;
use super::files::Files;
use super::listings::Listings;
use super::open_error::{OpenError, explain};
use super::process_lock::ProcessLock;
use super::write_check::WriteCheck;
use super::write_pool::Pool;
use super::write_scheduler::WriteScheduler;
use super::{MAX_CONCURRENT_FEEDS, SqliteEngine, pools};
use crate::inspection::{SCHEMA_VERSION, Schema, newest};
use crate::open_mode::OpenMode;
use crate::ports::search_term;
use crate::store::SqlStore;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use std::path::Path;
use std::sync::Arc;

pub(crate) static MIGRATOR: Migrator = sqlx::migrate!("migrations/sqlite");

/// `application_id` of our files, `VoXm` in ASCII. The first migration sets it.
pub(crate) const APPLICATION_ID: i64 = 0x566f_586d;

/// Number of connections for reads of a few rows.
const READER_CONNECTIONS: u32 = 3;
/// Number of connections for authentication, which reads a row each time.
const AUTHENTICATION_CONNECTIONS: u32 = 2;

/// Oldest usable version of SQLite. Earlier ones can corrupt a database in WAL mode:
/// <https://www.sqlite.org/wal.html#walresetbug>.
const OLDEST_VERSION: [u32; 3] = [3, 51, 3];

/// Opens the database at `path`. `mode` decides whether it may be created, and whether an older
/// schema is migrated or refused.
///
/// # Errors
/// The file cannot be used as it is. It is unchanged then.
pub async fn open(path: &Path, mode: OpenMode) -> Result<SqlStore, OpenError> {
    let engine = SqliteEngine::open(path, mode).await?;
    Ok(SqlStore::new(Arc::new(engine), MAX_CONCURRENT_FEEDS))
}

impl SqliteEngine {
    async fn open(path: &Path, mode: OpenMode) -> Result<Self, OpenError> {
        let files = Files::at(path)?;
        files.prepare(mode)?;
        let to_open_error = |error| explain(error, &files.database);
        let options = pools::options(&files.database);

        // This connection sets no journal mode, since that is written into the file, which may turn
        // out to belong to another program.
        let mut connection = options.connect().await.map_err(to_open_error)?;
        check_version(&mut connection)
            .await
            .map_err(to_open_error)??;
        check_and_migrate(&mut connection, &files, mode).await?;
        connection.close().await.map_err(to_open_error)?;
        files.ensure_marker()?;

        let writer = pools::writer(&options).await.map_err(to_open_error)?;
        let mode: String = sqlx::query_scalar("PRAGMA journal_mode")
            .fetch_one(&writer)
            .await
            .map_err(to_open_error)?;
        if mode != "wal" {
            return Err(OpenError::WrongJournalMode {
                path: files.database,
                mode,
            });
        }
        let scheduler = WriteScheduler::default();
        let non_durable = pools::non_durable(&options).await.map_err(to_open_error)?;
        let coordination = pools::coordination(&options).await.map_err(to_open_error)?;
        let listings = pools::listings(&options).await.map_err(to_open_error)?;
        let authentication = pools::readers(&options, AUTHENTICATION_CONNECTIONS).await;
        let authentication = authentication.map_err(to_open_error)?;
        let readers = pools::readers(&options, READER_CONNECTIONS)
            .await
            .map_err(to_open_error)?;
        let checkpoints = pools::checkpoints(&options).await.map_err(to_open_error)?;
        Ok(Self {
            writer: Pool::new(writer, &scheduler, false),
            readers,
            listings: Listings::new(listings),
            authentication,
            non_durable: Pool::new(non_durable, &scheduler, true),
            coordination: Pool::new(coordination, &scheduler, false),
            process_lock: ProcessLock::at(files.marker.clone()),
            log: files.with_suffix("-wal").into(),
            checkpoints: Checkpoints::start(checkpoints, scheduler),
            write_check: WriteCheck::default(),
        })
    }
}

async fn check_version(connection: &mut SqliteConnection) -> sqlx::Result<Result<(), OpenError>> {
    let version: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(connection)
        .await?;
    Ok(if is_recent(&version) {
        Ok(())
    } else {
        Err(OpenError::UnsupportedSqlite { version })
    })
}

pub(super) fn is_recent(version: &str) -> bool {
    let numbers: Vec<u32> = version
        .split('.')
        .map_while(|part| part.parse().ok())
        .collect();
    numbers.as_slice() >= OLDEST_VERSION.as_slice()
}

/// Checks that the file is ours and applies the missing migrations, in one transaction.
///
/// Of two processes that start concurrently, the second finds the work done. A start that is killed
/// leaves nothing half done.
pub(crate) async fn check_and_migrate(
    connection: &mut SqliteConnection,
    files: &Files,
    mode: OpenMode,
) -> Result<(), OpenError> {
    let to_open_error = |error| explain(error, &files.database);
    let mut transaction = connection
        .begin_with("BEGIN IMMEDIATE")
        .await
        .map_err(to_open_error)?;
    let application: i64 = sqlx::query_scalar("PRAGMA application_id")
        .fetch_one(&mut *transaction)
        .await
        .map_err(to_open_error)?;
    if application != APPLICATION_ID {
        let tables: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema")
            .fetch_one(&mut *transaction)
            .await
            .map_err(to_open_error)?;
        match mode {
            _ if tables > 0 => {
                return Err(OpenError::Foreign {
                    path: files.database.clone(),
                });
            }
            _ if files.has_marker()? => return Err(files.vanished()),
            mode if mode.may_create() => {}
            _ => return Err(files.missing()),
        }
    }
    if mode == OpenMode::ExistingOnly {
        require_current_schema(&mut transaction, files).await?;
    }
    // `run` does the same, but its future cannot be shown to be `Send`.
    MIGRATOR
        .run_direct(None, &mut *transaction, false)
        .await
        .map_err(|error| match error {
            MigrateError::VersionMissing(version) => OpenError::Newer {
                path: files.database.clone(),
                version,
            },
            MigrateError::VersionMismatch(version) => OpenError::OtherBuild {
                path: files.database.clone(),
                version,
            },
            MigrateError::Execute(error) => to_open_error(error),
            MigrateError::ExecuteMigration(error, version) => match to_open_error(error) {
                OpenError::Failed { path, reason } => OpenError::MigrationFailed {
                    path,
                    version,
                    reason,
                },
                open_error => open_error,
            },
            other => OpenError::Failed {
                path: files.database.clone(),
                reason: other.into(),
            },
        })?;
    if mode != OpenMode::ExistingOnly {
        search_term::index_missing_terms(&mut *transaction)
            .await
            .map_err(to_open_error)?;
    }
    // On a read-only file, BEGIN IMMEDIATE silently begins a read transaction. A statement that
    // could write is refused there.
    sqlx::query("UPDATE installation SET id = id WHERE 1 = 0")
        .execute(&mut *transaction)
        .await
        .map_err(to_open_error)?;
    transaction.commit().await.map_err(to_open_error)
}

async fn require_current_schema(
    connection: &mut SqliteConnection,
    files: &Files,
) -> Result<(), OpenError> {
    let schema_version: Option<i64> = sqlx::query_scalar(SCHEMA_VERSION)
        .fetch_one(connection)
        .await
        .map_err(|error| explain(error, &files.database))?;
    match Schema::of(schema_version, &MIGRATOR) {
        Schema::Older(version) => Err(OpenError::Older {
            path: files.database.clone(),
            version,
            newest: newest(&MIGRATOR),
        }),
        // The migrator detects the other cases.
        Schema::None | Schema::Current(_) | Schema::Newer(_) => Ok(()),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::engine::Pool as NamedPool;
    use crate::ports::index_check;
    use crate::query::{QueryBuilder, query, query_scalar};

    /// Opens a new database. Returns its folder, the store and the engine below it.
    pub(in super::super) async fn open_temporary()
    -> (tempfile::TempDir, SqlStore, Arc<SqliteEngine>) {
        let directory = tempfile::tempdir().expect("a directory for the test");
        let database = directory.path().join("voxum.db");
        let engine = SqliteEngine::open(&database, OpenMode::CreateIfNew).await;
        let engine = Arc::new(engine.expect("the database opens"));
        (
            directory,
            SqlStore::new(engine.clone(), MAX_CONCURRENT_FEEDS),
            engine,
        )
    }

    #[test]
    fn only_sqlite_versions_without_the_wal_reset_bug_are_accepted() {
        for good in ["3.51.3", "3.51.10", "3.52.0", "4.0.0"] {
            assert!(is_recent(good), "{good}");
        }
        for bad in [
            "3.51.2", "3.46.0", "3.9.99", "2.99.99", "3.51", "", "unknown",
        ] {
            assert!(!is_recent(bad), "{bad}");
        }
    }

    async fn assert_settings(pool: NamedPool<'_>, synchronous: i64) {
        let setting = async |pragma: &'static str| -> i64 {
            let value = query_scalar(pragma).fetch_one(pool);
            value.await.expect(pragma)
        };
        // 1 is NORMAL, 2 is FULL.
        assert_eq!(setting("PRAGMA synchronous").await, synchronous);
        assert_eq!(setting("PRAGMA foreign_keys").await, 1);
        assert_eq!(setting("PRAGMA busy_timeout").await, 5_000);
        let mode = query_scalar("PRAGMA journal_mode").fetch_one(pool);
        let mode: String = mode.await.expect("a journal mode");
        assert_eq!(mode, "wal");
    }

    #[tokio::test]
    async fn every_pool_has_its_settings_and_read_pools_cannot_write() {
        let (_directory, store, _engine) = open_temporary().await;
        assert_settings(store.writer("a test"), 2).await;
        assert_settings(store.non_durable("a test"), 1).await;
        assert_settings(store.coordination("a test"), 1).await;
        assert_settings(store.readers("a test"), 2).await;
        assert_settings(store.authentication("a test"), 2).await;
        let delete = || query("DELETE FROM items");
        for result in [
            delete().execute(store.readers("a test")).await,
            delete().execute(store.authentication("a test")).await,
            delete().execute(store.listings("a test")).await,
        ] {
            assert!(result.is_err(), "a reader can write");
        }
        store.close().await;
    }

    #[tokio::test]
    async fn every_statement_is_valid_and_finds_its_rows_by_an_index() {
        let (_directory, store, _engine) = open_temporary().await;
        let bulk = index_check::BULK.iter().map(|statement| {
            let columns = statement.columns.split(',');
            let row = vec!["NULL"; columns.count()].join(", ");
            format!(
                "WITH given ({}) AS (VALUES ({row}), ({row})) {}",
                statement.columns, statement.statement
            )
        });
        let single = index_check::INDEXED
            .iter()
            .map(|&statement| statement.to_owned());
        for statement in single.chain(bulk) {
            let explained = format!("EXPLAIN QUERY PLAN {statement}");
            let explain = QueryBuilder::from_text(explained).build();
            let plan = explain.fetch_all(store.writer("explaining"));
            let plan: Vec<(i64, i64, i64, String)> = plan.await.expect(&statement);
            eprintln!(
                "{statement}: {:?}",
                plan.iter()
                    .map(|(.., step)| step.as_str())
                    .collect::<Vec<_>>()
            );
            let mut has_scanned_page = false;
            for (.., step) in plan {
                // The values that a statement receives are few, and are scanned and grouped.
                let of_few = [
                    "SCAN g",
                    "SCAN given",
                    "SCAN called",
                    "SCAN 2 CONSTANT ROWS",
                ];
                let is_bulk = statement.starts_with("WITH given")
                    && (of_few.contains(&step.as_str()) || step.contains("TEMP B-TREE"));
                // The rows of one page are few as well, once its limit has selected them by an
                // index.
                let of_page = ["SCAN page", "SCAN fitting", "SCAN f", "SCAN (subquery"];
                let scans_page = statement.trim_start().starts_with("WITH page")
                    && of_page.iter().any(|scan| step.starts_with(scan));
                has_scanned_page |= scans_page;
                let is_page = scans_page || (has_scanned_page && step.contains("TEMP B-TREE"));
                // A statement that consists of subqueries has a single row without a table.
                let is_bounded = is_bulk || is_page || step == "SCAN CONSTANT ROW";
                assert!(
                    is_bounded || !step.contains("TEMP B-TREE"),
                    "sorts: {step} in {statement}"
                );
                assert!(
                    is_bounded || !step.starts_with("SCAN"),
                    "reads a whole table: {step} in {statement}"
                );
            }
        }
        store.close().await;
    }
}
