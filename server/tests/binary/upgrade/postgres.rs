//! Upgrades on PostgreSQL, whose first schema corresponds to the seventeenth on SQLite.

use super::{PEPPER, check, content, migrations_until};
use crate::support::{Server, refusal, run, voxum};
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use std::path::Path;
use std::process::Command;
use testkit::Text as _;
use testkit::postgres::{Database, PASSWORD};

static MIGRATIONS: Migrator = sqlx::migrate!("storage/migrations/postgres");
const FIRST: i64 = 17;

fn newest() -> i64 {
    let versions = MIGRATIONS.iter().map(|migration| migration.version);
    versions.max().unwrap()
}

/// Creates a database as the version with this schema left it.
pub(super) async fn create_postgres(version: i64) -> Database {
    let database = Database::new().await;
    let mut connection = database.raw().await;
    migrations_until(version, &MIGRATIONS)
        .run_direct(None, &mut connection, false)
        .await
        .unwrap();
    for statement in content(version, 0) {
        let statement = statement
            .replace("NOW", "(1000 * extract(epoch FROM now())::bigint)")
            // Some values need more than four bytes.
            .replace("86400000", "86400000::bigint")
            .replace("RANDOM", "sha256(random()::text::bytea)")
            .replace("BYTES", "BYTEA")
            .replace("<<", "'\\x")
            .replace(">>", "'::bytea");
        connection.execute(AssertSqlSafe(statement)).await.unwrap();
    }
    connection.close().await.unwrap();
    database
}

pub(super) fn node(folder: &Path, database: &Database) -> Command {
    let mut command = voxum(folder);
    command
        .env("VOXUM_DATABASE_URL", database.url().as_str())
        .env("VOXUM_PEPPER", PEPPER);
    command
}

/// Starts the server, checks its data, and stops it again.
fn check_upgrade(folder: &Path, database: &Database) {
    let mut command = node(folder, database);
    tokio::task::block_in_place(|| {
        let server = Server::spawn(&mut command, false);
        // Every schema on PostgreSQL could store everything that is checked.
        check(&server, FIRST, 0);
        let (status, log, _) = server.stop();
        assert!(status.success(), "{log}");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn every_older_postgresql_schema_is_migrated_with_all_its_data() {
    let folder = tempfile::tempdir().unwrap();
    for version in FIRST..newest() {
        let database = create_postgres(version).await;
        for _ in 0..2 {
            check_upgrade(folder.path(), &database);
        }
        database.drop().await;
    }
}

/// Dumps a database as text: its tables and columns, and every row of every table.
async fn dump(database: &Database) -> Vec<String> {
    let mut connection = database.raw().await;
    let mut all: Vec<String> = sqlx::query_scalar(
        "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default)
         FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1";
    let indexes: Vec<String> = sqlx::query_scalar(indexes)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let functions = "SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1";
    let functions: Vec<String> = sqlx::query_scalar(functions)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";
    let tables: Vec<String> = sqlx::query_scalar(tables)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    for table in tables {
        let rows = format!("SELECT '{table}: ' || t::text FROM {table} t ORDER BY 1");
        let rows: Vec<String> = sqlx::query_scalar(AssertSqlSafe(rows))
            .fetch_all(&mut connection)
            .await
            .unwrap();
        all.extend(rows);
    }
    connection.close().await.unwrap();
    all.extend(indexes);
    all.extend(functions);
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn failed_migration_leaves_postgresql_unchanged_and_reports_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let database = create_postgres(FIRST).await;
    let mut connection = database.raw().await;
    // Occupies the name of a table that a migration in the middle creates.
    connection
        .execute("CREATE TABLE nodes (left_by TEXT); INSERT INTO nodes VALUES ('somebody')")
        .await
        .unwrap();
    let before = dump(&database).await;
    assert!(before.iter().any(|line| line.contains("HÄNDLER-Feed")));
    for _ in 0..2 {
        let mut command = node(folder.path(), &database);
        let err = refusal(tokio::task::block_in_place(|| run(&mut command)), 1);
        err.has_all(["step 19", "\"nodes\" already exists", "is unchanged"]);
        err.lacks(PASSWORD);
        assert_eq!(dump(&database).await, before);
    }
    // The previous version still works: it has nothing to migrate and nothing to refuse.
    migrations_until(FIRST, &MIGRATIONS)
        .run_direct(None, &mut connection, false)
        .await
        .unwrap();
    connection.execute("DROP TABLE nodes").await.unwrap();
    connection.close().await.unwrap();
    check_upgrade(folder.path(), &database);
    database.drop().await;
}
