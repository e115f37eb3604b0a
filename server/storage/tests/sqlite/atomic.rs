//! A fault between a change and its audit event undoes the whole change, and the store remains
//! usable.

use crate::support::TestDatabase;
use contract::{Change, World};
use service::store::{InstallationStore as _, StoreError};

/// Fails while the event is written, after the change and before the commit.
///
/// `ABORT` undoes only the statement, so the store has to undo the rest. `ROLLBACK` ends the
/// transaction unnoticed by the store, as SQLite itself does if a disk is full.
async fn assert_rolled_back(kind: &str) {
    let database = TestDatabase::new();
    let store = database.open().await;
    let world = World::build(&store).await;
    let mut raw = database.raw().await;
    for change in Change::ALL {
        let before = raw.dump().await;
        raw.run(&format!(
            "CREATE TRIGGER fault BEFORE INSERT ON audit_events
             BEGIN SELECT RAISE({kind}, 'the injected fault'); END"
        ))
        .await;
        let failed = change.make(&store, &world, change.account(&world)).await;
        assert!(
            matches!(failed, Err(StoreError::Broken(_))),
            "{change:?}: {failed:?}"
        );
        assert_eq!(raw.dump().await, before, "{change:?} left something behind");

        raw.run("DROP TRIGGER fault").await;
        let outcome = change.make(&store, &world, change.account(&world)).await;
        assert!(outcome.expect("the store goes on"), "{change:?}");
        assert_ne!(
            raw.dump().await,
            before,
            "{change:?} says it changed something"
        );
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_before_the_audit_event_undoes_the_whole_change() {
    assert_rolled_back("ABORT").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn transaction_rolled_back_by_sqlite_leaves_nothing_and_the_next_one_succeeds() {
    assert_rolled_back("ROLLBACK").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn change_cancelled_halfway_leaves_nothing() {
    let database = TestDatabase::new();
    let store = database.open().await;
    let world = World::build(&store).await;
    let mut raw = database.raw().await;
    let before = raw.dump().await;
    // Holds the write lock, so that every change waits, and is dropped while it waits, as when a
    // caller hangs up.
    raw.run("BEGIN IMMEDIATE").await;
    for change in Change::ALL {
        let attempt = change.make(&store, &world, change.account(&world));
        let time_limit = std::time::Duration::from_millis(20);
        assert!(
            tokio::time::timeout(time_limit, attempt).await.is_err(),
            "{change:?} did not wait"
        );
    }
    raw.run("ROLLBACK").await;
    // The writer is free again once the abandoned changes are rolled back.
    for change in Change::ALL {
        assert_eq!(raw.dump().await, before);
        let missing_account = domain::AccountId::parse("nowhere").expect("an id");
        assert!(change.make(&store, &world, &missing_account).await.is_err());
    }
    assert_eq!(raw.dump().await, before);
    for change in Change::ALL {
        let outcome = change.make(&store, &world, change.account(&world)).await;
        assert!(outcome.expect("the store goes on"), "{change:?}");
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn audit_event_can_be_neither_altered_nor_deleted() {
    let database = TestDatabase::new();
    let store = database.open().await;
    let world = World::build(&store).await;
    let account = Change::InsertKey.account(&world);
    let events = store.audit_events(account, 100).await.expect("events");
    assert_ne!(events, []);
    let mut raw = database.raw().await;
    for sql in [
        "UPDATE audit_events SET subject = 'x'",
        "DELETE FROM audit_events",
    ] {
        let refused = raw.try_run(sql).await.expect_err("the database refuses it");
        assert!(
            refused.to_string().contains("audit events are never"),
            "{refused}"
        );
    }
    assert_eq!(
        store.audit_events(account, 100).await.expect("events"),
        events
    );
    store.close().await;
}
