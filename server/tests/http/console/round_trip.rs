//! Exports of the inventory, imported again unchanged.

use crate::support::{INVENTORY, Key, Member, TestResponse, Text as _, World};
use serde_json::{Value, json};

/// Texts that a conversion of the files of other programs would change.
const NASTY: [&str; 12] = [
    "if a<b and c>d, then x",
    "email <info@x.com> us",
    "<p>kept html</p>",
    "a &amp; b &eacute;",
    "Fish & Chips",
    "<!-- comment --> a|b;c\td",
    "https://a.example/1,https://b.example/2",
    "'=1+1",
    "1.234,50 €",
    "# Required | text",
    "\"quoted\", 'single'\nsecond line",
    "FALSE",
];

async fn store(key: &Key) -> Value {
    let mut items: Vec<_> = NASTY
        .iter()
        .enumerate()
        .map(|(number, text)| {
            json!({
                "id": format!("nasty-{number}"), "name": text, "category": text, "description": text,
                "price": "1234.50", "currency": "EUR", "available": number % 2 == 0,
                "attributes": {
                    "id": text, "name": "n", "price": "5", "available": "no", "Price": text, "sku|a|b|c|d|e|f|g|h|i|j": "x",
                    "x".repeat(128): "long",
                },
            })
        })
        .collect();
    items.push(json!({
        "id": "addresses", "name": "Addresses", "price": "12.345", "currency": "KWD",
        "url": "https://a.example/?a=1&amp;b=2", "image_url": "https://a.example/1,https://b.example/2",
    }));
    items.push(json!({ "id": "cents", "name": "Cents", "price": "0.10", "currency": "USD" }));
    let body = json!({ "items": items });
    key.post("/api/inventory", &body).await.expect(200);
    key.get_json("/api/inventory").await
}

async fn replace(owner: &Member, name: &str, file: &str) -> TestResponse {
    owner
        .import(name, file, &[("mode", "replace")])
        .await
        .expect(200)
}

#[tokio::test]
async fn export_that_is_imported_unchanged_changes_nothing() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &INVENTORY).await;
    let before = store(&key).await;
    let unchanged = format!("<dt>Unchanged</dt><dd>{}</dd>", NASTY.len() + 2);
    for name in ["export.csv", "export.jsonl"] {
        let file = owner.get(&format!("/inventory/{name}")).await.expect(200);
        let page = replace(&owner, name, &file.body).await;
        for number in [
            &*unchanged,
            "<dt>Changed</dt><dd>0</dd>",
            "<dt>Removed</dt><dd>0</dd>",
        ] {
            assert!(
                page.body.contains(number),
                "{name}: {number}: {}",
                page.body
            );
        }
        let after = key.get_json("/api/inventory").await;
        assert_eq!(after, before, "{name}");
    }
}

#[tokio::test]
async fn json_lines_and_arrays_are_imported_and_faults_are_reported_by_line() {
    let (world, owner) = World::with_owner().await;
    let array =
        r#"[{"id":"A","name":"a"},{"id":"B","name":"b","updated_at":"2026-01-01T00:00:00Z"}]"#;
    let page = owner.import("cars.json", array, &[]).await.expect(200);
    page.has("<dt>New</dt><dd>2</dd>");
    let lines =
        "{\"id\":\"A\",\"name\":\"x\"}\n\n{\"id\":\"C\",\"name\":\"c\",\"price\":\"ten\"}\n";
    for name in ["cars.jsonl", "cars.ndjson", "cars.txt"] {
        let page = owner.import(name, lines, &[]).await.expect(200);
        for part in [
            "Line 3</span><small><bdi>ID C",
            "<bdi>price</bdi>",
            "<bdi>ten</bdi>",
        ] {
            assert!(page.body.contains(part), "{name}: {}", page.body);
        }
    }
    let broken = "{\"id\":\"A\",\"name\":\"x\"}\n{\"id\":\"C\",\n";
    let page = owner.import("cars.jsonl", broken, &[]).await.expect(422);
    page.has("Line 2 is not a JSON object");
    let items = "SELECT count(*) FROM items WHERE name IN ('x', 'b')";
    assert_eq!(world.count(items).await, 2);
}
