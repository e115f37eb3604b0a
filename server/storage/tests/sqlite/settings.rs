//! Guarantees of the file's settings, tested from outside the store.

use crate::support::TestDatabase;
use contract::World;
use service::store::{InstallationStore as _, StoreError};
use std::time::{Duration, Instant};

#[tokio::test]
async fn database_file_is_in_wal_mode_and_has_our_application_id() {
    let database = TestDatabase::new();
    database.make().await;
    let mut raw = database.raw().await;
    assert_eq!(raw.texts("PRAGMA journal_mode").await, ["wal"]);
    assert_eq!(
        raw.texts("SELECT printf('%08X', application_id) FROM pragma_application_id")
            .await,
        ["566F586D"]
    );
    assert_eq!(raw.texts("PRAGMA integrity_check").await, ["ok"]);
    let violations = raw
        .texts("SELECT \"table\" FROM pragma_foreign_key_check")
        .await;
    assert_eq!(violations, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn locked_database_makes_writes_unavailable_until_it_is_unlocked() {
    let database = TestDatabase::new();
    let store = database.open().await;
    World::build(&store).await;
    let mut raw = database.raw().await;
    raw.run("BEGIN EXCLUSIVE").await;
    let start = Instant::now();
    // The first change waits for the write lock, the second for the writer; readers do not wait.
    let (first, second) = tokio::join!(
        store.set_pepper_fingerprint("one"),
        store.set_pepper_fingerprint("two"),
    );
    assert!(
        matches!(first, Err(StoreError::Unavailable(_))),
        "{first:?}"
    );
    assert!(
        matches!(second, Err(StoreError::Unavailable(_))),
        "{second:?}"
    );
    assert!(
        start.elapsed() < Duration::from_secs(8),
        "{:?}",
        start.elapsed()
    );
    store.ping().await.expect("readers go on");
    raw.run("ROLLBACK").await;
    store
        .set_pepper_fingerprint("three")
        .await
        .expect("the writer goes on");
    assert_eq!(
        store.pepper_fingerprint().await.expect("read").as_deref(),
        Some("three")
    );
    store.close().await;
}

#[tokio::test]
async fn closed_store_is_unavailable() {
    let database = TestDatabase::new();
    let store = database.open().await;
    store.close().await;
    let closed = store.ping().await;
    assert!(
        matches!(closed, Err(StoreError::Unavailable(_))),
        "{closed:?}"
    );
    assert!(
        !database.file("voxum.db-wal").exists(),
        "the log was not folded into the file"
    );
}
