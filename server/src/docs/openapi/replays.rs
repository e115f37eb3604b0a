//! Replays of responses to requests with an `Idempotency-Key`.

use crate::api::idempotency::is_stored;
use serde_json::{Value, json};

/// Adds the header of a replay to each response that is kept.
///
/// OpenAPI cannot mark the body of a response as optional, so the description mentions it.
pub fn describe_replays(path: &str, responses: &mut Value) {
    let bodiless = if path.starts_with("/api/leads") {
        "the first response was longer than 4 KiB, or is about a lead that has since been erased"
    } else {
        "the first response was longer than 4 KiB"
    };
    for (status, response) in responses.as_object_mut().into_iter().flatten() {
        let status: u16 = status.parse().unwrap_or_default();
        if !is_stored(status) {
            continue;
        }
        response["headers"]["Idempotency-Replayed"] = json!({
            "schema": { "type": "string", "enum": ["true"] },
            "description": "Only on a replay: the first response to a request with this `Idempotency-Key`",
        });
        if let Some(description) = response["description"].as_str() {
            response["description"] = format!(
                "{description}. A replay, which the header `Idempotency-Replayed` marks, has no body and no `Content-Type` \
                 if {bodiless}"
            )
            .into();
        }
    }
}
