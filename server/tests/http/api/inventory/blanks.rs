//! Values that consist of blanks and invisible characters, and line ends.

use super::{feed, sample_item};
use crate::support::{Key, LEADS, World};
use serde_json::{Value, json};

async fn push(key: &Key, item: Value) -> Value {
    key.post("/api/inventory", &feed([item])).await.expect(200);
    key.get_json("/api/inventory/A").await
}

#[tokio::test]
async fn blank_json_values_are_treated_as_absent() {
    let (_world, key) = World::with_key().await;
    for (available, stored) in [
        (json!(""), true),
        (json!(" \u{A0}"), true),
        (json!(null), true),
        (json!(" false "), false),
        (json!("true"), true),
    ] {
        let item = json!({ "id": "A", "name": "n", "available": available });
        assert_eq!(push(&key, item).await["available"], stored, "{available}");
    }
    let attributes = json!({ "a": "1", "b": null, "c": "", "d": "\u{200B}\u{FEFF} " });
    let item = json!({ "id": "A", "name": "n", "available": false, "attributes": attributes });
    let stored = push(&key, item.clone()).await;
    assert_eq!(stored["attributes"], json!({ "a": "1" }));
    let put = key.put("/api/inventory/A", &item).await.expect(200);
    assert_eq!(put.json()["attributes"], json!({ "a": "1" }));
    // In a change, a field without a value is emptied.
    let change = json!({ "available": "", "attributes": { "a": "" } });
    let changed = key.patch("/api/inventory/A", &change).await.expect(200);
    assert_eq!(changed.json()["available"], true);
    assert_eq!(changed.json()["attributes"], json!({}));
}

#[tokio::test]
async fn boolean_csv_cells_are_accepted_with_surrounding_whitespace() {
    let (_world, key) = World::with_key().await;
    let csv = key.with("content-type", "text/csv");
    let body = "id,name,available\nA,a, false \nB,b,\u{A0}NO\t\n";
    csv.send("POST", "/api/inventory", body).await.expect(200);
    for id in ["A", "B"] {
        let item = key.get(&format!("/api/inventory/{id}")).await.expect(200);
        assert_eq!(item.json()["available"], false, "{id}");
    }
}

#[tokio::test]
async fn windows_line_endings_are_normalised_in_every_format() {
    let (world, key) = World::with_key().await;
    let xml = "<inventory><item><id>A</id><name>a</name><description>one&#13;\ntwo</description></item></inventory>";
    for (kind, body) in [
        ("text/csv", "id,name,description\r\nA,a,\"one\r\ntwo\"\r\n"),
        (
            "application/json",
            r#"{"items":[{"id":"A","name":"a","description":"one\r\ntwo"}]}"#,
        ),
        ("application/xml", xml),
    ] {
        let http = key.with("content-type", kind);
        http.send("POST", "/api/inventory", body).await.expect(200);
        let item = key.get_json("/api/inventory/A").await;
        assert_eq!(item["description"], "one\ntwo", "{kind}");
        key.delete("/api/inventory/A").await.expect(204);
    }
    let owner = world.sign_in(crate::support::OWNER).await;
    let crm = owner.create("CRM", &LEADS).await;
    let lead = json!({ "phone": "1", "message": "one\r\ntwo" });
    let lead = crm.post("/api/leads", &lead).await.expect(201).json();
    assert_eq!(lead["message"], "one\ntwo");
}

#[tokio::test]
async fn name_with_only_invisible_characters_is_refused_as_blank() {
    let (world, key) = World::with_key().await;
    let blank = "\u{200B}\u{2060} \u{FEFF}";
    let json = feed([json!({ "id": "A", "name": blank })]).to_string();
    let xml = format!("<inventory><item><id>A</id><name>{blank}</name></item></inventory>");
    let csv = format!("id,name\nA,{blank}\n");
    for (kind, body) in [
        ("application/json", json),
        ("application/xml", xml),
        ("text/csv", csv),
    ] {
        let http = key.with("content-type", kind);
        let response = http.send("POST", "/api/inventory", body).await;
        let errors = response.errors();
        assert_eq!(
            errors,
            [("/items/0/name".into(), "required".into())],
            "{kind}"
        );
    }
    let mut item = sample_item("A");
    item["attributes"] = json!({ blank: "x" });
    let response = key.post("/api/inventory", &feed([item])).await.expect(422);
    let detail = response.json()["errors"][0]["detail"].clone();
    let expected =
        "Name attributes with 1 to 128 characters that can be seen, and no control characters.";
    assert_eq!(detail, expected);
    let lead = json!({ "email": blank, "phone": blank });
    let owner = world.sign_in(crate::support::OWNER).await;
    let crm = owner.create("CRM", &["leads:write"]).await;
    crm.post("/api/leads", &lead).await.expect(422);
}

#[tokio::test]
async fn negative_price_is_refused_with_the_range_of_prices() {
    let (_world, key) = World::with_key().await;
    for (price, detail) in [
        (json!(-5), "Use a price from 0 to 9999999999.99."),
        (json!("-5,00"), "Use a price of 0 or more, such as 32500."),
        (
            json!("EUR \u{2212}5"),
            "Use a price of 0 or more, such as 32500.",
        ),
        (
            json!("SKU-5"),
            "Use a number such as 32500, with at most two decimal places in this currency.",
        ),
    ] {
        let item = json!({ "id": "A", "name": "n", "price": price });
        let response = key.post("/api/inventory", &feed([item])).await.expect(422);
        assert_eq!(response.json()["errors"][0]["detail"], detail, "{price}");
    }
}
