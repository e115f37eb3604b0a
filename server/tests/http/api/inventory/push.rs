//! `POST /api/inventory`

use super::{feed, full_item, sample_item};
use crate::support::{Text as _, World};
use serde_json::json;

#[tokio::test]
async fn pushed_item_is_stored_and_returned_with_defaults() {
    let (_world, key) = World::with_key().await;
    let item = json!({
        "id": "SKU001", "name": "Honda Accord 2024", "category": "Sedan", "price": 32500, "description": "…",
    });
    let response = key.post("/api/inventory", &feed([item])).await.expect(200);
    assert_eq!(
        response.body,
        r#"{"received":1,"created":1,"updated":0,"unchanged":0,"removed":0,"rejected":[],"rejected_count":0}"#
    );
    let response = key.get("/api/inventory/SKU001").await.expect(200);
    assert_eq!(
        response.body,
        concat!(
            r#"{"id":"SKU001","name":"Honda Accord 2024","category":"Sedan","price":32500,"currency":"USD","#,
            r#""description":"…","url":null,"image_url":null,"available":true,"attributes":{},"#,
            r#""updated_at":"2026-11-23T05:31:07Z"}"#
        )
    );
}

#[tokio::test]
async fn repeated_items_are_unchanged_and_different_items_are_replaced_as_a_whole() {
    let (world, key) = World::with_key().await;
    let push = async |items: serde_json::Value| {
        let response = key
            .post("/api/inventory", &feed(items))
            .await
            .expect(200)
            .json();
        (
            response["created"].clone(),
            response["updated"].clone(),
            response["unchanged"].clone(),
        )
    };
    assert_eq!(
        push(json!([full_item(), sample_item("B")])).await,
        (json!(2), json!(0), json!(0))
    );
    world.clock.advance_seconds(60);
    let mut repeat = full_item();
    repeat["price"] = json!("32500.50");
    assert_eq!(
        push(json!([repeat, sample_item("C")])).await,
        (json!(1), json!(0), json!(1))
    );
    assert_eq!(
        push(json!([sample_item("SKU001")])).await,
        (json!(0), json!(1), json!(0))
    );
    let item = key.get_json("/api/inventory/SKU001").await;
    assert_eq!(
        (&item["category"], &item["attributes"]),
        (&json!(null), &json!({}))
    );
    assert_eq!(item["updated_at"], "2026-11-23T05:32:07Z");
    assert_eq!(
        key.get("/api/inventory/B").await.json()["updated_at"],
        "2026-11-23T05:31:07Z"
    );
}

#[tokio::test]
async fn null_fields_are_treated_as_absent() {
    let (_world, key) = World::with_key().await;
    let mut item = full_item();
    for (name, value) in item.as_object_mut().unwrap() {
        if name != "id" && name != "name" {
            *value = json!(null);
        }
    }
    key.post("/api/inventory", &feed([item])).await.expect(200);
    let response = key
        .post("/api/inventory", &feed([sample_item("SKU001")]))
        .await
        .expect(200);
    assert_eq!(response.json()["unchanged"], 1);
}

#[tokio::test]
async fn prices_keep_their_digits() {
    let world = World::new().await;
    let key = world.key().await.with("content-type", "application/json");
    for (sent, expected) in [
        ("32500", "32500"),
        ("32500.00", "32500"),
        ("\"0.10\"", "0.10"),
        ("0.1", "0.10"),
        ("9999999999.99", "9999999999.99"),
        ("\"9999999999.99\"", "9999999999.99"),
        ("90071992.54", "90071992.54"),
        ("1e2", "100"),
        ("0", "0"),
    ] {
        let body = format!(r#"{{"name":"a","price":{sent}}}"#);
        key.send("PUT", "/api/inventory/P", body).await;
        let response = key.get("/api/inventory/P").await.expect(200);
        assert!(
            response.body.contains(&format!(r#""price":{expected},"#)),
            "{sent}: {}",
            response.body
        );
    }
}

#[tokio::test]
async fn feed_is_refused_unless_it_contains_1_to_5000_items_with_different_ids() {
    let (_world, key) = World::with_key().await;
    let items = |count: usize| {
        feed(
            (0..count)
                .map(|n| sample_item(&format!("N{n}")))
                .collect::<Vec<_>>(),
        )
    };
    let expected_errors = |code: &str| vec![("/items".to_owned(), code.to_owned())];
    assert_eq!(
        key.post("/api/inventory", &items(0)).await.errors(),
        expected_errors("out_of_range")
    );
    assert_eq!(
        key.post("/api/inventory", &items(5_001)).await.errors(),
        expected_errors("out_of_range")
    );
    let response = key.post("/api/inventory", &items(5_000)).await.expect(200);
    assert_eq!(response.json()["created"], 5_000);
    let duplicate_ids = feed([sample_item("A"), sample_item("B"), sample_item("A")]);
    let expected = vec![("/items/2/id".to_owned(), "duplicate".to_owned())];
    assert_eq!(
        key.post("/api/inventory", &duplicate_ids).await.errors(),
        expected
    );
}

#[tokio::test]
async fn feed_is_refused_as_a_whole_if_one_item_is_invalid() {
    let (world, key) = World::with_key().await;
    let items = feed([sample_item("GOOD"), json!({ "id": "BAD" })]);
    let expected = vec![("/items/1/name".to_owned(), "required".to_owned())];
    assert_eq!(key.post("/api/inventory", &items).await.errors(), expected);
    key.get("/api/inventory/GOOD").await.expect(404);
    assert_eq!(
        world
            .count("SELECT count(*) FROM audit_events WHERE action LIKE 'inv%'")
            .await,
        0
    );
}

#[tokio::test]
async fn console_shows_the_items_that_an_integration_pushed() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["inventory:write"]).await;
    key.post("/api/inventory", &feed([full_item(), sample_item("B")]))
        .await
        .expect(200);
    let html = owner.get_text("/inventory").await;
    html.has_all(["Honda Accord 2024", "32,500.50 EUR", "2 items"]);
}
