//! All data of a file arrives in PostgreSQL, and all data of PostgreSQL in a file.

use contract::{Change, World};
use domain::Timestamp;
use service::store::InstallationStore as _;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _, SqliteConnection};
use std::path::Path;
use storage::copy::{
    CopyError, back_up_postgres, move_to_postgres, restore_to_file, restore_to_postgres,
};
use storage::{OpenMode, postgres, sqlite};
use testkit::postgres::Database;

/// Rows for tables that the contract's changes leave empty, and values that a text format has to
/// escape.
const REMAINING_ROWS: &str = "
    UPDATE installation SET pepper_fingerprint = 'which one';
    UPDATE api_keys SET note = 'a tab	, a line
, a \\N, a \\, \"quotes\" and an é', last_used_at = 9007199254740993, last_used_ip = '2001:db8::1';
    INSERT INTO sign_in_delays VALUES ('someone', 3, 1790000000000, 1790000000001);
    INSERT INTO idempotent_requests SELECT id, x'00ff', x'', 1, 200, '{}', x'0a5c4e09', x'07', 2, NULL, 3 FROM accounts;
    INSERT INTO account_calls SELECT id, 900000, 'accepted', 7 FROM accounts;
    INSERT INTO key_calls SELECT account_id, id, 3600000, 'accepted', 7 FROM api_keys;
    INSERT INTO key_notices SELECT account_id, id, created_by, 7, 1, 1, NULL FROM api_keys;
    INSERT INTO key_callers SELECT account_id, id, 'accepted', '127.0.0.1', '', 1, 2, 3 FROM api_keys;
    INSERT INTO key_networks SELECT account_id, id, '127.0.0.0/24', NULL, 1, 2 FROM api_keys;
    INSERT INTO refused_calls (seq, request_id, at, code, cause, method, route) VALUES (41, 'a', 1, 'b', 'c', 'd', 'e');
    INSERT INTO failed_attempts
    SELECT account_id, id, 'session.refused', 3600000, '', NULL, 1, 1 FROM members WHERE true ON CONFLICT DO NOTHING;
    INSERT INTO recovery_codes (member_id, digest) SELECT id, x'01' FROM members;
    INSERT INTO second_factors (member_id, sealed, last_step, created_at)
    SELECT id, x'02', 3, 4 FROM members WHERE true ON CONFLICT DO NOTHING;
    INSERT INTO sign_in_steps SELECT randomblob(8), id, 1 FROM members;
    INSERT INTO sessions (digest, member_id, created_at, last_seen_at, expires_at)
    SELECT randomblob(8), id, 1, 1, 1 FROM members;
    INSERT INTO links (digest, kind, created_at, expires_at) VALUES (x'03', 'first-owner', 1, 1);
    INSERT INTO lead_feeds SELECT id, 1 FROM accounts WHERE true ON CONFLICT DO NOTHING;
    INSERT INTO imports SELECT 'an import', account_id, id, 'cars.csv', 2, 1, '{}', NULL FROM members LIMIT 1;
    INSERT INTO import_parts VALUES ('an import', 0, x'0a5c'), ('an import', 1, x'');
    INSERT INTO import_mappings SELECT id, x'00ff', '{}', 1 FROM accounts;
    INSERT INTO leads (account_id, id, change_number, phone, status, created_at, updated_at)
    SELECT id, 'a lead', 9, '+49 1', 'new', 1, 1 FROM accounts;
    INSERT INTO item_feeds SELECT id, 7, 1, 2 FROM accounts WHERE true ON CONFLICT DO NOTHING;
    INSERT INTO removed_items SELECT id, 'a removed item', 3, 4 FROM accounts;
    INSERT INTO items (account_id, id, name, available, attributes, updated_at, revision)
    SELECT id, 'an item', 'A car', 1, '{}', 1, 1 FROM accounts;";

async fn raw(file: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(file);
    options.connect().await.expect("a connection")
}

async fn texts(connection: &mut SqliteConnection, sql: &str) -> Vec<String> {
    let rows = sqlx::raw_sql(AssertSqlSafe(sql))
        .fetch_all(connection)
        .await;
    rows.expect(sql).iter().map(|row| row.get(0)).collect()
}

/// Returns every row of every table that is copied, including generated columns. Each table must
/// have a row.
async fn dump(file: &Path) -> Vec<String> {
    let mut connection = raw(file).await;
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'
        AND name NOT LIKE '\\_sqlx%' ESCAPE '\\'
        AND name NOT IN ('nodes', 'verdict_changes', 'verdict_counter') ORDER BY name";
    let mut all_rows = Vec::new();
    for table in texts(&mut connection, tables).await {
        let columns = format!("SELECT 'quote(' || name || ')' FROM pragma_table_xinfo('{table}')");
        let columns = texts(&mut connection, &columns).await.join(" || ', ' || ");
        let rows = format!("SELECT '{table}: ' || {columns} FROM {table} ORDER BY 1");
        let rows = texts(&mut connection, &rows).await;
        assert!(
            !rows.is_empty(),
            "there is nothing in {table}: fill it in REST"
        );
        all_rows.extend(rows);
    }
    all_rows
}

/// Creates a file with rows in every table.
async fn create_filled_file(folder: &Path) -> std::path::PathBuf {
    let file = folder.join("voxum.db");
    let store = sqlite::open(&file, OpenMode::CreateIfNew).await;
    let store = store.expect("the store opens");
    let world = World::build(&store).await;
    for change in Change::ALL {
        let outcome = change.make(&store, &world, change.account(&world)).await;
        assert!(outcome.expect("the change is made"), "{change:?}");
    }
    store.close().await;
    let mut connection = raw(&file).await;
    sqlx::raw_sql(REMAINING_ROWS)
        .execute(&mut connection)
        .await
        .expect("the rest");
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn move_to_postgresql_and_backup_from_it_keep_all_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = create_filled_file(folder.path()).await;
    let before = dump(&file).await;
    let database = Database::new().await;
    let url = database.url();

    // A file that a server uses is not moved.
    let store = sqlite::open(&file, OpenMode::ExistingOnly).await;
    let store = store.expect("the store opens");
    let refused = move_to_postgres(&file, url.as_str()).await;
    assert!(
        matches!(refused, Err(CopyError::InUse { .. })),
        "{refused:?}"
    );
    store.close().await;
    assert_eq!(dump(&file).await, before);

    let summary = move_to_postgres(&file, url.as_str()).await.expect("moved");
    assert!(summary.accounts > 0 && summary.keys > 0, "{summary:?}");
    let backup = folder.path().join("backup.db");
    let again = back_up_postgres(url.as_str(), &backup).await;
    assert_eq!(again.expect("backed up"), summary);
    assert_eq!(dump(&backup).await, before);

    // No server starts without the file, and the error message explains how to go back.
    let result = sqlite::open(&file, OpenMode::CreateIfNew).await;
    let result = result.expect_err("it is gone");
    let moved = folder.path().join("voxum.db.moved");
    assert!(
        matches!(result, sqlite::OpenError::Moved { .. }),
        "{result}"
    );
    assert!(
        result.to_string().contains(&*moved.to_string_lossy()),
        "{result}"
    );
    assert_eq!(dump(&moved).await, before);
    std::fs::rename(&moved, &file).expect("renamed");
    let store = sqlite::open(&file, OpenMode::ExistingOnly).await;
    store.expect("the store opens").close().await;

    // The sequences of PostgreSQL continue after the copied values.
    let store = postgres::open(url.as_str(), OpenMode::ExistingOnly).await;
    let store = store.expect("the store opens");
    assert_eq!(
        store.pepper_fingerprint().await.expect("a fingerprint"),
        Some("which one".to_owned())
    );
    store.close().await;
    let insert = "INSERT INTO refused_calls (request_id, at, code, cause, method, route)
        VALUES ('z', 1, 'b', 'c', 'd', 'e') RETURNING seq";
    let seq: i64 = sqlx::query_scalar(insert)
        .fetch_one(&mut database.raw().await)
        .await
        .expect("a row");
    assert_eq!(seq, 42);

    // Nothing is overwritten, and a failed copy leaves both databases unchanged.
    let refused = move_to_postgres(&file, url.as_str()).await;
    assert!(
        matches!(refused, Err(CopyError::NotEmpty { .. })),
        "{refused:?}"
    );
    assert_eq!(dump(&file).await, before);
    let refused = back_up_postgres(url.as_str(), &backup).await;
    assert!(
        matches!(refused, Err(CopyError::Exists { .. })),
        "{refused:?}"
    );
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn backup_restores_the_same_data_to_either_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = create_filled_file(folder.path()).await;
    let now = Timestamp::from_millis(1_800_000_000_000);
    let database = Database::new().await;
    let url = database.url();
    let result = restore_to_postgres(&file, url.as_str(), now).await;
    let result = result.expect("restored");
    let elsewhere = folder.path().join("elsewhere.db");
    let same = restore_to_file(&file, &elsewhere, now).await;
    assert_eq!(same.expect("restored"), result);
    let backup = folder.path().join("backup.db");
    back_up_postgres(url.as_str(), &backup)
        .await
        .expect("backed up");
    for table in ["api_keys", "audit_events", "lead_feeds"] {
        let columns = format!("SELECT 'quote(' || name || ')' FROM pragma_table_xinfo('{table}')");
        let columns = texts(&mut raw(&backup).await, &columns)
            .await
            .join(" || ', ' || ");
        let rows = format!("SELECT {columns} FROM {table} ORDER BY 1");
        let rows = [&backup, &elsewhere].map(async |file| texts(&mut raw(file).await, &rows).await);
        let [ours, theirs] = rows;
        assert_eq!(ours.await, theirs.await, "{table}");
    }
    database.drop().await;
}

#[tokio::test]
async fn postgresql_database_with_another_schema_is_not_backed_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let backup = folder.path().join("backup.db");
    let database = Database::new().await;
    let url = database.url();
    let refused = back_up_postgres(url.as_str(), &backup).await;
    assert!(
        matches!(refused, Err(CopyError::Postgres(_))),
        "{refused:?}"
    );
    let store = postgres::open(url.as_str(), OpenMode::CreateIfNew).await;
    store.expect("the store opens").close().await;
    for (change, word) in [
        (
            "UPDATE _sqlx_migrations SET version = version + 9000 WHERE version > 17",
            "newer version",
        ),
        (
            "DELETE FROM _sqlx_migrations WHERE version > 17",
            "start the server once",
        ),
    ] {
        let done = sqlx::raw_sql(change)
            .execute(&mut database.raw().await)
            .await;
        done.expect("a change");
        let refused = back_up_postgres(url.as_str(), &backup).await;
        let line = refused.expect_err("refused").to_string();
        assert!(line.contains(word), "{line}");
    }
    let left = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(left, 0, "a refused backup left something");
    database.drop().await;
}
