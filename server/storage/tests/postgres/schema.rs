//! Both databases have the same tables, columns and indexes, so that statements, rows and the next
//! migration fit both.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, FromRow};
use storage::{OpenMode, postgres, sqlite};
use testkit::postgres::Database;

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, FromRow)]
struct Column {
    owner: String,
    name: String,
    kind: String,
    required: bool,
}

const SQLITE_COLUMNS: &str = "
    SELECT t.name AS owner, c.name,
        CASE c.type WHEN 'INTEGER' THEN 'bigint' WHEN 'TEXT' THEN 'text' WHEN 'BLOB' THEN 'bytea' END AS kind,
        c.\"notnull\" OR c.pk > 0 AS required
    FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE '\\_sqlx%' ESCAPE '\\'";

const POSTGRES_COLUMNS: &str = "
    SELECT table_name::text AS owner, column_name::text AS name, data_type::text AS kind, is_nullable = 'NO' AS required
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%'";

#[tokio::test]
async fn both_databases_have_the_same_tables_columns_and_indexes() {
    let database = Database::new().await;
    let store = postgres::open(database.url().as_str(), OpenMode::CreateIfNew).await;
    store.expect("the store opens").close().await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("voxum.db");
    let store = sqlite::open(&file, OpenMode::CreateIfNew).await;
    store.expect("the store opens").close().await;

    let mut postgres = database.raw().await;
    let mut sqlite = SqliteConnectOptions::new()
        .filename(&file)
        .connect()
        .await
        .expect("a connection");

    let mut postgres_names: Vec<Column> = sqlx::query_as(POSTGRES_COLUMNS)
        .fetch_all(&mut postgres)
        .await
        .expect("columns");
    let mut sqlite_names: Vec<Column> = sqlx::query_as(SQLITE_COLUMNS)
        .fetch_all(&mut sqlite)
        .await
        .expect("columns");
    postgres_names.sort();
    sqlite_names.sort();
    assert!(
        sqlite_names.len() > 100,
        "only {} columns",
        sqlite_names.len()
    );
    for column in &postgres_names {
        assert!(
            sqlite_names.contains(column),
            "PostgreSQL alone has {column:?}"
        );
    }
    assert_eq!(postgres_names, sqlite_names, "SQLite has more");

    let mut postgres_names: Vec<String> = sqlx::query_scalar(
        "SELECT c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
         WHERE c.relnamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u'))",
    )
    .fetch_all(&mut postgres)
    .await
    .expect("indexes");
    let mut sqlite_names: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
    )
    .fetch_all(&mut sqlite)
    .await
    .expect("indexes");
    postgres_names.sort();
    sqlite_names.sort();
    assert_eq!(postgres_names, sqlite_names);

    // With another collation, cursors would follow the order of some language.
    let locale_columns: Vec<String> = sqlx::query_scalar(
        "SELECT table_name || '.' || column_name FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%' AND data_type = 'text'
            AND collation_name IS DISTINCT FROM 'C'",
    )
    .fetch_all(&mut postgres)
    .await
    .expect("columns");
    assert_eq!(locale_columns, [""; 0]);
    database.drop().await;
}
