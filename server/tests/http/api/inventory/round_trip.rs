//! An item that is sent back as it was read.

use super::{feed, full_item, sample_item};
use crate::support::World;
use serde_json::{Value, json};

#[tokio::test]
async fn item_can_be_sent_back_as_it_was_read_and_stays_unchanged() {
    let (world, key) = World::with_key().await;
    key.post("/api/inventory", &feed([full_item(), sample_item("B")]))
        .await
        .expect(200);
    for id in ["SKU001", "B"] {
        let path = format!("/api/inventory/{id}");
        let read = key.get(&path).await.expect(200);
        let item = read.json();
        world.clock.advance_seconds(5);
        let put = key.put(&path, &item).await.expect(200);
        let patched = key.patch(&path, &item).await.expect(200);
        let feed_response = key.post("/api/inventory", &feed([item.clone()])).await;
        assert_eq!(feed_response.expect(200).json()["unchanged"], 1);
        for response in [put, patched, key.get(&path).await] {
            assert_eq!(response.body, read.body);
            assert_eq!(response.header("etag"), read.header("etag"));
        }
        // Neither is a value of the item.
        let mut other = item.clone();
        other["updated_at"] = Value::Null;
        other["id"] = Value::Null;
        key.put(&path, &other).await.expect(200);
    }
}

#[tokio::test]
async fn item_is_refused_if_its_id_differs_from_the_path() {
    let (_world, key) = World::with_key().await;
    key.post(
        "/api/inventory",
        &feed([sample_item("A"), sample_item("B")]),
    )
    .await
    .expect(200);
    for (body, pointer) in [
        (sample_item("B"), "/id"),
        (sample_item("a"), "/id"),
        (json!({ "id": 7, "name": "n" }), "/id"),
        (json!({ "name": "n", "updated_at": 7 }), "/updated_at"),
    ] {
        for response in [
            key.put("/api/inventory/A", &body).await,
            key.patch("/api/inventory/A", &body).await,
        ] {
            let errors = response.errors();
            assert_eq!(errors, [(pointer.into(), "invalid".into())], "{body}");
        }
    }
    let response = key
        .put("/api/inventory/A", &sample_item("B"))
        .await
        .expect(422);
    let detail = "The path names another item. Remove `id`, or set it to the ID in the path.";
    assert_eq!(response.json()["errors"][0]["detail"], detail);
    let path = "/api/inventory/%63hanges%FF";
    assert_eq!(key.put(path, &sample_item("B")).await.problem().0, 400);
}
