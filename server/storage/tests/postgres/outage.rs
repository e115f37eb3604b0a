//! The way to the server, cut and mended: nothing hangs, and nothing has to be started again.

use crate::server::Database;
use domain::AccountId;
use service::store::contract::{Change, World};
use service::store::{InstallationStore as _, KeyStore as _, StoreError};
use std::future::Future;
use std::time::{Duration, Instant};
use storage::{OpenMode, PostgresStore};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use url::Url;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Open,
    /// Bytes go nowhere, and nobody is told.
    Silent,
    /// Connections end, and new ones do too.
    Cut,
}

/// Stands between the store and the server.
async fn proxy(url: &Url) -> (Url, watch::Sender<Way>) {
    let server = url.socket_addrs(|| Some(5432)).expect("an address")[0];
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (sender, way) = watch::channel(Way::Open);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut way = way.clone();
            tokio::spawn(async move {
                let mut server = TcpStream::connect(server).await?;
                loop {
                    let now = *way.borrow_and_update();
                    match now {
                        Way::Cut => return Ok(()),
                        Way::Silent => drop(way.changed().await),
                        Way::Open => tokio::select! {
                            _ = way.changed() => {}
                            done = copy_bidirectional(&mut client, &mut server) => return done.map(drop),
                        },
                    }
                }
            });
        }
        std::io::Result::Ok(())
    });
    let mut url = url.clone();
    url.set_host(Some("127.0.0.1")).expect("a host");
    url.set_port(Some(port)).expect("a port");
    (url, sender)
}

/// Within the time that a caller waits, and not as a fault of ours.
async fn unavailable<T: std::fmt::Debug>(call: impl Future<Output = Result<T, StoreError>>) {
    let began = Instant::now();
    let failed = call.await.expect_err("there is no way to the server");
    assert!(matches!(failed, StoreError::Unavailable(_)), "{failed:?}");
    let took = began.elapsed();
    assert!(took < Duration::from_secs(7), "it took {took:?}");
}

async fn heals(store: &PostgresStore, world: &World, account: &AccountId) {
    let began = Instant::now();
    while store.list_keys(account).await.is_err() || store.ping().await.is_err() {
        let took = began.elapsed();
        assert!(took < Duration::from_secs(2), "not healthy after {took:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let made = Change::UpsertItems.make(store, world, account).await;
    made.expect("changes go on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_cannot_be_reached_is_unavailable_soon_and_healthy_soon_after() {
    let database = Database::new().await;
    let (url, way) = proxy(&database.url()).await;
    let store = PostgresStore::open(url.as_str(), OpenMode::CreateIfNew).await;
    let store = store.expect("the store opens");
    let world = World::build(&store).await;
    let account = Change::UpsertItems.account(&world);
    for broken in [Way::Cut, Way::Silent] {
        way.send_replace(broken);
        // Twice: on connections that are there, and on new ones.
        for _ in 0..2 {
            tokio::join!(
                unavailable(store.ping()),
                unavailable(store.list_keys(account)),
                unavailable(Change::UpsertItems.make(&store, &world, account)),
            );
        }
        way.send_replace(Way::Open);
        heals(&store, &world, account).await;
    }

    way.send_replace(Way::Silent);
    let began = Instant::now();
    let opened = PostgresStore::open(url.as_str(), OpenMode::ExistingOnly).await;
    let line = opened.expect_err("no answer").to_string();
    assert!(line.contains("cannot be reached"), "{line}");
    assert!(began.elapsed() < Duration::from_secs(7));
    way.send_replace(Way::Open);
    store.close().await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn connections_that_the_server_ended_are_replaced() {
    let database = Database::new().await;
    let store = PostgresStore::open(database.url().as_str(), OpenMode::CreateIfNew).await;
    let store = store.expect("the store opens");
    let world = World::build(&store).await;
    let account = Change::UpsertItems.account(&world);
    let mut raw = database.raw().await;
    let ended: i64 = sqlx::query_scalar(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .fetch_one(&mut raw)
    .await
    .expect("connections");
    assert!(ended > 0);
    heals(&store, &world, account).await;
    drop(raw);
    store.close().await;
    database.drop().await;
}
