//! Several processes on one file, such as the server and a command. SQLite's locks do not
//! distinguish connections in one process from those in two, so two connections represent two
//! processes here.

use crate::support::TestDatabase;
use contract::{Change, World};
use service::store::{InstallationStore as _, NodeId, VerdictStore as _};
use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;
use storage::{OpenMode, SqlStore, sqlite};
use tokio::task::JoinSet;

/// Returns whether this takes longer than anything that does not wait for a lock.
async fn is_waiting<F: Future>(attempt: &mut Pin<&mut F>) -> bool {
    tokio::time::timeout(Duration::from_millis(150), attempt)
        .await
        .is_err()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_first_starts_share_one_database() {
    let database = TestDatabase::new();
    let mut starts = JoinSet::new();
    for _ in 0..8 {
        let path = database.path();
        starts.spawn(async move { sqlite::open(&path, OpenMode::CreateIfNew).await });
    }
    for store in starts.join_all().await {
        let store = store.expect("the store opens");
        store.ping().await.expect("the store answers");
        store.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn change_waits_for_another_process_that_writes() {
    let database = TestDatabase::new();
    let store = database.open().await;
    let world = World::build(&store).await;
    let mut raw = database.raw().await;
    raw.run("BEGIN IMMEDIATE; UPDATE installation SET pepper_fingerprint = 'theirs'")
        .await;
    // This change reads before it writes.
    let change = Change::ClaimAccount;
    let mut change = pin!(change.make(&store, &world, change.account(&world)));
    assert!(is_waiting(&mut change).await);
    raw.run("COMMIT").await;
    assert!(change.await.expect("the change is made"));
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn start_waits_for_a_reader_that_prevents_wal_mode() {
    let database = TestDatabase::new();
    database.make().await;
    let mut raw = database.raw().await;
    raw.run("PRAGMA journal_mode = DELETE; BEGIN; SELECT count(*) FROM items")
        .await;
    let path = database.path();
    let mut start = pin!(sqlite::open(&path, OpenMode::ExistingOnly));
    assert!(is_waiting(&mut start).await);
    raw.run("COMMIT").await;
    start.await.expect("the store opens").close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stale_nodes_are_removed_only_if_no_other_node_is_running() {
    let database = TestDatabase::new();
    let start_node = async |name: &str| {
        let store = database.open().await;
        let node = NodeId::from_stored(name.to_owned());
        store
            .register_node(&node, &[])
            .await
            .expect("it is registered");
        store
    };
    let killed = start_node("killed").await;
    // Nothing is closed in an orderly way.
    drop(killed);
    let one = start_node("one").await;
    let nodes = async |store: &SqlStore| {
        let nodes = store.nodes().await.expect("the nodes are known");
        let mut names: Vec<_> = nodes
            .into_iter()
            .map(|node| node.id.as_str().to_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(nodes(&one).await, ["one"]);
    let two = start_node("two").await;
    // The first node is gone, but another one is still there, so no row may be deleted.
    one.close().await;
    let three = start_node("three").await;
    assert_eq!(nodes(&three).await, ["one", "three", "two"]);
    // Neither a node that registers again nor a command deletes rows.
    three.last_change().await.expect("a number");
    two.register_node(&NodeId::from_stored("two again".to_owned()), &[])
        .await
        .expect("it is registered");
    assert_eq!(nodes(&three).await, ["one", "three", "two", "two again"]);
    two.close().await;
    three.close().await;
    let command = database.open().await;
    command.last_change().await.expect("a number");
    assert_eq!(nodes(&command).await, Vec::<String>::new());
    command.close().await;
}
