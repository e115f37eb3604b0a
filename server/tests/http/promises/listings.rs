//! Listings that take too long are stopped, and block nothing else.

use crate::support::{INVENTORY, OWNER, Text as _, World};
use futures::future::join_all;
use serde_json::json;
use service::Error;
use service::store::AuditFilter;
use std::time::Duration;
use tokio::time::sleep;

/// More than there are connections for listings.
const LISTINGS: usize = 12;

/// Makes every query of items endless, so that only an interruption ends it.
const ENDLESS: &str = "
    ALTER TABLE items RENAME TO stored_items;
    CREATE VIEW items AS SELECT * FROM stored_items WHERE 0 < (
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n)";
const REPAIR: &str = "DROP VIEW items; ALTER TABLE stored_items RENAME TO items";

const STOPPED: &str =
    "The database took longer than a second to respond, so the request was stopped.";

#[tokio::test(flavor = "multi_thread")]
async fn listing_is_stopped_at_its_deadline_and_the_response_explains_why() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &INVENTORY).await;
    let item = json!({ "name": "Honda" });
    key.put("/api/inventory/A", &item).await.expect(201);
    world.sql(ENDLESS).await;

    let response = key.get("/api/inventory?q=honda").await;
    response.refusal(503, "unavailable");
    let detail = response.json()["detail"].clone();
    assert!(detail.as_str().unwrap().starts_with(STOPPED), "{detail}");

    let page = owner.get("/inventory?q=honda").await.expect(503);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_ne!(page.header("retry-after"), "");
    page.has(STOPPED);

    world.sql(REPAIR).await;
    key.get("/api/inventory?q=honda").await.expect(200);
    owner.get("/inventory?q=honda").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_sessions_and_revocations_work_while_listings_use_all_their_connections() {
    let (world, owner) = World::with_owner().await;
    let reader = owner.create("Reader", &INVENTORY).await;
    let item = json!({ "name": "Honda" });
    reader.put("/api/inventory/A", &item).await.expect(201);
    let leaked = owner.create("Leaked", &["leads:read"]).await;
    world.sql(ENDLESS).await;
    let listings = tokio::spawn(join_all((0..LISTINGS).map(|_| {
        let reader = reader.clone();
        async move { reader.get("/api/inventory").await }
    })));

    // Neither key is in the cache, since a change of the account's settings invalidates both.
    world.sql("UPDATE accounts SET name = name || '!'").await;
    leaked.get("/api/key").await.expect(200);
    world.sign_in(OWNER).await;
    owner.get("/account").await.expect(200);
    owner.revoke(&leaked.id, "Leaked").await.expect(200);
    assert_eq!(leaked.get("/api/key").await.problem().1, "revoked_key");
    assert!(!listings.is_finished(), "the listings ended too early");

    for response in listings.await.unwrap() {
        response.refusal(503, "unavailable");
    }
    world.sql(REPAIR).await;
    reader.get("/api/inventory").await.expect(200);
}

/// A name can lead to ten keys, for each of which two listings search the log.
#[tokio::test(flavor = "multi_thread")]
async fn audit_log_search_has_one_deadline_for_all_its_listings() {
    let (world, owner) = World::with_owner().await;
    owner.create("Feed", &INVENTORY).await;
    let sessions = &world.services.sessions;
    let member = sessions.member_without_renewal(owner.token()).await;
    let member = member.unwrap().unwrap();
    let audit = &world.services.audit;
    let search = audit.search(&member, AuditFilter::default(), "feed");
    let search = search.await.unwrap().unwrap();
    assert_eq!(
        audit
            .page(&member, &search, None)
            .await
            .unwrap()
            .events
            .len(),
        1
    );
    sleep(Duration::from_secs(1)).await;
    let late = audit.page(&member, &search, None).await;
    assert!(matches!(late, Err(Error::PastDeadline(_))), "{late:?}");
    // Each piece of a file has as much time.
    let piece = audit.batch(&member, &search, None).await.unwrap();
    assert_eq!(piece.events.len(), 1);
}
