//! `GET /api/inventory`

use super::{feed, sample_item};
use crate::support::{Key, World};
use serde_json::Value;
use serde_json::json;

async fn ids(key: &Key, path: &str) -> (Vec<String>, Option<String>) {
    let response = key.get_json(path).await;
    let items = response["items"].as_array().unwrap().iter();
    let ids = items
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect();
    (ids, response["next_cursor"].as_str().map(str::to_owned))
}

#[tokio::test]
async fn pages_list_items_in_the_order_of_ids_without_gaps_or_duplicates() {
    let (world, key) = World::with_key().await;
    let all: Vec<String> = (0..105).map(|n| format!("N{n:03}")).collect();
    let items: Vec<Value> = all.iter().rev().map(|id| sample_item(id)).collect();
    key.post("/api/inventory", &feed(items)).await.expect(200);
    let (first, next) = ids(&key, "/api/inventory").await;
    assert_eq!((first.len(), next.is_some()), (50, true));
    for limit in [1, 7, 35, 105, 500] {
        let (mut listed_ids, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let at = cursor
                .map(|cursor| format!("&cursor={cursor}"))
                .unwrap_or_default();
            let (page, next) = ids(&key, &format!("/api/inventory?limit={limit}{at}")).await;
            assert!(page.len() <= limit);
            // The rate limit of a key allows no faster calls.
            world.clock.advance_seconds(1);
            listed_ids.extend(page);
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(listed_ids, all, "by {limit}");
    }
}

#[tokio::test]
async fn empty_inventory_is_listed_as_one_empty_page() {
    let world = World::new().await;
    let response = world.key().await.get("/api/inventory").await.expect(200);
    assert_eq!(response.body, r#"{"items":[],"next_cursor":null}"#);
}

#[tokio::test]
async fn next_page_continues_after_the_last_item_even_if_it_was_removed() {
    let (_world, key) = World::with_key().await;
    key.post(
        "/api/inventory",
        &feed(["A", "B", "C"].map(sample_item).to_vec()),
    )
    .await
    .expect(200);
    let (_, next) = ids(&key, "/api/inventory?limit=2").await;
    key.delete("/api/inventory/B").await.expect(204);
    let (rest, _) = ids(&key, &format!("/api/inventory?cursor={}", next.unwrap())).await;
    assert_eq!(rest, ["C"]);
}

#[tokio::test]
async fn invalid_parameter_is_refused_and_named() {
    let (_world, key) = World::with_key().await;
    for (query, parameter) in [
        ("limit=0", "`limit`"),
        ("limit=501", "`limit`"),
        ("limit=ten", "`limit`"),
        ("limit=5&limit=5", "`limit`"),
        ("cursor=SKU001", "`cursor`"),
        ("cursor=", "`cursor`"),
        ("category=A&category=B", "`category`"),
        ("updated_since=2026-01-01", "`updated_since`"),
        ("mode=merge", "`mode`"),
        ("on_error=skip", "`on_error`"),
        ("colour=red", "`colour`"),
    ] {
        let response = key.get(&format!("/api/inventory?{query}")).await;
        assert_eq!(
            response.problem(),
            (400, "invalid_parameter".into()),
            "{query}"
        );
        assert!(
            response.json()["detail"]
                .as_str()
                .unwrap()
                .contains(parameter),
            "{query}: {}",
            response.body
        );
    }
    assert_eq!(
        key.get("/api/key?x=1").await.problem().1,
        "invalid_parameter"
    );
    assert_eq!(
        key.delete("/api/key?x=1").await.problem().1,
        "invalid_parameter"
    );
    key.get("/api/key").await.expect(200);
}

#[tokio::test]
async fn items_are_filtered_by_category_text_and_time_across_pages() {
    let (world, key) = World::with_key().await;
    let item = |id: &str, name: &str, category: &str| json!({ "id": id, "name": name, "category": category });
    let items = [
        item("A1", "Škoda Octavia", "Estate"),
        item("A2", "Škoda Fabia", "Small"),
        item("B1", "Honda Accord 2024", "Sedan"),
    ];
    key.post("/api/inventory", &feed(items)).await.expect(200);
    world.clock.advance_seconds(60);
    let item = item("B2", "Honda Jazz", "Small");
    key.post("/api/inventory", &feed([item])).await.expect(200);
    let ids = async |query: &str| {
        let response = key
            .get(&format!("/api/inventory?{query}"))
            .await
            .expect(200);
        let items = response.json()["items"].clone();
        let items = items.as_array().unwrap().clone();
        let ids = items
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ids("category=Small").await, ["A2", "B2"]);
    assert_eq!(ids("q=%C5%A0KODA").await, ["A1", "A2"]);
    assert_eq!(
        ids("q=b").await,
        ["A2", "B1", "B2"],
        "in the name or the id"
    );
    assert_eq!(ids("q=honda&category=Sedan").await, ["B1"]);
    assert_eq!(ids("q=%25").await.len(), 0, "no wildcard");
    assert_eq!(ids("updated_since=2026-11-23T05:32:07Z").await, ["B2"]);
    assert_eq!(
        ids("updated_since=2026-11-23T05:32:08%2B00:00").await.len(),
        0
    );
    let first = key.get_json("/api/inventory?q=honda&limit=1").await;
    assert_eq!(first["items"][0]["id"], "B1");
    let cursor = first["next_cursor"].as_str().unwrap();
    assert_eq!(
        ids(&format!("q=honda&limit=1&cursor={cursor}")).await,
        ["B2"]
    );
}
