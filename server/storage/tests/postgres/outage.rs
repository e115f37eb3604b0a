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
use testkit::proxy::{Proxy, Way};
use tokio::time::{sleep, timeout};

const NOBODY: KeyDigest = KeyDigest::from_bytes([7; 32]);

async fn open(url: &str) -> SqlStore {
    let store = postgres::open(url, OpenMode::CreateIfNew).await;
    store.expect("the store opens")
}

/// Checks that the call fails as `Unavailable` within this time.
async fn unavailable<T: std::fmt::Debug>(
    within: Duration,
    call: impl Future<Output = Result<T, StoreError>>,
) {
    let began = Instant::now();
    let failed = call.await.expect_err("there is no way to the server");
    assert!(matches!(failed, StoreError::Unavailable(_)), "{failed:?}");
    let took = began.elapsed();
    assert!(took < within, "it took {took:?}");
}

async fn heals(store: &SqlStore, world: &World, account: &AccountId) {
    let began = Instant::now();
    while store.find_key_by_digest(&NOBODY).await.is_err()
        || store.ping().await.is_err()
        || store.list_keys(account).await.is_err()
    {
        sleep(Duration::from_millis(50)).await;
    }
    let took = began.elapsed();
    assert!(took < Duration::from_secs(2), "not healthy after {took:?}");
    let made = Change::UpsertItems.make(store, world, account).await;
    made.expect("changes go on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn store_reports_an_unreachable_server_quickly_and_recovers_quickly() {
    const ASKS: Duration = Duration::from_secs(2);
    const WORKS: Duration = Duration::from_secs(7);
    let database = Database::new().await;
    let proxy = Proxy::start(&database.url()).await;
    let store = open(proxy.url.as_str()).await;
    let world = World::build(&store).await;
    let account = Change::UpsertItems.account(&world);
    for broken in [Way::Cut, Way::Reset, Way::Silent, Way::Lost] {
        // Both authentication connections are established.
        let asked = tokio::join!(store.ping(), store.find_key_by_digest(&NOBODY));
        assert!(asked.0.is_ok() && asked.1.is_ok());
        proxy.set(broken);
        let doors = async {
            // Uses established and new connections, and calls that wait for them.
            for _ in 0..3 {
                tokio::join!(
                    unavailable(ASKS, store.ping()),
                    unavailable(ASKS, store.find_key_by_digest(&NOBODY)),
                    unavailable(ASKS, store.find_key_by_digest(&NOBODY)),
                    unavailable(ASKS, store.find_key_by_digest(&NOBODY)),
                );
            }
        };
        let others = async {
            for _ in 0..2 {
                tokio::join!(
                    unavailable(WORKS, store.list_keys(account)),
                    unavailable(WORKS, Change::UpsertItems.make(&store, &world, account)),
                );
            }
        };
        tokio::join!(doors, others);
        proxy.set(Way::Open);
        heals(&store, &world, account).await;
    }

    proxy.set(Way::Silent);
    let began = Instant::now();
    let opened = postgres::open(proxy.url.as_str(), OpenMode::ExistingOnly).await;
    let line = opened.expect_err("no answer").to_string();
    assert!(line.contains("cannot be reached"), "{line}");
    assert!(began.elapsed() < Duration::from_secs(7));
    proxy.set(Way::Open);
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
    let asked = tokio::join!(store.ping(), store.ping());
    assert!(asked.0.is_ok() && asked.1.is_ok());
    // No connection is in use at that time, and none of them reports the failure.
    proxy.set(Way::Lost);
    sleep(Duration::from_millis(200)).await;
    proxy.set(Way::Open);
    heals(&store, &world, account).await;

    // The same with calls that hang on both connections.
    proxy.set(Way::Lost);
    let hanging: Vec<_> = (0..6)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.find_key_by_digest(&NOBODY).await.is_ok() })
        })
        .collect();
    sleep(Duration::from_millis(600)).await;
    proxy.set(Way::Open);
    heals(&store, &world, account).await;
    for call in hanging {
        call.await.expect("it ends");
    }

    // A slow server is up, for calls on established connections and on new ones.
    proxy.set(Way::Slow);
    for _ in 0..2 {
        for _ in 0..3 {
            let found = tokio::join!(
                store.find_key_by_digest(&NOBODY),
                store.find_key_by_digest(&NOBODY),
                store.find_key_by_digest(&NOBODY),
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
    proxy.set(Way::Slow);
    let asked = tokio::join!(store.ping(), store.find_key_by_digest(&NOBODY));
    assert!(asked.0.is_ok() && asked.1.is_ok());
    proxy.set(Way::Lost);
    sleep(Duration::from_millis(100)).await;
    proxy.set(Way::Open);
    heals(&store, &world, account).await;
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
    heals(&store, &world, account).await;
    store.close().await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn dead_listener_connection_is_detected_and_replaced() {
    let database = Database::new().await;
    let proxy = Proxy::start(&database.url()).await;
    let store = open(proxy.url.as_str()).await;
    let soon = |what: &'static str| {
        let told = timeout(Duration::from_millis(1_500), store.may_have_changed());
        async move { told.await.expect(what) }
    };
    soon("it listens").await;
    for _ in 0..2 {
        proxy.set_listener(Way::Lost);
        sleep(Duration::from_millis(100)).await;
        proxy.set_listener(Way::Open);
        soon("it listens again").await;
        let mut raw = database.raw().await;
        let told = sqlx::query("NOTIFY voxum_verdicts").execute(&mut raw).await;
        told.expect("a hint is given");
        soon("the hint comes").await;
    }
    store.close().await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn node_registration_and_expulsion_survive_an_immediate_server_crash() {
    let database = Database::alone().await;
    let store = open(database.url().as_str()).await;
    let mut raw = database.raw().await;
    // Commits that are not waited for reach the disk only when the WAL writer runs, here every 10
    // s.
    let seldom = "ALTER SYSTEM SET wal_writer_delay = '10s'";
    for sql in [seldom, "SELECT pg_reload_conf()"] {
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
        store.expel_node(&node).await.expect("it is taken for dead");
        database.restart("immediate");
        let nodes = store.nodes().await.expect("the server is back");
        let marked = nodes.iter().find(|node| node.id == id);
        assert!(marked.is_some_and(|node| node.leaving), "{name}'s mark");
    }
    store.close().await;
    database.drop().await;
}
