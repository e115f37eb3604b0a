//! `/api/inventory`

mod blanks;
mod bodies;
mod changes;
mod columns;
mod dry_run;
mod edit;
mod feeds;
mod item;
mod large_inventory;
mod list;
mod push;
mod reserved_id;
mod round_trip;
mod search;
mod size_limits;
mod texts;
mod update;
mod values;

use serde_json::{Value, json};

/// An item with every field.
fn full_item() -> Value {
    json!({
        "id": "SKU001", "name": "Honda Accord 2024", "category": "Sedan", "price": 32500.5, "currency": "EUR",
        "description": "One owner.\nNever raced.", "url": "https://cars.example/1", "image_url": "http://cars.example/1.jpg",
        "available": false, "attributes": { "colour": "red", "doors": "4" },
    })
}

pub(super) fn feed(items: impl Into<Value>) -> Value {
    json!({ "items": items.into() })
}

pub(super) fn sample_item(id: &str) -> Value {
    json!({ "id": id, "name": "Honda Accord 2024" })
}
