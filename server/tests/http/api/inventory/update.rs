//! `POST /api/inventory?mode=update`: feeds that have only some fields

use super::{feed, full_item};
use crate::support::{Key, TestResponse, World};
use serde_json::{Value, json};

const UPDATE: &str = "/api/inventory?mode=update";
const SKIP: &str = "/api/inventory?mode=update&on_error=skip";

/// Stores two items with every field, with the ids A and B, and returns the key and the items.
async fn store_items(world: &World) -> (Key, [Value; 2]) {
    let key = world.key().await;
    let items = ["A", "B"].map(|id| {
        let mut item = full_item();
        item["id"] = json!(id);
        item
    });
    key.post("/api/inventory", &feed(items.to_vec()))
        .await
        .expect(200);
    let read = async |id| key.get(&format!("/api/inventory/{id}")).await.json();
    let items = [read("A").await, read("B").await];
    (key, items)
}

async fn send(key: &Key, path: &str, kind: &str, body: &str) -> TestResponse {
    let key = key.with("content-type", kind);
    key.send("POST", path, body.to_owned()).await
}

#[tokio::test]
async fn update_changes_only_the_fields_that_the_feed_contains_in_every_format() {
    let json = r#"{"items":[{"id":"A","price":1.5,"category":null,"attributes":{"colour":"blue","doors":null}},
        {"id":"B","price":null}]}"#;
    let xml = r#"<inventory><item><id>A</id><price>1.50</price><category/><attributes>
        <attribute name="colour">blue</attribute><attribute name="doors"/></attributes></item>
        <item><id>B</id><price/></item></inventory>"#;
    // A cell without a value empties the field, as in each row.
    let csv = "id,price,category,attributes.colour,attributes.doors\nA,1.50,,blue,\n";
    for (kind, body) in [
        ("application/json", json),
        ("application/xml", xml),
        ("text/csv", csv),
    ] {
        let world = World::new().await;
        let (key, [mut a, mut b]) = store_items(&world).await;
        let response = send(&key, UPDATE, kind, body).await.expect(200).json();
        if kind == "text/csv" {
            send(&key, UPDATE, kind, "id;price\nB;\n").await.expect(200);
        } else {
            assert_eq!(
                (&response["received"], &response["updated"]),
                (&json!(2), &json!(2))
            );
        }
        a["price"] = json!(1.5);
        a["category"] = Value::Null;
        a["attributes"] = json!({ "colour": "blue" });
        b["price"] = Value::Null;
        for expected in [&mut a, &mut b] {
            let path = format!("/api/inventory/{}", expected["id"].as_str().unwrap());
            let item = key.get(&path).await.json();
            expected["updated_at"] = item["updated_at"].clone();
            assert_eq!(item, *expected, "{kind}");
        }
    }
}

#[tokio::test]
async fn merge_clears_the_fields_that_an_item_leaves_out() {
    let world = World::new().await;
    let (key, _) = store_items(&world).await;
    let csv = "id,name,price\nA,Honda,1\n";
    let response = send(&key, "/api/inventory?mode=merge", "text/csv", csv).await;
    response.expect(200);
    let item = key.get("/api/inventory/A").await.json();
    assert_eq!(item["category"], Value::Null);
    assert_eq!(item["attributes"], json!({}));
}

#[tokio::test]
async fn unknown_ids_are_reported_and_not_created() {
    let world = World::new().await;
    let (key, [a, _]) = store_items(&world).await;
    let csv = "id,price\nA,1\nC,2\nB,3\nD,4\n";
    let response = send(&key, UPDATE, "text/csv", csv).await;
    let unknown = |index: u32| (format!("/items/{index}/id"), "not_found".to_owned());
    assert_eq!(response.errors(), [unknown(1), unknown(3)]);
    assert_eq!(key.get("/api/inventory/A").await.json(), a);

    let response = send(&key, SKIP, "text/csv", csv).await.expect(200).json();
    let counts = [
        "received",
        "created",
        "updated",
        "removed",
        "rejected_count",
    ];
    assert_eq!(
        counts.map(|name| response[name].as_u64().unwrap()),
        [4, 0, 2, 0, 2]
    );
    assert_eq!(response["rejected"][0]["id"], "C");
    assert_eq!(response["rejected"][1]["index"], 3);
    assert_eq!(response["rejected"][1]["errors"][0]["code"], "not_found");
    assert_eq!(world.count("SELECT count(*) FROM items").await, 2);
    assert_eq!(key.get("/api/inventory/B").await.json()["price"], 3);

    // If no item is valid, nothing is stored.
    let response = send(&key, SKIP, "text/csv", "id,price\nC,2\n").await;
    assert_eq!(response.errors(), [unknown(0)]);
}

#[tokio::test]
async fn bad_values_are_reported_in_the_order_of_the_feed() {
    let world = World::new().await;
    let (key, [a, _]) = store_items(&world).await;
    let items = json!([
        { "id": "A", "price": 1 },
        { "id": "C", "price": 1 },
        { "id": "B", "price": "x" },
        { "id": "A", "price": 2 },
        { "price": 2 },
        { "id": "E", "colour": "red" },
    ]);
    let response = key.post(UPDATE, &feed(items.clone())).await.expect(422);
    let errors = response.errors();
    let code = |pointer: &str, code: &str| (format!("/items/{pointer}"), code.to_owned());
    assert!(errors.contains(&code("3/id", "duplicate")), "{errors:?}");
    assert!(errors.contains(&code("4/id", "required")), "{errors:?}");
    assert_eq!(key.get("/api/inventory/A").await.json(), a);
    let response = key.post(SKIP, &feed(items)).await.expect(200).json();
    let rejected = response["rejected"].as_array().unwrap().iter();
    let rejected: Vec<_> = rejected
        .map(|item| {
            (
                item["index"].as_u64().unwrap(),
                item["errors"][0]["code"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        (1, "not_found"),
        (2, "invalid"),
        (3, "duplicate"),
        (4, "required"),
        (5, "unknown_field"),
    ];
    assert_eq!(rejected, expected);
    assert_eq!(response["updated"], 1);
    assert_eq!(key.get("/api/inventory/A").await.json()["price"], 1);
}

#[tokio::test]
async fn update_response_is_replayed_for_its_idempotency_key() {
    let world = World::new().await;
    let (key, _) = store_items(&world).await;
    let idempotent_key = key.with("idempotency-key", "a");
    let body = feed(json!([{ "id": "A", "price": 1 }]));
    let missing = feed(json!([{ "id": "C", "price": 1 }]));
    idempotent_key.post(UPDATE, &missing).await.expect(422);
    let first = idempotent_key.post(UPDATE, &body).await.expect(200);
    let replay = idempotent_key.post(UPDATE, &body).await.expect(200);
    assert_eq!(replay.header("idempotency-replayed"), "true");
    assert_eq!(replay.body, first.body);
    let refusal = key.post(&format!("{UPDATE}&allow_removal=5"), &body).await;
    refusal.refusal(400, "invalid_parameter");
}

/// 256 items of 64 KiB fill the bound, though the feed itself is small.
#[tokio::test]
async fn update_of_too_much_stored_text_is_refused() {
    let (world, key) = World::with_key().await;
    let attributes = |first: u32| -> serde_json::Map<String, Value> {
        let texts = (first..first + 20).map(|n| (format!("a{n}"), json!("x".repeat(2_000))));
        texts.collect()
    };
    for part in 0..3 {
        let items: Vec<_> = (0..150)
            .map(|n| json!({ "id": format!("{part}-{n}"), "name": "n", "attributes": attributes(0) }))
            .collect();
        key.post("/api/inventory", &feed(items)).await.expect(200);
    }
    let prices = |parts: std::ops::Range<u32>| {
        let items = parts.flat_map(|part| (0..150).map(move |n| format!("{part}-{n}")));
        let items: Vec<_> = items.map(|id| json!({ "id": id, "price": 1 })).collect();
        feed(items)
    };
    let response = key.post(UPDATE, &prices(0..3)).await;
    assert_eq!(
        response.errors(),
        [("/items".into(), "out_of_range".into())]
    );
    assert_eq!(
        world
            .count("SELECT count(*) FROM items WHERE price = 100")
            .await,
        0
    );
    let response = key.post(UPDATE, &prices(0..2)).await.expect(200).json();
    assert_eq!(response["updated"], 300);
}

#[tokio::test]
async fn dry_run_of_an_update_reports_its_changes() {
    let world = World::new().await;
    let (key, [a, _]) = store_items(&world).await;
    let csv = "id,price\nA,1\nC,2\n";
    let path = format!("{SKIP}&dry_run=true");
    let response = send(&key, &path, "text/csv", csv).await.expect(200).json();
    assert_eq!(
        (&response["updated"], &response["rejected_count"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(response["rejected"][0]["errors"][0]["code"], "not_found");
    assert_eq!(key.get("/api/inventory/A").await.json(), a);
    let path = format!("{UPDATE}&dry_run=true");
    let refusal = send(&key, &path, "text/csv", csv).await;
    assert_eq!(
        refusal.errors(),
        [("/items/1/id".into(), "not_found".into())]
    );
}
