//! Which changes wait for each other, on one node and on two.

use contract::{Change, World, feeds_of_other_accounts_and_keys_do_not_wait_for_many};
use domain::Timestamp;
use service::inventory::{Currency, Item, ItemId};
use service::store::{
    Action, Actor, AuditEvent, FeedConditions, InventoryStore as _, StoreError, UpsertOutcome,
};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use storage::{OpenMode, postgres};
use testkit::postgres::Database;

fn item(id: String) -> Item {
    Item {
        name: id.clone(),
        id: ItemId::from_stored(id),
        category: None,
        price: None,
        currency: Currency::parse("USD").unwrap(),
        description: None,
        url: None,
        image_url: None,
        available: true,
        attributes: BTreeMap::new(),
    }
}

/// Duration of a feed in these tests.
const FEED: Duration = Duration::from_millis(1_000);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn key_revocation_does_not_wait_for_feeds_of_its_account() {
    let database = Database::new().await;
    let url = database.url();
    let open = async || postgres::open(url.as_str(), OpenMode::CreateIfNew).await;
    let nodes = [open().await, open().await].map(|node| node.expect("the store opens"));
    let world = World::build(&nodes[0]).await;
    let mut raw = database.raw().await;
    let slow = "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_sleep(1); RETURN NEW; END $$;
        CREATE TRIGGER slow BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION slow()";
    let result = sqlx::raw_sql(slow).execute(&mut raw).await;
    result.expect("a trigger");

    let account = Change::RevokeKey.account(&world).clone();
    let mut feeds = Vec::new();
    for number in 0..4 {
        let (node, account) = (nodes[number % 2].clone(), account.clone());
        feeds.push(tokio::spawn(async move {
            let event = |_| {
                let (action, at) = (Action::InventoryUpdated, Timestamp::from_millis(0));
                AuditEvent::of_system(&account, action, "", at, serde_json::json!({}))
            };
            let items = [item(format!("slow-{number}"))];
            let now = Timestamp::from_millis(0);
            node.upsert_items(
                &account,
                &Actor::System,
                &items,
                FeedConditions::default(),
                now,
                &event,
            )
            .await
        }));
    }
    tokio::time::sleep(FEED / 4).await;

    let start = Instant::now();
    let other = Change::ClaimAccount;
    assert_ne!(other.account(&world), &account);
    let claimed = other.make(&nodes[1], &world, other.account(&world)).await;
    assert!(claimed.expect("claimed"));
    let elapsed = start.elapsed();
    assert!(elapsed < FEED / 2, "another account waited for {elapsed:?}");

    let revoked = Change::RevokeKey.make(&nodes[1], &world, &account).await;
    assert!(revoked.expect("revoked"));
    let elapsed = start.elapsed();
    assert!(elapsed < FEED / 2, "the revocation waited for {elapsed:?}");
    for feed in feeds {
        let stored = feed.await.expect("a feed").expect("stored");
        assert!(matches!(stored, UpsertOutcome::Stored(counts) if counts.created == 1));
    }
    assert!(start.elapsed() > FEED * 3, "the feeds did not queue");
    drop(raw);
    for node in nodes {
        node.close().await;
    }
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn feeds_of_one_key_do_not_delay_those_of_other_keys_and_accounts() {
    let database = Database::new().await;
    let store = postgres::open(database.url().as_str(), OpenMode::CreateIfNew).await;
    let store = store.expect("the store opens");
    let stop_writes = async {
        let mut raw = database.raw().await;
        // Several feeds are stored at once, and a feed that needs a new connection must not be
        // overtaken by all the others.
        let slow = sqlx::raw_sql(
            "CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN PERFORM pg_sleep(0.3); RETURN NEW; END $$;
             CREATE TRIGGER many_are_slow BEFORE INSERT ON items FOR EACH ROW
             WHEN (NEW.id LIKE 'many-%') EXECUTE FUNCTION be_slow()",
        );
        slow.execute(&mut raw).await.expect("a trigger");
        let lock = sqlx::raw_sql("BEGIN; LOCK TABLE items IN SHARE MODE");
        lock.execute(&mut raw).await.expect("a lock");
        raw
    };
    let resume_writes = async |mut raw: PgConnection| {
        let commit = sqlx::raw_sql("COMMIT").execute(&mut raw).await;
        commit.expect("no lock");
    };
    let shared = Arc::new(store.clone());
    feeds_of_other_accounts_and_keys_do_not_wait_for_many(shared, stop_writes, resume_writes).await;
    store.close().await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn key_creations_run_concurrently_but_wait_for_a_pepper_change() {
    let database = Database::new().await;
    let store = postgres::open(database.url().as_str(), OpenMode::CreateIfNew).await;
    let store = store.expect("the store opens");
    let world = World::build(&store).await;
    let account = Change::InsertKey.account(&world).clone();
    let mut raw = database.raw().await;
    let mut run = async |sql: &'static str| {
        let ran = sqlx::raw_sql(sql).execute(&mut raw).await;
        ran.expect("the statement runs");
    };
    // Another account is creating a key.
    run("BEGIN; SELECT pepper_fingerprint FROM installation FOR SHARE").await;
    let created = Change::InsertKey.make(&store, &world, &account).await;
    assert!(created.expect("the key is created meanwhile"));
    run("COMMIT").await;
    // The pepper is being replaced.
    run("BEGIN; UPDATE installation SET pepper_fingerprint = 'another'").await;
    let rotated = Change::RotateKey.make(&store, &world, &account);
    let mut rotated = std::pin::pin!(rotated);
    tokio::select! {
        outcome = rotated.as_mut() => panic!("the pepper was not waited for: {outcome:?}"),
        () = wait_for_pepper_lock(&database) => {}
    }
    run("COMMIT").await;
    let refused = rotated.await.expect_err("the pepper was changed");
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
    drop(raw);
    store.close().await;
    database.drop().await;
}

/// Returns once a session of the database waits for the row with the pepper.
async fn wait_for_pepper_lock(database: &Database) {
    let mut raw = database.raw().await;
    let waiting = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FOR SHARE%')";
    while !sqlx::query_scalar::<_, bool>(waiting)
        .fetch_one(&mut raw)
        .await
        .expect("an answer")
    {
        tokio::task::yield_now().await;
    }
}
