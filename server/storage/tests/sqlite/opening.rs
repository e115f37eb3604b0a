//! Opening of every kind of file that a path can name, and the refusals.

use crate::support::{TestDatabase, refusal};
use contract::{Change, World};
use service::store::{InstallationStore as _, KeyStore as _};
use std::fs;
use storage::{OpenMode, sqlite};

#[tokio::test]
async fn stored_data_survives_a_restart() {
    let database = TestDatabase::new();
    let store = database.open().await;
    let world = World::build(&store).await;
    let account = Change::InsertKey.account(&world).clone();
    let keys = store.list_keys(&account).await.expect("keys");
    let events = store.audit_events(&account, 100).await.expect("events");
    store.close().await;

    let store = database.open().await;
    assert_eq!(keys.len(), 1);
    assert_eq!(store.list_keys(&account).await.expect("keys"), keys);
    assert_eq!(
        store.audit_events(&account, 100).await.expect("events"),
        events
    );
    store.close().await;
}

#[tokio::test]
async fn no_database_is_created_if_an_existing_one_is_expected() {
    let database = TestDatabase::new();
    let opened = sqlite::open(&database.path(), OpenMode::ExistingOnly).await;
    assert!(
        matches!(opened, Err(sqlite::OpenError::Missing { .. })),
        "{opened:?}"
    );
    assert_eq!(
        fs::read_dir(database.directory())
            .expect("a directory")
            .count(),
        0
    );
    database.make().await;
    let store = sqlite::open(&database.path(), OpenMode::ExistingOnly).await;
    store.expect("the store opens").close().await;
}

#[tokio::test]
async fn newer_schema_is_refused() {
    let database = TestDatabase::new();
    database.make().await;
    let mut raw = database.raw().await;
    raw.run(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', TRUE, x'00', 0)",
    )
    .await;
    let before = raw.dump().await;
    let (error, line) = refusal(&database).await;
    assert!(
        matches!(error, sqlite::OpenError::Newer { version: 9999, .. }),
        "{line}"
    );
    assert!(line.contains("use the newer version"), "{line}");
    assert_eq!(raw.dump().await, before);
}

#[tokio::test]
async fn schema_of_another_build_is_refused() {
    let database = TestDatabase::new();
    database.make().await;
    database
        .raw()
        .await
        .run("UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1")
        .await;
    let (error, line) = refusal(&database).await;
    assert!(
        matches!(error, sqlite::OpenError::OtherBuild { version: 1, .. }),
        "{line}"
    );
}

#[tokio::test]
async fn file_that_is_not_a_database_is_refused_and_left_unchanged() {
    let database = TestDatabase::new();
    let text = "Dear diary, this is no database. ".repeat(100);
    fs::write(database.path(), &text).expect("a file");
    let (error, line) = refusal(&database).await;
    assert!(
        matches!(error, sqlite::OpenError::NotADatabase { .. }),
        "{line}"
    );
    assert_eq!(fs::read_to_string(database.path()).expect("a file"), text);
    assert!(!database.marker().exists());
}

#[tokio::test]
async fn truncated_database_is_reported_as_damaged_and_left_unchanged() {
    let database = TestDatabase::new();
    database.make().await;
    let bytes = fs::read(database.path()).expect("a file");
    let half = &bytes[..bytes.len() / 2];
    fs::write(database.path(), half).expect("a file");
    let (error, line) = refusal(&database).await;
    assert!(matches!(error, sqlite::OpenError::Damaged { .. }), "{line}");
    assert!(
        line.ends_with(
            "is damaged or cut off: restore it from a backup, or if it is a backup, use another one"
        ),
        "{line}"
    );
    assert_eq!(fs::read(database.path()).expect("a file"), half);
}

#[tokio::test]
async fn database_of_another_program_is_refused_and_left_unchanged() {
    let database = TestDatabase::new();
    database
        .raw()
        .await
        .run("CREATE TABLE recipes (name TEXT)")
        .await;
    let before = fs::read(database.path()).expect("a file");
    let (error, line) = refusal(&database).await;
    assert!(matches!(error, sqlite::OpenError::Foreign { .. }), "{line}");
    assert_eq!(fs::read(database.path()).expect("a file"), before);
    assert!(!database.marker().exists());
}

#[tokio::test]
async fn path_that_cannot_be_opened_is_refused() {
    let database = TestDatabase::new();
    fs::create_dir(database.path()).expect("a directory");
    let (error, line) = refusal(&database).await;
    assert!(
        matches!(error, sqlite::OpenError::IsDirectory { .. }),
        "{line}"
    );

    fs::write(database.file("file"), "").expect("a file");
    let below = sqlite::open(&database.file("file/voxum.db"), OpenMode::CreateIfNew).await;
    assert!(
        matches!(below, Err(sqlite::OpenError::Unreadable { .. })),
        "{below:?}"
    );
}

#[tokio::test]
async fn database_that_cannot_be_written_is_refused() {
    let database = TestDatabase::new();
    database.make().await;
    // A write version above the highest known makes SQLite treat the file as read-only, even for
    // root, whom permission bits do not restrict.
    let mut bytes = fs::read(database.path()).expect("a file");
    bytes[18] = 3;
    fs::write(database.path(), &bytes).expect("a file");
    let (error, line) = refusal(&database).await;
    assert!(
        matches!(error, sqlite::OpenError::ReadOnly { .. }),
        "{line}"
    );
}
