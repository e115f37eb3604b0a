//! Listings that take too long are interrupted at their deadline and delay nothing else.

use contract::{Change, World};
use domain::Timestamp;
use futures::future::join_all;
use service::inventory::ItemFilter;
use service::key::KeyDigest;
use service::store::{
    InventoryStore as _, KeyStore as _, MemberStore as _, StoreError, TokenDigest,
};
use sqlx::Connection as _;
use storage::{OpenMode, postgres};
use testkit::postgres::Database;

/// More listings than there are listing connections.
const LISTINGS: usize = 12;

const UNKNOWN: KeyDigest = KeyDigest::from_bytes([7; 32]);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn listings_end_at_their_deadline_while_authentication_and_revocation_continue() {
    let database = Database::new().await;
    let store = postgres::open(database.url().as_str(), OpenMode::CreateIfNew).await;
    let store = store.expect("the store opens");
    let world = World::build(&store).await;
    let account = Change::RevokeKey.account(&world).clone();
    let filter = ItemFilter::default();
    let list = || store.list_items(&account, &filter, None, None, 1);

    // While the table is locked, each listing waits for ever.
    let mut locking = database.raw().await;
    let mut transaction = locking.begin().await.expect("a transaction");
    let lock = sqlx::query("LOCK TABLE items IN ACCESS EXCLUSIVE MODE");
    lock.execute(&mut *transaction).await.expect("a lock");
    let listings = join_all((0..LISTINGS).map(|_| list()));
    let other_calls = async {
        loop {
            let key = store.find_key_by_digest(&UNKNOWN).await;
            assert!(key.expect("an answer").is_none());
            let (token, now) = (TokenDigest([7; 32]), Timestamp::from_millis(0));
            let session = store.find_session(&token, now, now).await;
            assert!(session.expect("an answer").is_none());
            let _ = Change::RevokeKey.make(&store, &world, &account).await;
        }
    };
    let results = tokio::select! {
        results = listings => results,
        () = other_calls => unreachable!("it has no end"),
    };
    let mut interrupted = 0;
    for result in results {
        match result.expect_err("the listing has no end") {
            StoreError::PastDeadline(_) => interrupted += 1,
            // This listing got no connection in time.
            StoreError::Unavailable(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(interrupted >= 4, "{interrupted} listings were interrupted");
    let mut raw = database.raw().await;
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let waiting: i64 = sqlx::query_scalar(waiting)
        .fetch_one(&mut raw)
        .await
        .expect("a count");
    assert_eq!(waiting, 0, "the server still works on listings");

    transaction.rollback().await.expect("unlocked");
    for listed in join_all((0..LISTINGS).map(|_| list())).await {
        listed.expect("listings go on");
    }
    store.close().await;
    database.drop().await;
}
