//! `/api/inventory` of an account with as many items as the largest sellers have.

use super::{feed, sample_item};
use crate::support::{Key, World};
use serde_json::Value;
use std::collections::HashSet;

const ITEMS: usize = 100_000;
/// Number of items in one feed.
const FEED_ITEMS: usize = 5_000;

async fn send(key: &Key, query: &str, items: std::ops::Range<usize>) -> Value {
    let rows = items.map(|n| format!("K{n:06},Item {n}\n"));
    let csv = format!("id,name\n{}", rows.collect::<String>());
    let key = key.with("content-type", "text/csv");
    let path = format!("/api/inventory{query}");
    key.send("POST", &path, csv).await.expect(200).json()
}

#[tokio::test]
async fn large_inventory_can_be_paged_during_changes_and_is_not_replaced_by_one_feed() {
    let (world, key) = World::with_key().await;
    for start in (0..ITEMS).step_by(FEED_ITEMS) {
        let response = send(&key, "", start..start + FEED_ITEMS).await;
        assert_eq!(response["created"], FEED_ITEMS);
    }
    let (mut listed_ids, mut pages, mut cursor) = (HashSet::new(), 0, String::new());
    loop {
        let path = format!("/api/inventory?limit=500{cursor}");
        let page = key.get_json(&path).await;
        for item in page["items"].as_array().unwrap() {
            let id = item["id"].as_str().unwrap();
            // Items that are added before and after the reader's position do not move the others.
            if id.starts_with('K') {
                assert!(listed_ids.insert(id.to_owned()), "{id} came twice");
            }
        }
        pages += 1;
        let changed_id = |n: usize| format!("K{:06}", (pages * 487 + n) % ITEMS);
        let mut churn = vec![
            sample_item(&format!("A{pages}")),
            sample_item(&format!("Z{pages}")),
        ];
        churn.extend((0..3).map(|n| sample_item(&changed_id(n * ITEMS / 3))));
        key.post("/api/inventory", &feed(churn)).await.expect(200);
        // The rate limit of a key allows no faster calls.
        world.clock.advance_seconds(1);
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(listed_ids.len(), ITEMS, "some were skipped");

    // A feed has at most 5,000 items, so a full one is a mistake here. Removing the rest would
    // occupy the writer for long.
    let csv = key.with("content-type", "text/csv");
    let response = csv.send(
        "POST",
        "/api/inventory?mode=replace",
        "id,name\nK000000,One\n",
    );
    response.await.refusal(409, "replace_too_large");
    // Two items were added with each page.
    let total = world.count("SELECT count(*) FROM items").await;
    assert_eq!(total, i64::try_from(ITEMS + 2 * pages).unwrap());
}
