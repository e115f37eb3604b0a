use super::*;
use crate::SqlStore;
use crate::engine::Transaction;
use crate::query::{query, query_scalar};
use crate::sqlite::SqliteEngine;
use crate::sqlite::open::tests::fresh;
use contract::{Change, World};
use domain::{AccountId, Timestamp};
use service::inventory::{Currency, Item, ItemId};
use service::store::{
    Action, Actor, AuditEvent, FeedTerms, InventoryStore as _, UpsertCounts, Upserted,
};
use sqlx::{Connection as _, SqliteConnection};
use std::sync::Arc;
use std::time::Instant;

/// More pages than a checkpoint leaves in the log.
const PAGES: i64 = 2 * LONG;
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
async fn is_copied(store: &SqlStore) {
    let began = Instant::now();
    loop {
        let found = progress(store).await;
        if found.is_whole() {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{found:?}");
        sleep(Duration::from_millis(10)).await;
    }
}

async fn write(tx: &mut Transaction, pages: i64) {
    let statement = "INSERT INTO filler VALUES (zeroblob(4096 * $1))";
    let written = query(statement).bind(pages).execute(tx);
    written.await.unwrap();
}

async fn with_filler() -> (tempfile::TempDir, SqlStore, Arc<SqliteEngine>) {
    let (place, store, engine) = fresh().await;
    let made = query("CREATE TABLE filler (data BLOB)");
    made.execute(store.writer("a test")).await.unwrap();
    (place, store, engine)
}

#[tokio::test]
async fn commit_on_a_write_connection_runs_no_checkpoint() {
    let (_place, store, engine) = with_filler().await;
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
        let found = progress(&store).await;
        assert!(found.log > round * PAGES, "{found:?}");
        assert_eq!(found.checkpointed, 0, "in round {round}");
    }
    store.close().await;
}

#[tokio::test]
async fn change_of_10000_pages_stays_in_memory_until_it_is_committed() {
    let (place, store, _engine) = with_filler().await;
    let log = place.path().join("voxum.db-wal");
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
    let (_place, store, _engine) = with_filler().await;
    for round in 0..3 {
        let mut tx = match round {
            0 => store.begin_global_change("a change").await,
            1 => store.begin_non_durable("uses").await,
            _ => store.begin_durable_coordination("a heartbeat").await,
        }
        .unwrap();
        write(&mut tx, PAGES).await;
        tx.commit().await.unwrap();
        is_copied(&store).await;
    }
    let statement = query("INSERT INTO filler VALUES (zeroblob(1))");
    statement.execute(store.writer("a test")).await.unwrap();
    let found = progress(&store).await;
    assert!(found.log < LONG, "{found:?}");
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn read_transaction_keeps_its_snapshot_and_delays_the_checkpoint_until_it_ends() {
    let (place, store, engine) = with_filler().await;
    let options = crate::sqlite::pools::options(&place.path().join("voxum.db"));
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
    let found = progress(&store).await;
    assert!(
        found.log > 3 * PAGES && found.log - found.checkpointed >= 3 * PAGES,
        "{found:?}"
    );
    reading.rollback().await.unwrap();
    // Nothing else is committed, so the task has to retry by itself.
    is_copied(&store).await;
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
        FeedTerms::default(),
        now,
        &event,
    );
    assert!(matches!(stored.await.unwrap(), Upserted::Stored(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn log_does_not_grow_from_feed_to_feed_while_others_read_and_write() {
    let (place, store, _engine) = fresh().await;
    let world = World::build(&store).await;
    let account = Change::EraseLead.account(&world);
    let others = async {
        loop {
            let read = query_scalar("SELECT count(*) FROM installation");
            let _: i64 = read.fetch_one(store.readers("a test")).await.unwrap();
            let change = query("UPDATE installation SET id = id");
            change.execute(store.writer("a test")).await.unwrap();
            let uses = query("UPDATE nodes SET beats = beats");
            uses.execute(store.non_durable("a test")).await.unwrap();
        }
    };
    let log = place.path().join("voxum.db-wal");
    let length = || std::fs::metadata(&log).unwrap().len();
    let feeds = async {
        feed(&store, account, 0).await;
        let of_one = length();
        for round in 1..6 {
            feed(&store, account, round).await;
        }
        (of_one, length())
    };
    let (of_one, longest) = tokio::select! {
        lengths = feeds => lengths,
        () = others => unreachable!("it has no end"),
    };
    assert!(of_one > 4_096 * 1_000, "{of_one}");
    // An update also writes what it replaces, and other writes happened beside it.
    assert!(
        longest < 3 * of_one,
        "the log had {longest} bytes, and {of_one} of them after the first feed"
    );
    store.close().await;
}
