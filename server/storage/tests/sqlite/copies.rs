//! Backups of a file, and their restoration.

use crate::support::{TestDatabase, mode};
use contract::{Change, World};
use domain::Timestamp;
use service::store::{Action, InstallationStore as _, ItemChangeStore as _, KeyStore as _};
use std::fs;
use storage::copy::{CopyError, QuarantineSummary, back_up_file, restore_to_file};
use storage::{OpenMode, Schema, sqlite};

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

async fn query_number(database: &TestDatabase, sql: &str) -> String {
    let sql = format!("SELECT CAST(({sql}) AS TEXT)");
    database.raw().await.texts(&sql).await.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn backup_contains_all_data_and_is_readable_only_by_its_owner() {
    let database = TestDatabase::new();
    let store = database.open().await;
    World::build(&store).await;
    let to = database.file("backup.db");
    // The server keeps running.
    let summary = back_up_file(&database.path(), &to).await.expect("a backup");
    assert!(summary.accounts > 0 && summary.keys > 0, "{summary:?}");
    assert_eq!(mode(&to), 0o600);
    let other = TestDatabase::new();
    fs::copy(&to, other.path()).expect("a copy");
    assert_eq!(
        other.raw().await.dump().await,
        database.raw().await.dump().await
    );

    let bytes = fs::read(&to).expect("a backup");
    let refused = back_up_file(&database.path(), &to).await;
    assert!(
        matches!(refused, Err(CopyError::Exists { .. })),
        "{refused:?}"
    );
    assert_eq!(fs::read(&to).expect("a backup"), bytes);
    let refused = back_up_file(&database.path(), &database.file("no/where.db")).await;
    assert!(
        matches!(refused, Err(CopyError::WriteFailed { .. })),
        "{refused:?}"
    );
    store.close().await;
    let mut names: Vec<_> = fs::read_dir(database.directory())
        .expect("a directory")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["backup.db", "voxum.db", "voxum.db.initialized"]);
}

#[tokio::test]
async fn missing_or_foreign_database_is_neither_backed_up_nor_restored() {
    let database = TestDatabase::new();
    let to = database.file("backup.db");
    let refused = back_up_file(&database.path(), &to).await;
    assert!(matches!(refused, Err(CopyError::Sqlite(_))), "{refused:?}");
    database
        .raw()
        .await
        .run("CREATE TABLE recipes (name TEXT)")
        .await;
    let refused = back_up_file(&database.path(), &to).await;
    assert!(matches!(refused, Err(CopyError::Sqlite(_))), "{refused:?}");
    assert!(!to.exists());
    let other = TestDatabase::new();
    let refused = restore_to_file(&database.path(), &other.path(), NOW).await;
    assert!(matches!(refused, Err(CopyError::Sqlite(_))), "{refused:?}");
    let leftover = fs::read_dir(other.directory())
        .expect("a directory")
        .count();
    assert_eq!(leftover, 0, "a refused restore left something");
}

#[tokio::test(flavor = "multi_thread")]
async fn restore_pauses_all_keys_and_ends_all_sessions_and_links() {
    let (database, other) = (TestDatabase::new(), TestDatabase::new());
    let store = database.open().await;
    let world = World::build(&store).await;
    let account = Change::InsertKey.account(&world).clone();
    store.close().await;
    database
        .raw()
        .await
        .run(
            "UPDATE api_keys SET paused_at = NULL, revoked_at = NULL, revoke_reason = NULL;
             INSERT INTO sessions (digest, member_id, created_at, last_seen_at, expires_at)
             SELECT randomblob(8), id, 1, 1, 1 FROM members;
             INSERT INTO sign_in_steps SELECT randomblob(8), id, 1 FROM members;
             INSERT INTO links (digest, kind, created_at, expires_at) VALUES (x'03', 'first-owner', 1, 1);
             INSERT INTO lead_feeds SELECT id, 7 FROM accounts WHERE true ON CONFLICT DO UPDATE SET last_change = 7",
        )
        .await;
    let to = database.file("backup.db");
    let summary = back_up_file(&database.path(), &to).await.expect("a backup");
    let bytes = fs::read(&to).expect("a backup");
    let restored = restore_to_file(&to, &other.path(), NOW).await;
    assert_eq!(
        restored.expect("restored"),
        QuarantineSummary { keys: summary.keys }
    );
    assert_eq!(
        fs::read(&to).expect("a backup"),
        bytes,
        "the backup was changed"
    );
    assert_eq!(mode(&other.path()), 0o600);
    assert!(other.marker().exists());

    let store = other.open().await;
    // A client may hold items that the backup does not contain, so it has to read everything again.
    let feed = store.item_feed(&account).await.expect("a feed");
    assert!(feed.forgotten == feed.last_change && feed.last_change >= 1_000_000_000);
    let keys = store.list_keys(&account).await.expect("keys");
    assert!(!keys.is_empty() && keys.iter().all(|key| key.paused_at == Some(NOW)));
    let event = store.last_event(&account, Action::AccountRestored).await;
    let event = event.expect("an answer").expect("an event");
    assert_eq!(
        (event.at, &event.detail["paused"]),
        (NOW, &keys.len().into())
    );
    store.close().await;
    for table in ["sessions", "sign_in_steps", "links"] {
        let leftover = query_number(&other, &format!("SELECT count(*) FROM {table}")).await;
        assert_eq!(leftover, "0", "{table}");
    }
    // The next change number is greater than any that a client has seen.
    let next = query_number(&other, "SELECT min(last_change) FROM lead_feeds").await;
    assert_eq!(next, "1000000007");

    // A key that a member paused remains paused. A key that is on hold since an earlier restore
    // remains on hold, with the others.
    let confirm = "UPDATE api_keys SET paused_at = 1 WHERE id = (SELECT min(id) FROM api_keys)";
    other.raw().await.run(confirm).await;
    let second = other.file("second.db");
    back_up_file(&other.path(), &second)
        .await
        .expect("a backup");
    let third = TestDatabase::new();
    let later = NOW.plus_seconds(60);
    let summary_of_third = restore_to_file(&second, &third.path(), later).await;
    assert_eq!(
        summary_of_third.expect("restored"),
        QuarantineSummary {
            keys: summary.keys - 1
        }
    );
}

#[tokio::test]
async fn restore_never_overwrites_a_database_or_its_leftover_files() {
    let (database, other) = (TestDatabase::new(), TestDatabase::new());
    database.make().await;
    let to = database.file("backup.db");
    back_up_file(&database.path(), &to).await.expect("a backup");
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let leftover = other.file(&format!("voxum.db{suffix}"));
        fs::write(&leftover, "something").expect("a file");
        let refused = restore_to_file(&to, &other.path(), NOW).await;
        assert!(
            matches!(refused, Err(CopyError::Occupied { .. })),
            "{suffix}"
        );
        assert_eq!(fs::read_to_string(&leftover).expect("a file"), "something");
        fs::remove_file(&leftover).expect("removed");
    }
    // If the database has disappeared but its marker has not, a restore works, as the error message
    // of the server advises.
    fs::write(other.marker(), "").expect("a marker");
    restore_to_file(&to, &other.path(), NOW)
        .await
        .expect("restored");
    other.open().await.close().await;
}

#[tokio::test]
async fn inspection_changes_nothing_and_reports_schema_and_damage() {
    let database = TestDatabase::new();
    let inspection = sqlite::inspect(&database.path(), true).await;
    assert!(
        matches!(inspection, Err(sqlite::OpenError::Missing { .. })),
        "{inspection:?}"
    );
    database.make().await;
    let list_files = || {
        let mut names: Vec<_> = fs::read_dir(database.directory())
            .expect("a directory")
            .map(|entry| entry.expect("an entry"))
            .map(|entry| (entry.file_name(), fs::read(entry.path()).expect("a file")))
            .collect();
        names.sort_unstable();
        names
    };
    let before = list_files();
    let inspection = sqlite::inspect(&database.path(), true)
        .await
        .expect("a look");
    assert_eq!((inspection.damage, inspection.has_keys), (None, false));
    assert!(
        matches!(inspection.schema, Schema::Current(_)),
        "{:?}",
        inspection.schema
    );
    assert!(
        sqlite::is_safe_version(&inspection.version),
        "{}",
        inspection.version
    );
    assert_eq!(list_files(), before, "looking left something");

    // While a server runs, the inspection includes its latest changes.
    let store = database.open().await;
    World::build(&store).await;
    let inspection = sqlite::inspect(&database.path(), false)
        .await
        .expect("a look");
    assert!(inspection.has_keys && inspection.newest_event.is_some());
    store.close().await;

    let set = "UPDATE _sqlx_migrations SET version = version + 9000
        WHERE version = (SELECT max(version) FROM _sqlx_migrations)";
    database.raw().await.run(set).await;
    let inspection = sqlite::inspect(&database.path(), false)
        .await
        .expect("a look");
    assert!(
        matches!(inspection.schema, Schema::Newer(_)),
        "{:?}",
        inspection.schema
    );
    database
        .raw()
        .await
        .run("DELETE FROM _sqlx_migrations WHERE version > 9000")
        .await;
    let inspection = sqlite::inspect(&database.path(), false)
        .await
        .expect("a look");
    assert!(
        matches!(inspection.schema, Schema::Older(_)),
        "{:?}",
        inspection.schema
    );

    let stray = "PRAGMA foreign_keys = OFF; UPDATE api_keys SET account_id = 'nobody'";
    database.raw().await.run(stray).await;
    let inspection = sqlite::inspect(&database.path(), false)
        .await
        .expect("a look");
    assert!(
        inspection
            .damage
            .is_some_and(|what| what.contains("api_keys"))
    );
}

#[tokio::test]
async fn moved_database_is_not_created_again() {
    let database = TestDatabase::new();
    database.make().await;
    fs::rename(database.path(), database.file("voxum.db.moved")).expect("renamed");
    let opened = sqlite::open(&database.path(), OpenMode::CreateIfNew).await;
    let error = opened.expect_err("refused");
    assert!(matches!(error, sqlite::OpenError::Moved { .. }), "{error}");
    assert!(!database.path().exists());
}
