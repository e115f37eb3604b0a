//! Databases that take no changes: on a standby, or made read-only.

use service::key::KeyDigest;
use service::store::{InstallationStore as _, KeyStore as _, StoreError};
use std::time::{Duration, Instant};
use storage::{OpenMode, SqlStore, postgres};
use testkit::postgres::Database;
use tokio::time::sleep;

const UNKNOWN: KeyDigest = KeyDigest::from_bytes([7; 32]);

async fn open(database: &Database, mode: OpenMode) -> Result<SqlStore, postgres::OpenError> {
    postgres::open(database.url().as_str(), mode).await
}

async fn run(database: &Database, sql: &'static str) {
    let result = sqlx::query(sql).execute(&mut database.raw().await).await;
    result.expect(sql);
}

/// Polls until the store is ready, or not ready. PostgreSQL applies a setting or its promotion a
/// moment after the request.
async fn wait_until_ready(store: &SqlStore, ready: bool) {
    let start = Instant::now();
    loop {
        match store.ping().await {
            Ok(()) if ready => return,
            Err(StoreError::Unavailable(_)) if !ready => return,
            Ok(()) | Err(StoreError::Unavailable(_)) => {}
            Err(error) => panic!("{error:?}"),
        }
        assert!(start.elapsed() < Duration::from_secs(10), "ready: {ready}");
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_read_from_a_standby_until_it_is_promoted() {
    let database = Database::on_own_server().await;
    let store = open(&database, OpenMode::CreateIfNew)
        .await
        .expect("a store");
    store.ping().await.expect("a primary is ready");
    database.restart("standby");
    for answer in [
        store.ping().await,
        store.find_key_by_digest(&UNKNOWN).await.map(drop),
        store.has_owner().await.map(drop),
    ] {
        assert!(
            matches!(answer, Err(StoreError::Unavailable(_))),
            "{answer:?}"
        );
    }
    for mode in [OpenMode::CreateIfNew, OpenMode::ExistingOnly] {
        let error = open(&database, mode).await.expect_err("a standby");
        assert!(
            matches!(error, postgres::OpenError::Standby { .. }),
            "{error}"
        );
        assert!(error.to_string().contains("use the primary"), "{error}");
    }
    run(&database, "SELECT pg_promote()").await;
    wait_until_ready(&store, true).await;
    let found = store.find_key_by_digest(&UNKNOWN).await;
    assert!(found.expect("it is a primary").is_none());
    store.close().await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn read_only_database_is_not_ready_until_it_accepts_writes_again() {
    let database = Database::on_own_server().await;
    let store = open(&database, OpenMode::CreateIfNew)
        .await
        .expect("a store");
    run(
        &database,
        "ALTER SYSTEM SET default_transaction_read_only = on",
    )
    .await;
    run(&database, "SELECT pg_reload_conf()").await;
    wait_until_ready(&store, false).await;
    // The server is the primary, so its keys are current.
    let found = store.find_key_by_digest(&UNKNOWN).await;
    assert!(found.expect("keys are found").is_none());
    for mode in [OpenMode::CreateIfNew, OpenMode::ExistingOnly] {
        let error = open(&database, mode).await.expect_err("read-only");
        assert!(
            matches!(error, postgres::OpenError::ReadOnly { .. }),
            "{error}"
        );
    }
    run(
        &database,
        "ALTER SYSTEM RESET default_transaction_read_only",
    )
    .await;
    run(&database, "SELECT pg_reload_conf()").await;
    wait_until_ready(&store, true).await;
    store.close().await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn connections_opened_while_the_database_was_read_only_are_replaced() {
    let database = Database::on_own_server().await;
    let store = open(&database, OpenMode::CreateIfNew)
        .await
        .expect("a store");
    let mut operator = database.raw().await;
    for (sql, ready) in [
        (
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$",
            false,
        ),
        (
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database()); END $$",
            true,
        ),
    ] {
        sqlx::query(sql).execute(&mut operator).await.expect(sql);
        if !ready {
            // Sessions that began before still take changes.
            let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                       WHERE datname = current_database() AND pid <> pg_backend_pid()";
            sqlx::query(end).execute(&mut operator).await.expect(end);
        }
        wait_until_ready(&store, ready).await;
        let changed = store.set_pepper_fingerprint("a fingerprint").await;
        assert_eq!(changed.is_ok(), ready, "{changed:?}");
    }
    store.close().await;
    database.drop().await;
}
