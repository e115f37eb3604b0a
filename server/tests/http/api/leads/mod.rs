//! `/api/leads`

mod bodies;
mod create;
mod feed;
mod item;
mod order;

use crate::support::{Answer, Key};
use serde_json::{Value, json};

/// A lead with every field that a sender may set.
fn full() -> Value {
    json!({
        "name": "Grace Hopper", "email": "Grace@Navy.example", "phone": "+1 202 555 0143",
        "message": "Is it still there?\nI could come on Friday.", "source": "chatbot", "item_id": "SKU001",
        "status": "contacted", "external_id": "crm-7", "note": "Prefers mail",
    })
}

/// Creates a lead that can be recognised by its name, and returns its path.
async fn welcome(key: &Key, name: &str) -> String {
    let lead = json!({ "name": name, "phone": "1" });
    let answer = key.post("/api/leads", &lead).await.expect(201);
    answer.header("location").to_owned()
}

/// Returns the names of the leads on a page of the feed, `-` for an erased one, and the cursor to
/// continue from.
fn told(answer: &Answer) -> (Vec<String>, String) {
    let answer = answer.json();
    let leads = answer["leads"].as_array().unwrap().iter();
    let names = leads.map(|lead| lead["name"].as_str().unwrap_or("-").to_owned());
    (
        names.collect(),
        answer["next_cursor"].as_str().unwrap().to_owned(),
    )
}
