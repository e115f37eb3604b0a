//! Checks every API response in any test against the API's description.

use super::TestResponse;
use serde_json::{Map, Value};
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../api/openapi.json")).unwrap());

/// Checks that a response's status, and the code of a refusal, are part of the operation's
/// description.
#[track_caller]
pub fn check(method: &str, path: &str, response: &TestResponse) {
    let path = path.split('?').next().unwrap_or_default();
    let Some(specs) = response_specs(&method.to_lowercase(), path) else {
        return;
    };
    let status = response.status.as_str();
    let context = format!("{method} {path}: {status} {}", response.body);
    let mut spec = &specs[status];
    if let Some(reference) = spec["$ref"].as_str() {
        spec = DOCUMENT.pointer(&reference[1..]).unwrap();
    }
    assert!(!spec.is_null(), "not described: {context}");
    let replayed = response.header("idempotency-replayed") == "true";
    let may_replay = !spec["headers"]["Idempotency-Replayed"].is_null();
    assert!(
        may_replay || !replayed,
        "a replay is not described: {context}"
    );
    if response.body.is_empty() && !spec["content"].is_null() {
        let description = spec["description"].as_str().unwrap_or_default();
        let is_described = description.contains("replay") && description.contains("no body");
        assert!(
            replayed && is_described,
            "no body, and not described: {context}"
        );
        return;
    }
    let problem = &spec["content"]["application/problem+json"];
    if !problem.is_null() {
        let codes = problem["x-codes"].as_array().unwrap();
        assert!(
            codes.contains(&response.json()["code"]),
            "not described: {context}"
        );
    }
}

/// Returns the responses of the operation at this path; `None` if there is none.
fn response_specs(method: &str, path: &str) -> Option<&'static Map<String, Value>> {
    let item_path = path
        .rsplit_once('/')
        .filter(|(_, id)| !id.is_empty())
        .map(|(list, _)| format!("{list}/{{id}}"));
    let paths = &DOCUMENT["paths"];
    let candidates = [Some(path.to_owned()), item_path];
    let mut operations = candidates
        .into_iter()
        .flatten()
        .map(|path| &paths[path][method]);
    operations.find_map(|operation| operation["responses"].as_object())
}
