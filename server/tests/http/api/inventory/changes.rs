//! `GET /api/inventory/changes`

use super::{feed, sample_item};
use crate::support::{INVENTORY, TestClient, TestResponse, Text as _, World};
use domain::seconds::DAY;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PATH: &str = "/api/inventory/changes";

/// Returns the ids on a page, a removed one with `-` before it, and the cursor to continue from.
fn page(response: &TestResponse) -> (Vec<String>, String) {
    let response = response.json();
    let items = response["items"].as_array().unwrap().iter();
    let ids = items.map(|item| {
        let mark = if item["deleted_at"].is_null() {
            ""
        } else {
            "-"
        };
        format!("{mark}{}", item["id"].as_str().unwrap())
    });
    let cursor = response["next_cursor"].as_str().unwrap().to_owned();
    (ids.collect(), cursor)
}

async fn follow(key: &TestClient, cursor: &str) -> (Vec<String>, String) {
    let path = format!("{PATH}?limit=3&cursor={cursor}");
    page(&key.get(&path).await.expect(200))
}

#[tokio::test]
async fn client_that_follows_the_changes_receives_every_change_and_removal() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &INVENTORY).await;
    let (ids, cursor) = page(&key.get(PATH).await.expect(200));
    assert_eq!(ids, [""; 0]);
    let items = ["A", "B", "C", "D"].map(sample_item);
    key.post("/api/inventory", &feed(items.to_vec()))
        .await
        .expect(200);
    let (ids, next) = follow(&key, &cursor).await;
    assert_eq!(ids, ["A", "B", "C"]);
    let (ids, next) = follow(&key, &next).await;
    assert_eq!(ids, ["D"]);
    assert_eq!(follow(&key, &next).await, (vec![], next.clone()));

    // By the API, by a feed and from the console.
    world.clock.advance_seconds(5);
    key.delete("/api/inventory/B").await.expect(204);
    let remaining = feed(vec![sample_item("A"), sample_item("D")]);
    let replace = "/api/inventory?mode=replace";
    key.post(replace, &remaining).await.expect(200);
    let fields = [("mode", "replace"), ("removals", "1")];
    let imported = owner.import("cars.csv", "id,name\nA,Another\n", &fields);
    imported.await.expect(200);
    let (ids, last) = follow(&key, &next).await;
    assert_eq!(ids, ["-B", "-C", "A"]);
    let (ids, last) = follow(&key, &last).await;
    assert_eq!(ids, ["-D"]);
    let removed = key.get(&format!("{PATH}?limit=1&cursor={next}")).await;
    let removed = &removed.json()["items"][0];
    let expected = json!({ "id": "B", "deleted_at": removed["deleted_at"] });
    assert_eq!(*removed, expected);

    key.put("/api/inventory/B", &json!({ "name": "back" }))
        .await
        .expect(201);
    assert_eq!(follow(&key, &last).await.0, ["B"]);
    let (ids, _) = page(&key.get(PATH).await.expect(200));
    assert_eq!(ids, ["A", "B"]);
    let item = key.get("/api/inventory/A").await.json();
    assert_eq!(key.get(PATH).await.json()["items"][0], item);
}

#[tokio::test]
async fn page_of_changes_ends_before_two_mebibytes_and_the_next_page_continues() {
    let (_world, key) = World::with_key().await;
    // Quotation marks take two bytes in JSON.
    let text = "\"".repeat(10_000);
    let items: Vec<Value> = (0..250)
        .map(|number| json!({ "id": format!("{number:03}"), "name": "n", "description": text }))
        .collect();
    key.post("/api/inventory", &feed(items)).await.expect(200);
    key.delete("/api/inventory/200").await.expect(204);
    let (mut cursor, mut all) = (String::new(), BTreeSet::new());
    loop {
        let query = if cursor.is_empty() {
            String::new()
        } else {
            format!("&cursor={cursor}")
        };
        let response = key.get(&format!("{PATH}?limit=500{query}")).await;
        assert!(response.body.len() <= 2 * 1024 * 1024);
        let (ids, next) = page(&response);
        if ids.is_empty() {
            break;
        }
        for id in ids {
            assert!(all.insert(id.clone()), "{id} came twice");
        }
        cursor = next;
    }
    assert_eq!(all.len(), 249);
}

#[tokio::test]
async fn expired_cursor_is_refused_with_advice_to_read_the_inventory_again() {
    let (world, key) = World::with_key().await;
    let items = feed(vec![sample_item("A"), sample_item("B")]);
    key.post("/api/inventory", &items).await.expect(200);
    let (_, old) = page(&key.get(PATH).await);
    key.delete("/api/inventory/A").await.expect(204);
    let (_, new) = follow(&key, &old).await;
    world.clock.advance_seconds(30 * DAY - 1);
    world.services.inventory.sweep_removed().await.unwrap();
    assert_eq!(follow(&key, &old).await.0, ["-A"]);
    world.clock.advance_seconds(1);
    world.services.inventory.sweep_removed().await.unwrap();
    let expired = key.get(&format!("{PATH}?cursor={old}")).await;
    expired
        .refusal(410, "cursor_expired")
        .has("Read the whole inventory again");
    assert_eq!(follow(&key, &new).await, (vec![], new));
    assert_eq!(page(&key.get(PATH).await.expect(200)).0, ["B"]);
}

#[tokio::test]
async fn foreign_cursors_and_unsupported_parameters_are_refused() {
    let (_world, key) = World::with_key().await;
    let path = "/api/inventory/A";
    key.put(path, &json!({ "name": "n" })).await.expect(201);
    key.put("/api/inventory/B", &json!({ "name": "n" }))
        .await
        .expect(201);
    let list = key.get("/api/inventory?limit=1").await.json();
    let list = list["next_cursor"].as_str().unwrap();
    for query in [
        &format!("cursor={list}"),
        "cursor=",
        "cursor=05",
        "limit=0",
        "limit=501",
        "q=a",
        "updated_since=2026-01-31T08:00:00Z",
    ] {
        let response = key.get(&format!("{PATH}?{query}")).await;
        assert_eq!(
            response.problem(),
            (400, "invalid_parameter".into()),
            "{query}"
        );
    }
}
