//! Texts as people write them, in every field for texts.

use super::feed;
use crate::support::World;
use serde_json::{Value, json};

/// Texts that are stored byte for byte.
const ACCEPTED_TEXTS: [&str; 10] = [
    "'; DROP TABLE items; --",
    "<script>alert(1)</script>",
    "مرحبا بالعالم",
    "a\u{202E}b\u{2066}c",
    "zero\u{200B}width\u{FEFF}",
    "👩‍👩‍👧‍👦 🏳️‍🌈",
    "e\u{301} ≠ é",
    "tab\tand\nnewline",
    "\\ \" / % _ $1 ?",
    "ﷺ 钥匙 \u{10FFFF}",
];

/// Texts with characters that no text may contain.
const REFUSED_TEXTS: [&str; 5] = ["nul\0", "bell\u{7}", "re\rturn", "delete\u{7F}", "c\u{85}1"];

fn item(text: &str) -> Value {
    json!({ "id": "T", "name": text, "category": text, "description": text, "attributes": { "note": text } })
}

#[tokio::test]
async fn texts_in_every_script_are_stored_unchanged() {
    let (_world, key) = World::with_key().await;
    for text in ACCEPTED_TEXTS {
        key.post("/api/inventory", &feed([item(text)]))
            .await
            .expect(200);
        let stored = key.get_json("/api/inventory/T").await;
        for at in ["/name", "/category", "/description", "/attributes/note"] {
            assert_eq!(stored.pointer(at).unwrap(), text, "{at}");
        }
    }
}

#[tokio::test]
async fn ids_and_attribute_names_in_every_script_are_stored_unchanged() {
    let (_world, key) = World::with_key().await;
    let plain = ACCEPTED_TEXTS
        .into_iter()
        .filter(|text| !text.contains(['\t', '\n']) && domain::find_invisible(text).is_none());
    let items: Vec<_> = plain
        .map(|text| json!({ "id": text, "name": "n", "attributes": { text: "v" } }))
        .collect();
    let count = items.len();
    key.post("/api/inventory", &feed(items.clone()))
        .await
        .expect(200);
    let stored_items = key.get_json("/api/inventory").await;
    let stored_items = stored_items["items"].as_array().unwrap();
    assert_eq!(stored_items.len(), count);
    for item in items {
        let stored = stored_items
            .iter()
            .find(|stored| stored["id"] == item["id"])
            .expect("it is listed");
        assert_eq!(stored["attributes"], item["attributes"]);
    }
}

#[tokio::test]
async fn control_characters_are_refused_in_every_text() {
    let (_world, key) = World::with_key().await;
    for text in REFUSED_TEXTS {
        let errors = key
            .post("/api/inventory", &feed([item(text)]))
            .await
            .errors();
        let pointers: Vec<_> = errors.iter().map(|(pointer, _)| pointer.as_str()).collect();
        let expected = [
            "/items/0/name",
            "/items/0/category",
            "/items/0/description",
            "/items/0/attributes/note",
        ];
        assert_eq!(pointers, expected, "{text:?}");
        let errors = key
            .post(
                "/api/inventory",
                &feed([json!({ "id": text, "name": "n" })]),
            )
            .await
            .errors();
        assert_eq!(errors, [("/items/0/id".to_owned(), "invalid".to_owned())]);
    }
}

#[tokio::test]
async fn lengths_are_counted_in_characters() {
    let (_world, key) = World::with_key().await;
    for (field, max) in [("name", 256), ("category", 256), ("description", 10_000)] {
        let with = |length: usize| {
            let mut item = json!({ "id": "L", "name": "n" });
            item[field] = json!("é".repeat(length));
            feed([item])
        };
        key.post("/api/inventory", &with(max)).await.expect(200);
        let errors = key.post("/api/inventory", &with(max + 1)).await.errors();
        assert_eq!(
            errors,
            [(format!("/items/0/{field}"), "too_long".to_owned())]
        );
    }
}
