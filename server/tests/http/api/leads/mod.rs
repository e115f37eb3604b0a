//! `/api/leads`

mod bodies;
mod create;
mod error_order;
mod feed;
mod item;

use crate::support::{Key, TestResponse};
use serde_json::{Value, json};

/// A lead with every field that a sender may set.
fn full_lead() -> Value {
    json!({
        "name": "Grace Hopper", "email": "Grace@Navy.example", "phone": "+1 202 555 0143",
        "message": "Is it still there?\nI could come on Friday.", "source": "chatbot", "item_id": "SKU001",
        "status": "contacted", "external_id": "crm-7", "note": "Prefers mail",
    })
}

/// Creates a lead that can be recognised by its name, and returns its path.
async fn create_lead(key: &Key, name: &str) -> String {
    let lead = json!({ "name": name, "phone": "1" });
    let response = key.post("/api/leads", &lead).await.expect(201);
    response.header("location").to_owned()
}

/// Returns the names of the leads on a page of the feed, `-` for an erased one, and the cursor to
/// continue from.
fn feed_page(response: &TestResponse) -> (Vec<String>, String) {
    let response = response.json();
    let leads = response["leads"].as_array().unwrap().iter();
    let names = leads.map(|lead| lead["name"].as_str().unwrap_or("-").to_owned());
    (
        names.collect(),
        response["next_cursor"].as_str().unwrap().to_owned(),
    )
}
