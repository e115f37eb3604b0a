use super::*;
use crate::SqlStore;
use crate::engine::Transaction;
use crate::query::{query, query_scalar};
use crate::sqlite::SqliteEngine;
use crate::sqlite::open::tests::open_temporary;
use contract::{Change, World};
use domain::{AccountId, Timestamp};
use service::inventory::{Currency, Item, ItemId};
use service::store::{
    Action, Actor, AuditEvent, FeedConditions, InventoryStore as _, UpsertCounts, UpsertOutcome,
};
use sqlx::{Connection as _, SqliteConnection};
use std::sync::Arc;
use std::time::Instant;

/// More pages than a checkpoint leaves in the log.
const PAGES: i64 = 2 * LONG_LOG_PAGES;
/// Some 5,000 pages in total.
const ITEMS: usize = 500;

async fn progress(store: &SqlStore) -> Progress {
    let progress = query("PRAGMA wal_checkpoint(NOOP)").fetch_one(store.writer("a test"));
    let (busy, log, checkpointed) = progress.await.unwrap();
    Progress {
        busy,
        log,
        checkpointed,
    }
}

/// Waits for the task, which gets all the time that it needs.
async fn wait_until_copied(store: &SqlStore) {
    let start = Instant::now();
    loop {
        let log_state = progress(store).await;
        if log_state.is_complete() {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{log_state:?}");
        sleep(Duration::from_millis(10)).await;
    }
}

async fn write(tx: &mut Transaction, pages: i64) {
    let statement = "INSERT INTO filler VALUES (zeroblob(4096 * $1))";
    let result = query(statement).bind(pages).execute(tx);
    result.await.unwrap();
}

async fn open_with_filler() -> (tempfile::TempDir, SqlStore, Arc<SqliteEngine>) {
    let (directory, store, engine) = open_temporary().await;
    let result = query("CREATE TABLE filler (data BLOB)");
    result.execute(store.writer("a test")).await.unwrap();
    (directory, store, engine)
}

#[tokio::test]
async fn commit_on_a_write_connection_runs_no_checkpoint() {
    let (_directory, store, engine) = open_with_filler().await;
    engine.checkpoints.task.abort();
    for round in 1..=3 {
        let mut tx = match round {
            1 => store.begin_global_change("a change").await,
            2 => store.begin_non_durable("uses").await,
            _ => store.begin_durable_coordination("a heartbeat").await,
        }
        .unwrap();
        write(&mut tx, PAGES).await;
        tx.commit().await.unwrap();
        let log_state = progress(&store).await;
        assert!(log_state.log > round * PAGES, "{log_state:?}");
        assert_eq!(log_state.checkpointed, 0, "in round {round}");
    }
    store.close().await;
}

#[tokio::test]
async fn change_of_10000_pages_stays_in_memory_until_it_is_committed() {
    let (directory, store, _engine) = open_with_filler().await;
    let log = directory.path().join("voxum.db-wal");
    let length = || std::fs::metadata(&log).unwrap().len();
    let before = length();
    let mut tx = store.begin_global_change("a change").await.unwrap();
    write(&mut tx, 10_000).await;
    assert_eq!(length(), before);
    tx.commit().await.unwrap();
    assert!(length() > 10_000 * 4_096);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn long_log_is_checkpointed_after_a_commit_and_restarted_by_the_next_change() {
    let (_directory, store, _engine) = open_with_filler().await;
    for round in 0..3 {
        let mut tx = match round {
            0 => store.begin_global_change("a change").await,
            1 => store.begin_non_durable("uses").await,
            _ => store.begin_durable_coordination("a heartbeat").await,
        }
        .unwrap();
        write(&mut tx, PAGES).await;
        tx.commit().await.unwrap();
        wait_until_copied(&store).await;
    }
    let statement = query("INSERT INTO filler VALUES (zeroblob(1))");
    statement.execute(store.writer("a test")).await.unwrap();
    let log_state = progress(&store).await;
    assert!(log_state.log < LONG_LOG_PAGES, "{log_state:?}");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn read_transaction_keeps_its_snapshot_and_delays_the_checkpoint_until_it_ends() {
    let (directory, store, engine) = open_with_filler().await;
    let options = crate::sqlite::pools::options(&directory.path().join("voxum.db"));
    let mut reader = SqliteConnection::connect_with(&options).await.unwrap();
    let count = "SELECT count(*) FROM filler";
    let mut reading = reader.begin().await.unwrap();
    let rows: i64 = sqlx::query_scalar(count)
        .fetch_one(&mut *reading)
        .await
        .unwrap();
    assert_eq!(rows, 0);
    for _ in 0..3 {
        let mut tx = store.begin_global_change("a change").await.unwrap();
        write(&mut tx, PAGES).await;
        tx.commit().await.unwrap();
        engine.checkpoints.make_room().await;
    }
    let rows: i64 = sqlx::query_scalar(count)
        .fetch_one(&mut *reading)
        .await
        .unwrap();
    assert_eq!(rows, 0);
    let log_state = progress(&store).await;
    assert!(
        log_state.log > 3 * PAGES && log_state.log - log_state.checkpointed >= 3 * PAGES,
        "{log_state:?}"
    );
    reading.rollback().await.unwrap();
    // Nothing else is committed, so the task has to retry on its own.
    wait_until_copied(&store).await;
    reader.close().await.unwrap();
    store.close().await;
}

fn event(account: &AccountId, counts: UpsertCounts) -> AuditEvent {
    AuditEvent::of_system(
        account,
        Action::InventoryUpdated,
        "inventory",
        Timestamp::from_millis(0),
        serde_json::json!({ "updated": counts.updated }),
    )
}

async fn feed(store: &SqlStore, account: &AccountId, round: usize) {
    let items: Vec<Item> = (0..ITEMS)
        .map(|number| Item {
            id: ItemId::from_stored(format!("item-{number:05}")),
            name: format!("In round {round}"),
            category: None,
            price: None,
            currency: Currency::parse("USD").unwrap(),
            description: Some("x".repeat(40_000)),
            url: None,
            image_url: None,
            available: true,
            attributes: std::collections::BTreeMap::default(),
        })
        .collect();
    let now = Timestamp::from_millis(0);
    let event = |counts| event(account, counts);
    let stored = store.upsert_items(
        account,
        &Actor::System,
        &items,
        FeedConditions::default(),
        now,
        &event,
    );
    assert!(matches!(stored.await.unwrap(), UpsertOutcome::Stored(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn log_does_not_grow_from_feed_to_feed_while_others_read_and_write() {
    let (directory, store, _engine) = open_temporary().await;
    let world = World::build(&store).await;
    let account = Change::EraseLead.account(&world);
    let other_work = async {
        loop {
            let query_one = query_scalar("SELECT count(*) FROM installation");
            let _: i64 = query_one.fetch_one(store.readers("a test")).await.unwrap();
            let change = query("UPDATE installation SET id = id");
            change.execute(store.writer("a test")).await.unwrap();
            let uses = query("UPDATE nodes SET beats = beats");
            uses.execute(store.non_durable("a test")).await.unwrap();
        }
    };
    let log = directory.path().join("voxum.db-wal");
    let length = || std::fs::metadata(&log).unwrap().len();
    let feeds = async {
        feed(&store, account, 0).await;
        let first_length = length();
        for round in 1..6 {
            feed(&store, account, round).await;
        }
        (first_length, length())
    };
    let (first_length, longest) = tokio::select! {
        lengths = feeds => lengths,
        () = other_work => unreachable!("it has no end"),
    };
    assert!(first_length > 4_096 * 1_000, "{first_length}");
    // An update also writes what it replaces, and other writes happened beside it.
    assert!(
        longest < 3 * first_length,
        "the log had {longest} bytes, and {first_length} of them after the first feed"
    );
    store.close().await;
}
