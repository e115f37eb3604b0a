//! `/api/leads`

mod bodies;
mod create;
mod feed;
mod item;
mod order;

use crate::support::{Answer, Key};
use serde_json::{Value, json};

/// A lead with every field that a sender may give.
fn full() -> Value {
    json!({
        "name": "Grace Hopper", "email": "Grace@Navy.example", "phone": "+1 202 555 0143",
        "message": "Is it still there?\nI could come on Friday.", "source": "chatbot", "item_id": "SKU001",
        "status": "contacted", "external_id": "crm-7", "note": "Prefers mail",
    })
}

/// Makes a lead that can be told by its name, and gives its path.
async fn welcome(key: &Key, name: &str) -> String {
    let lead = json!({ "name": name, "phone": "1" });
    let answer = key.post("/api/leads", &lead).await.expect(201);
    answer.header("location").to_owned()
}

/// The names of the leads in a piece of the feed, `-` for one that is erased, with the cursor to go on from.
fn told(answer: &Answer) -> (Vec<String>, String) {
    let answer = answer.json();
    let leads = answer["leads"].as_array().unwrap().iter();
    let names = leads.map(|lead| lead["name"].as_str().unwrap_or("-").to_owned());
    (
        names.collect(),
        answer["next_cursor"].as_str().unwrap().to_owned(),
    )
}
