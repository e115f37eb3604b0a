//! The description of the refusals of each operation, as its route lists them.

use super::replays::describe_replays;
use crate::api::possible_refusals::{LARGE_REMOVAL, LIMITED, malformed_body, of_keys};
use crate::api::problem::Problem;
use crate::router::Route;
use domain::{Resource, Scope};
use serde_json::{Map, Value, json};
use service::refusal::{KeyRefusal, Refusal};
use std::collections::{BTreeMap, BTreeSet};

/// Extension with the error codes of a response.
///
/// The codes are beside the schema and not in it, so that client generators create one type for all
/// problems.
pub const CODES: &str = "x-codes";

/// Returns one problem of each kind, in the order of the checks.
pub fn every_problem() -> Vec<Problem> {
    let mut all = vec![
        Refusal::UnknownPath { suggestion: None },
        Refusal::MethodNotAllowed,
    ];
    all.extend(of_keys());
    all.extend([
        KeyRefusal::MissingScope(Scope::InventoryWrite).into(),
        LIMITED,
        Refusal::UnsupportedMediaType {
            expected: "application/json",
        },
        Refusal::BodyTooLarge {
            limit: crate::api::json_body::MAX_BODY_BYTES,
        },
        Refusal::RequestTimeout,
        malformed_body(),
        Refusal::InvalidBody(Vec::new()),
        Refusal::InvalidParameter("Set `limit` to a number from 1 to 500.".into()),
        Refusal::NoSuchItem,
        Refusal::CursorExpired,
        Refusal::PreconditionFailed,
        Refusal::ReplaceTooLarge,
        LARGE_REMOVAL,
        Refusal::IdempotencyKeyReused,
        Refusal::Conflict,
        Refusal::Internal,
        Refusal::Unavailable,
        Refusal::QuotaExceeded {
            resource: Resource::Items,
            limit: 2_000_000,
        },
        Refusal::StorageLow,
        Refusal::NotStored,
        Refusal::OutcomeUnknown { idempotent: false },
    ]);
    all.into_iter().map(Problem).collect()
}

/// Adds the refusals to each operation: one response for each status, with all codes of that
/// status.
pub fn add(document: &mut Value, routes: &[&[Route]]) {
    describe_headers(document);
    for (path, operations) in document["paths"].as_object_mut().into_iter().flatten() {
        for (method, operation) in operations.as_object_mut().into_iter().flatten() {
            let mut routes = routes.iter().copied().flatten();
            let route = routes.find(|route| route.path == *path && route.is_named(method));
            let refusals = route.map_or(Vec::new(), |route| (route.refusals)());
            let replays = refusals.contains(&Refusal::IdempotencyKeyReused);
            let responses = &mut operation["responses"];
            for problem in refusals.into_iter().map(Problem) {
                let status = problem.status().as_u16().to_string();
                add_to(&mut responses[&status], &problem);
            }
            if replays {
                describe_replays(path, responses);
            }
        }
    }
    share(document);
    // No operation returns this response: it is for a method that the path does not have.
    let mut other = Value::Null;
    add_to(&mut other, &Problem(Refusal::MethodNotAllowed));
    other["headers"]["Allow"] = header("The methods that the path supports");
    document["components"]["responses"]["Problem405"] = other;
    let codes: BTreeSet<_> = every_problem().iter().map(Problem::code).collect();
    document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"] = json!(codes);
}

fn add_to(response: &mut Value, problem: &Problem) {
    let (code, title) = (problem.code(), problem.title());
    if response.is_null() {
        *response = json!({
            "description": title,
            "content": { "application/problem+json": {
                "schema": { "$ref": "#/components/schemas/Problem" },
                CODES: [],
                "examples": {},
            } },
            "headers": headers(problem),
        });
    } else if let Some(description) = response["description"].as_str() {
        response["description"] = format!("{description} / {title}").into();
    }
    let content = &mut response["content"]["application/problem+json"];
    if let Some(codes) = content[CODES].as_array_mut() {
        codes.push(code.into());
    }
    let sample = problem.document("4b825dc642cb6eb9a060e54bf8d69288");
    content["examples"][code] = json!({ "value": sample });
}

/// Adds the headers of every response, and those of every response to a key.
fn describe_headers(document: &mut Value) {
    for (_, operations) in document["paths"].as_object_mut().into_iter().flatten() {
        for (_, operation) in operations.as_object_mut().into_iter().flatten() {
            let keyed = !operation["security"].is_null();
            for (_, response) in operation["responses"].as_object_mut().into_iter().flatten() {
                let mut headers =
                    vec![("X-Request-Id", "ID of the request; an admin can look it up")];
                if keyed {
                    headers.push((
                        "RateLimit-Policy",
                        "The key's limit: `q` requests, refilled within `w` seconds",
                    ));
                    headers.push((
                        "RateLimit",
                        "`r` requests are left; the bucket is full again after `t` seconds",
                    ));
                    headers.push((
                        "Deprecation",
                        "Only if another key has replaced this one: the time, as `@` and seconds since 1970 (RFC 9745)",
                    ));
                    headers.push((
                        "Sunset",
                        "Only if the key expires within 7 days or is being replaced: when it expires (RFC 8594)",
                    ));
                }
                for (name, description) in headers {
                    response["headers"][name] = header(description);
                }
            }
        }
    }
}

fn header(description: &str) -> Value {
    json!({ "schema": { "type": "string" }, "description": description })
}

/// Moves refusals that several operations share to the components of the document.
fn share(document: &mut Value) {
    let mut seen: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for_each(document, |status, response| {
        let (_, times) = seen
            .entry(response.to_string())
            .or_insert((status.to_owned(), 0));
        *times += 1;
    });
    let mut names = BTreeMap::new();
    for (text, (status, _)) in seen.into_iter().filter(|(_, (_, times))| *times > 1) {
        let name = format!("Problem{status}");
        let alike = names
            .values()
            .filter(|expected: &&String| expected.starts_with(&name));
        let name = match alike.count() {
            0 => name,
            others => format!("{name}-{}", others + 1),
        };
        names.insert(text, name);
    }
    let mut shared = Map::new();
    for_each(document, |_, response| {
        if let Some(name) = names.get(&response.to_string()) {
            let reference = json!({ "$ref": format!("#/components/responses/{name}") });
            shared.insert(name.clone(), std::mem::replace(response, reference));
        }
    });
    document["components"]["responses"] = shared.into();
}

/// Calls `see` with the status and the description of each refusal.
fn for_each(document: &mut Value, mut see: impl FnMut(&str, &mut Value)) {
    for (_, operations) in document["paths"].as_object_mut().into_iter().flatten() {
        for (_, operation) in operations.as_object_mut().into_iter().flatten() {
            for (status, response) in operation["responses"].as_object_mut().into_iter().flatten() {
                if !response["content"]["application/problem+json"].is_null() {
                    see(status, response);
                }
            }
        }
    }
}

fn headers(problem: &Problem) -> Map<String, Value> {
    let mut headers = Map::new();
    headers.insert(
        "X-Request-Id".into(),
        header("ID of the request; an admin can look it up"),
    );
    match problem.status().as_u16() {
        401 => {
            headers.insert(
                "WWW-Authenticate".into(),
                header("`ApiKey realm=\"voxum\"`"),
            );
        }
        408 => {
            headers.insert("Connection".into(), header("`close`"));
        }
        409 | 429 | 503 => {
            headers.insert("Retry-After".into(), header("Seconds to wait"));
        }
        _ => {}
    }
    headers
}
