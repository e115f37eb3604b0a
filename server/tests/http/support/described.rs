//! Checks every API response in any test against the API's description.

use super::Answer;
use serde_json::{Map, Value};
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../api/openapi.json")).unwrap());

/// Checks that a response's status, and the code of a refusal, are part of the operation's
/// description.
#[track_caller]
pub fn check(method: &str, path: &str, answer: &Answer) {
    let path = path.split('?').next().unwrap_or_default();
    let Some(responses) = responses(&method.to_lowercase(), path) else {
        return;
    };
    let status = answer.status.as_str();
    let what = format!("{method} {path}: {status} {}", answer.body);
    let mut response = &responses[status];
    if let Some(reference) = response["$ref"].as_str() {
        response = DOCUMENT.pointer(&reference[1..]).unwrap();
    }
    assert!(!response.is_null(), "not described: {what}");
    let replayed = answer.header("idempotency-replayed") == "true";
    let marked = !response["headers"]["Idempotency-Replayed"].is_null();
    assert!(marked || !replayed, "a replay is not described: {what}");
    if answer.body.is_empty() && !response["content"].is_null() {
        let description = response["description"].as_str().unwrap_or_default();
        let described = description.contains("replay") && description.contains("no body");
        assert!(replayed && described, "no body, and not described: {what}");
        return;
    }
    let problem = &response["content"]["application/problem+json"];
    if !problem.is_null() {
        let codes = problem["x-codes"].as_array().unwrap();
        assert!(
            codes.contains(&answer.json()["code"]),
            "not described: {what}"
        );
    }
}

/// Returns the responses of the operation at this path; `None` if there is none.
fn responses(method: &str, path: &str) -> Option<&'static Map<String, Value>> {
    let one = path
        .rsplit_once('/')
        .filter(|(_, id)| !id.is_empty())
        .map(|(list, _)| format!("{list}/{{id}}"));
    let paths = &DOCUMENT["paths"];
    let operations = [Some(path.to_owned()), one];
    let mut found = operations
        .into_iter()
        .flatten()
        .map(|path| &paths[path][method]);
    found.find_map(|operation| operation["responses"].as_object())
}
