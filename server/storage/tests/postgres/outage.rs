//! The network to the server fails and recovers: nothing hangs, and no restart is needed.

use contract::{Change, World};
use domain::AccountId;
use service::key::KeyDigest;
use service::store::{
    InstallationStore as _, KeyStore as _, NodeId, StoreError, VerdictStore as _,
};
use std::future::Future;
use std::time::{Duration, Instant};
use storage::{OpenMode, SqlStore, postgres};
use testkit::postgres::Database;
use testkit::proxy::{Proxy, ProxyMode};
use tokio::time::{sleep, timeout};

const UNKNOWN: KeyDigest = KeyDigest::from_bytes([7; 32]);

async fn open(url: &str) -> SqlStore {
    let store = postgres::open(url, OpenMode::CreateIfNew).await;
    store.expect("the store opens")
}

/// Checks that the call fails as `Unavailable` within this time.
async fn assert_unavailable<T: std::fmt::Debug>(
    within: Duration,
    call: impl Future<Output = Result<T, StoreError>>,
) {
    let start = Instant::now();
    let error = call.await.expect_err("there is no way to the server");
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    let elapsed = start.elapsed();
    assert!(elapsed < within, "it took {elapsed:?}");
}

async fn assert_recovers(store: &SqlStore, world: &World, account: &AccountId) {
    let start = Instant::now();
    while store.find_key_by_digest(&UNKNOWN).await.is_err()
        || store.ping().await.is_err()
        || store.list_keys(account).await.is_err()
    {
        sleep(Duration::from_millis(50)).await;
    }
    let elapsed = start.elapsed();
    assert!(
        elapsed < Duration::from_secs(2),
        "not healthy after {elapsed:?}"
    );
    let made = Change::UpsertItems.make(store, world, account).await;
    made.expect("changes go on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn store_reports_an_unreachable_server_quickly_and_recovers_quickly() {
    const QUICK_LIMIT: Duration = Duration::from_secs(2);
    const SLOW_LIMIT: Duration = Duration::from_secs(7);
    let database = Database::new().await;
    let proxy = Proxy::start(&database.url()).await;
    let store = open(proxy.url.as_str()).await;
    let world = World::build(&store).await;
    let account = Change::UpsertItems.account(&world);
    for mode in [
        ProxyMode::Cut,
        ProxyMode::Reset,
        ProxyMode::Silent,
        ProxyMode::Dropping,
    ] {
        // Both authentication connections are established.
        let answers = tokio::join!(store.ping(), store.find_key_by_digest(&UNKNOWN));
        assert!(answers.0.is_ok() && answers.1.is_ok());
        proxy.set(mode);
        let lookups = async {
            // Uses established and new connections, and calls that wait for them.
            for _ in 0..3 {
                tokio::join!(
                    assert_unavailable(QUICK_LIMIT, store.ping()),
                    assert_unavailable(QUICK_LIMIT, store.find_key_by_digest(&UNKNOWN)),
                    assert_unavailable(QUICK_LIMIT, store.find_key_by_digest(&UNKNOWN)),
                    assert_unavailable(QUICK_LIMIT, store.find_key_by_digest(&UNKNOWN)),
                );
            }
        };
        let slow_calls = async {
            for _ in 0..2 {
                tokio::join!(
                    assert_unavailable(SLOW_LIMIT, store.list_keys(account)),
                    assert_unavailable(
                        SLOW_LIMIT,
                        Change::UpsertItems.make(&store, &world, account)
                    ),
                );
            }
        };
        tokio::join!(lookups, slow_calls);
        proxy.set(ProxyMode::Open);
        assert_recovers(&store, &world, account).await;
    }

    proxy.set(ProxyMode::Silent);
    let start = Instant::now();
    let opened = postgres::open(proxy.url.as_str(), OpenMode::ExistingOnly).await;
    let line = opened.expect_err("no answer").to_string();
    assert!(line.contains("cannot be reached"), "{line}");
    assert!(start.elapsed() < Duration::from_secs(7));
    proxy.set(ProxyMode::Open);
    store.close().await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn authentication_recovers_quickly_if_every_connection_is_dead_or_slow() {
    let database = Database::new().await;
    let proxy = Proxy::start(&database.url()).await;
    let store = open(proxy.url.as_str()).await;
    let world = World::build(&store).await;
    let account = Change::UpsertItems.account(&world);
    let answers = tokio::join!(store.ping(), store.ping());
    assert!(answers.0.is_ok() && answers.1.is_ok());
    // No connection is in use at that time, and none of them reports the failure.
    proxy.set(ProxyMode::Dropping);
    sleep(Duration::from_millis(200)).await;
    proxy.set(ProxyMode::Open);
    assert_recovers(&store, &world, account).await;

    // The same with calls that hang on both connections.
    proxy.set(ProxyMode::Dropping);
    let hanging: Vec<_> = (0..6)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.find_key_by_digest(&UNKNOWN).await.is_ok() })
        })
        .collect();
    sleep(Duration::from_millis(600)).await;
    proxy.set(ProxyMode::Open);
    assert_recovers(&store, &world, account).await;
    for call in hanging {
        call.await.expect("it ends");
    }

    // A slow server is up, for calls on established connections and on new ones.
    proxy.set(ProxyMode::Slow);
    for _ in 0..2 {
        for _ in 0..3 {
            let found = tokio::join!(
                store.find_key_by_digest(&UNKNOWN),
                store.find_key_by_digest(&UNKNOWN),
                store.find_key_by_digest(&UNKNOWN),
                store.ping()
            );
            assert!(
                found.0.is_ok() && found.1.is_ok() && found.2.is_ok() && found.3.is_ok(),
                "{found:?}"
            );
        }
        end_connections(&database).await;
    }
    store.close().await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn connections_lost_on_their_return_to_the_pool_delay_no_caller() {
    let database = Database::new().await;
    let proxy = Proxy::start(&database.url()).await;
    let store = open(proxy.url.as_str()).await;
    let world = World::build(&store).await;
    let account = Change::UpsertItems.account(&world);
    // Returning a connection includes a test of whether it is alive, which takes a while on this
    // network.
    proxy.set(ProxyMode::Slow);
    let answers = tokio::join!(store.ping(), store.find_key_by_digest(&UNKNOWN));
    assert!(answers.0.is_ok() && answers.1.is_ok());
    proxy.set(ProxyMode::Dropping);
    sleep(Duration::from_millis(100)).await;
    proxy.set(ProxyMode::Open);
    assert_recovers(&store, &world, account).await;
    store.close().await;
    database.drop().await;
}

/// Ends all other connections to the database. Returns how many there were.
async fn end_connections(database: &Database) -> i64 {
    let mut raw = database.raw().await;
    sqlx::query_scalar(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .fetch_one(&mut raw)
    .await
    .expect("connections")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn connections_terminated_by_the_server_are_replaced() {
    let database = Database::new().await;
    let store = open(database.url().as_str()).await;
    let world = World::build(&store).await;
    let account = Change::UpsertItems.account(&world);
    assert!(end_connections(&database).await > 0);
    assert_recovers(&store, &world, account).await;
    store.close().await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn dead_listener_connection_is_detected_and_replaced() {
    let database = Database::new().await;
    let proxy = Proxy::start(&database.url()).await;
    let store = open(proxy.url.as_str()).await;
    let expect_hint = |message: &'static str| {
        let hint = timeout(Duration::from_millis(1_500), store.change_hint());
        async move { hint.await.expect(message) }
    };
    expect_hint("it listens").await;
    for _ in 0..2 {
        proxy.set_listener(ProxyMode::Dropping);
        sleep(Duration::from_millis(100)).await;
        proxy.set_listener(ProxyMode::Open);
        expect_hint("it listens again").await;
        let mut raw = database.raw().await;
        let hint = sqlx::query("NOTIFY voxum_verdicts").execute(&mut raw).await;
        hint.expect("a hint is given");
        expect_hint("the hint comes").await;
    }
    store.close().await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn node_registration_and_expulsion_survive_an_immediate_server_crash() {
    let database = Database::on_own_server().await;
    let store = open(database.url().as_str()).await;
    let mut raw = database.raw().await;
    // Commits that are not waited for reach the disk only when the WAL writer runs, here every 10
    // s.
    let rare_flushes = "ALTER SYSTEM SET wal_writer_delay = '10s'";
    for sql in [rare_flushes, "SELECT pg_reload_conf()"] {
        sqlx::query(sql).execute(&mut raw).await.expect(sql);
    }
    drop(raw);
    database.restart("fast");
    for name in ["one", "two"] {
        let id = NodeId::from_stored(name.to_owned());
        store.register_node(&id, &[]).await.expect("it registers");
        database.restart("immediate");
        let nodes = store.nodes().await.expect("the server is back");
        assert!(
            nodes.iter().any(|node| node.id == id),
            "{name} is forgotten"
        );
        // The mark of a node that was taken for dead survives as well.
        let node = nodes.into_iter().find(|node| node.id == id).expect("it");
        store
            .mark_node_dead(&node)
            .await
            .expect("it is taken for dead");
        database.restart("immediate");
        let nodes = store.nodes().await.expect("the server is back");
        let marked = nodes.iter().find(|node| node.id == id);
        assert!(
            marked.is_some_and(|node| node.presumed_dead),
            "{name}'s mark"
        );
    }
    store.close().await;
    database.drop().await;
}
