//! An item that is sent back as it was read.

use super::{feed, full, named};
use crate::support::World;
use serde_json::{Value, json};

#[tokio::test]
async fn item_can_be_sent_back_as_it_was_read_and_stays_unchanged() {
    let (world, key) = World::with_key().await;
    key.post("/api/inventory", &feed([full(), named("B")]))
        .await
        .expect(200);
    for id in ["SKU001", "B"] {
        let path = format!("/api/inventory/{id}");
        let read = key.get(&path).await.expect(200);
        let item = read.json();
        world.clock.advance_seconds(5);
        let put = key.put(&path, &item).await.expect(200);
        let patched = key.patch(&path, &item).await.expect(200);
        let fed = key.post("/api/inventory", &feed([item.clone()])).await;
        assert_eq!(fed.expect(200).json()["unchanged"], 1);
        for answer in [put, patched, key.get(&path).await] {
            assert_eq!(answer.body, read.body);
            assert_eq!(answer.header("etag"), read.header("etag"));
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
    key.post("/api/inventory", &feed([named("A"), named("B")]))
        .await
        .expect(200);
    for (body, pointer) in [
        (named("B"), "/id"),
        (named("a"), "/id"),
        (json!({ "id": 7, "name": "n" }), "/id"),
        (json!({ "name": "n", "updated_at": 7 }), "/updated_at"),
    ] {
        for answer in [
            key.put("/api/inventory/A", &body).await,
            key.patch("/api/inventory/A", &body).await,
        ] {
            let errors = answer.errors();
            assert_eq!(errors, [(pointer.into(), "invalid".into())], "{body}");
        }
    }
    let answer = key.put("/api/inventory/A", &named("B")).await.expect(422);
    let detail = "The path names another item. Leave `id` out, or set it to the id in the path.";
    assert_eq!(answer.json()["errors"][0]["detail"], detail);
    let path = "/api/inventory/%63hanges%FF";
    assert_eq!(key.put(path, &named("B")).await.problem().0, 400);
}
