//! Opening of every kind of file that a path can name, and the refusals.

use crate::support::{Place, refusal};
use contract::{Change, World};
use service::store::{InstallationStore as _, KeyStore as _};
use std::fs;
use storage::{OpenMode, sqlite};

#[tokio::test]
async fn stored_data_survives_a_restart() {
    let place = Place::new();
    let store = place.open().await;
    let world = World::build(&store).await;
    let account = Change::InsertKey.account(&world).clone();
    let keys = store.list_keys(&account).await.expect("keys");
    let events = store.audit_events(&account, 100).await.expect("events");
    store.close().await;

    let store = place.open().await;
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
    let place = Place::new();
    let opened = sqlite::open(&place.database(), OpenMode::ExistingOnly).await;
    assert!(
        matches!(opened, Err(sqlite::OpenError::Missing { .. })),
        "{opened:?}"
    );
    assert_eq!(
        fs::read_dir(place.directory())
            .expect("a directory")
            .count(),
        0
    );
    place.make().await;
    let store = sqlite::open(&place.database(), OpenMode::ExistingOnly).await;
    store.expect("the store opens").close().await;
}

#[tokio::test]
async fn newer_schema_is_refused() {
    let place = Place::new();
    place.make().await;
    let mut raw = place.raw().await;
    raw.run(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', TRUE, x'00', 0)",
    )
    .await;
    let before = raw.dump().await;
    let (error, line) = refusal(&place).await;
    assert!(
        matches!(error, sqlite::OpenError::Newer { version: 9999, .. }),
        "{line}"
    );
    assert!(line.contains("use the newer version"), "{line}");
    assert_eq!(raw.dump().await, before);
}

#[tokio::test]
async fn schema_of_another_build_is_refused() {
    let place = Place::new();
    place.make().await;
    place
        .raw()
        .await
        .run("UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 1")
        .await;
    let (error, line) = refusal(&place).await;
    assert!(
        matches!(error, sqlite::OpenError::Altered { version: 1, .. }),
        "{line}"
    );
}

#[tokio::test]
async fn file_that_is_not_a_database_is_refused_and_left_unchanged() {
    let place = Place::new();
    let text = "Dear diary, this is no database. ".repeat(100);
    fs::write(place.database(), &text).expect("a file");
    let (error, line) = refusal(&place).await;
    assert!(
        matches!(error, sqlite::OpenError::NotADatabase { .. }),
        "{line}"
    );
    assert_eq!(fs::read_to_string(place.database()).expect("a file"), text);
    assert!(!place.marker().exists());
}

#[tokio::test]
async fn truncated_database_is_reported_as_damaged_and_left_unchanged() {
    let place = Place::new();
    place.make().await;
    let whole = fs::read(place.database()).expect("a file");
    let half = &whole[..whole.len() / 2];
    fs::write(place.database(), half).expect("a file");
    let (error, line) = refusal(&place).await;
    assert!(matches!(error, sqlite::OpenError::Damaged { .. }), "{line}");
    assert!(
        line.ends_with(
            "is damaged or cut off: restore it from a backup, or if it is a backup, use another one"
        ),
        "{line}"
    );
    assert_eq!(fs::read(place.database()).expect("a file"), half);
}

#[tokio::test]
async fn database_of_another_program_is_refused_and_left_unchanged() {
    let place = Place::new();
    place
        .raw()
        .await
        .run("CREATE TABLE recipes (name TEXT)")
        .await;
    let before = fs::read(place.database()).expect("a file");
    let (error, line) = refusal(&place).await;
    assert!(matches!(error, sqlite::OpenError::Foreign { .. }), "{line}");
    assert_eq!(fs::read(place.database()).expect("a file"), before);
    assert!(!place.marker().exists());
}

#[tokio::test]
async fn path_that_cannot_be_opened_is_refused() {
    let place = Place::new();
    fs::create_dir(place.database()).expect("a directory");
    let (error, line) = refusal(&place).await;
    assert!(matches!(error, sqlite::OpenError::Folder { .. }), "{line}");

    fs::write(place.file("file"), "").expect("a file");
    let below = sqlite::open(&place.file("file/voxum.db"), OpenMode::CreateIfNew).await;
    assert!(
        matches!(below, Err(sqlite::OpenError::Unreadable { .. })),
        "{below:?}"
    );
}

#[tokio::test]
async fn database_that_cannot_be_written_is_refused() {
    let place = Place::new();
    place.make().await;
    // A write version above the highest known makes SQLite treat the file as read-only, even for
    // root, whom permission bits do not restrict.
    let mut bytes = fs::read(place.database()).expect("a file");
    bytes[18] = 3;
    fs::write(place.database(), &bytes).expect("a file");
    let (error, line) = refusal(&place).await;
    assert!(
        matches!(error, sqlite::OpenError::ReadOnly { .. }),
        "{line}"
    );
}
