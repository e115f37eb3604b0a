//! `PATCH /api/inventory/{id}`: a JSON merge patch

use super::full_item;
use crate::support::{TestClient, TestResponse, Text as _, World};
use serde_json::{Value, json};

const PATH: &str = "/api/inventory/SKU001";

/// Stores an item with every field, and returns the key and the item.
async fn store_item(world: &World) -> (TestClient, Value) {
    let key = world.key().await;
    let mut item = full_item();
    item.as_object_mut().unwrap().remove("id");
    let item = key.put(PATH, &item).await.expect(201).json();
    (TestClient::clone(&key), item)
}

async fn patch(key: &TestClient, body: &Value) -> TestResponse {
    key.with("content-type", "application/merge-patch+json")
        .send("PATCH", PATH, body.to_string())
        .await
}

#[tokio::test]
async fn patch_keeps_absent_fields_and_clears_null_fields() {
    let world = World::new().await;
    let (key, mut item) = store_item(&world).await;
    world.clock.advance_seconds(5);
    let body = json!({ "price": "29900.00", "category": null, "attributes": { "colour": null, "seats": "5" } });
    let changed = patch(&key, &body).await.expect(200);
    let tag = changed.header("etag").to_owned();
    let changed = changed.json();
    item["price"] = json!(29900);
    item["category"] = Value::Null;
    item["attributes"] = json!({ "doors": "4", "seats": "5" });
    assert_ne!(changed["updated_at"], item["updated_at"]);
    item["updated_at"] = changed["updated_at"].clone();
    assert_eq!(changed, item);
    let read = key.get(PATH).await.expect(200);
    assert_eq!((read.header("etag"), read.json()), (tag.as_str(), item));

    let body = json!({
        "price": null, "currency": null, "description": null, "url": null, "image_url": null, "available": null,
        "attributes": null,
    });
    let bare = key.patch(PATH, &body).await.expect(200).json();
    let expected = json!({
        "id": "SKU001", "name": "Honda Accord 2024", "category": null, "price": null, "currency": "USD",
        "description": null, "url": null, "image_url": null, "available": true, "attributes": {},
        "updated_at": bare["updated_at"],
    });
    assert_eq!(bare, expected);
    // Nothing is changed or recorded.
    let events = "SELECT count(*) FROM audit_events WHERE action = 'inventory.updated'";
    assert_eq!(world.count(events).await, 3);
    let same = patch(&key, &json!({ "name": "Honda Accord 2024" })).await;
    assert_eq!(same.expect(200).json(), bare);
    assert_eq!(patch(&key, &json!({})).await.expect(200).json(), bare);
    assert_eq!(world.count(events).await, 3);
}

#[tokio::test]
async fn patch_is_refused_if_the_resulting_item_is_invalid() {
    let world = World::new().await;
    let (key, item) = store_item(&world).await;
    for (body, pointer, code) in [
        (json!({ "name": null }), "/name", "required"),
        (json!({ "name": " " }), "/name", "required"),
        (json!({ "price": -1 }), "/price", "out_of_range"),
        (json!({ "price": [] }), "/price", "invalid"),
        (json!({ "currency": "XXXX" }), "/currency", "invalid"),
        (json!({ "url": "ftp://a" }), "/url", "invalid"),
        (json!({ "id": "other" }), "/id", "invalid"),
        (json!({ "updated_at": 1 }), "/updated_at", "invalid"),
        (
            json!({ "attributes": { "a": 1 } }),
            "/attributes/a",
            "invalid",
        ),
        (json!({ "attributes": "a" }), "/attributes", "invalid"),
        (json!([]), "", "invalid"),
        (json!(null), "", "invalid"),
    ] {
        let response = patch(&key, &body).await;
        assert_eq!(response.errors(), [(pointer.into(), code.into())], "{body}");
    }
    // The whole item counts: its attributes are these and the two that it already has.
    let texts = |range: std::ops::Range<u32>| -> Value {
        let texts = range.map(|n| (format!("a{n}"), json!("x".repeat(1_600))));
        json!({ "attributes": texts.collect::<serde_json::Map<_, _>>() })
    };
    patch(&key, &texts(0..30)).await.expect(200);
    let response = patch(&key, &texts(30..45)).await;
    assert_eq!(response.errors(), [(String::new(), "too_long".into())]);
    let response = patch(&key, &texts(0..1)).await.expect(200).json();
    assert_eq!(response["description"], item["description"]);
}

#[tokio::test]
async fn conditional_patch_is_refused_if_its_precondition_fails() {
    let world = World::new().await;
    let (key, _) = store_item(&world).await;
    let name = |name: &str| json!({ "name": name });
    let tag = key.get(PATH).await.header("etag").to_owned();
    let conditional = key.with("if-match", format!("W/{tag}"));
    patch(&conditional, &name("one")).await.expect(200);
    let stale = patch(&conditional, &name("two")).await;
    stale.refusal(412, "precondition_failed");
    assert_eq!(key.get(PATH).await.json()["name"], "one");
    let any = key.with("if-match", "*");
    patch(&any, &name("three")).await.expect(200);
    let absent = key.with("if-none-match", "*");
    assert_eq!(patch(&absent, &name("four")).await.problem().0, 412);
    key.delete(PATH).await.expect(204);
    for key in [&key, &any, &conditional] {
        let missing = patch(key, &name("five")).await;
        missing.refusal(404, "not_found");
    }
    assert_eq!(world.count("SELECT count(*) FROM items").await, 0);
}

#[tokio::test]
async fn patch_is_carried_out_once_for_each_idempotency_key() {
    let world = World::new().await;
    let (key, _) = store_item(&world).await;
    let idempotent_key = key.with("idempotency-key", "a");
    assert_eq!(
        patch(&idempotent_key, &json!({ "price": -1 })).await.status,
        422
    );
    let body = json!({ "name": "once" });
    let first = patch(&idempotent_key, &body).await.expect(200);
    key.patch(PATH, &json!({ "name": "later" }))
        .await
        .expect(200);
    let replay = patch(&idempotent_key, &body).await.expect(200);
    assert_eq!(replay.header("idempotency-replayed"), "true");
    assert_eq!(replay.body, first.body);
    assert_eq!(replay.header("etag"), first.header("etag"));
    assert_eq!(key.get(PATH).await.json()["name"], "later");
}

#[tokio::test]
async fn patch_accepts_json_and_merge_patch_and_no_other_media_type() {
    let world = World::new().await;
    let (key, _) = store_item(&world).await;
    for kind in [
        "application/merge-patch+json",
        "Application/Merge-Patch+JSON",
        "application/json; charset=utf-8",
    ] {
        let key = key.with("content-type", kind);
        key.send("PATCH", PATH, r#"{"name":"n"}"#).await.expect(200);
    }
    for kind in ["text/csv", "application/json-patch+json", "text/json"] {
        let key = key.with("content-type", kind);
        let response = key.send("PATCH", PATH, r#"{"name":"n"}"#).await;
        response
            .refusal(415, "unsupported_media_type")
            .has("`application/merge-patch+json`");
    }
    let merge = key.with("content-type", "application/merge-patch+json");
    let put = merge.send("PUT", PATH, r#"{"name":"n"}"#).await;
    put.refusal(415, "unsupported_media_type");

    let (_world, crm) = World::with_crm_key().await;
    let lead = crm.post("/api/leads", &json!({ "phone": "1" })).await;
    let path = lead.expect(201).header("location").to_owned();
    let merge = crm.with("content-type", "application/merge-patch+json");
    let response = merge.send("PATCH", &path, r#"{"status":"won"}"#).await;
    assert_eq!(response.expect(200).json()["status"], "won");
}
