//! `/api/openapi.json`, and its agreement with the router.

use crate::support::{PUBLIC_URL, World};
use axum::routing::MethodFilter;
use serde_json::{Value, json};
use server::router::{API, OPEN};
use std::collections::BTreeSet;
use std::path::Path;

async fn document() -> Value {
    let world = World::new().await;
    let response = world.anonymous().get("/api/openapi.json").await.expect(200);
    assert_eq!(response.header("content-type"), "application/json");
    assert_eq!(response.header("cache-control"), "no-store");
    response.json()
}

#[tokio::test]
async fn openapi_document_matches_its_snapshot() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/http/api/openapi.json");
    let mut document = document().await;
    let servers = document["servers"].take();
    assert_eq!(servers, json!([{ "url": PUBLIC_URL }]), "its own address");
    let text = serde_json::to_string_pretty(&document).unwrap() + "\n";
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    let snapshot = std::fs::read_to_string(&file).unwrap();
    assert!(
        text == snapshot,
        "The API's description has changed. Callers depend on it: if that is meant, run the tests with \
         UPDATE_SNAPSHOTS=1 and commit {} with the change.",
        file.display()
    );
}

#[tokio::test]
async fn openapi_document_describes_exactly_the_routes_of_the_api() {
    let document = document().await;
    let routes: BTreeSet<_> = API
        .iter()
        .chain(OPEN)
        .map(|route| (route.path.to_owned(), format!("{:?}", route.method)))
        .collect();
    let mut documented = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let method = method.to_uppercase();
            for field in ["operationId", "summary", "tags"] {
                assert!(!operation[field].is_null(), "{method} {path}: {field}");
            }
            let method = match method.as_str() {
                "GET" => MethodFilter::GET,
                "POST" => MethodFilter::POST,
                "PUT" => MethodFilter::PUT,
                "PATCH" => MethodFilter::PATCH,
                "DELETE" => MethodFilter::DELETE,
                _ => panic!("{method} {path}"),
            };
            documented.insert((path.clone(), format!("{method:?}")));
        }
    }
    assert_eq!(documented, routes);
}

/// An operation requires exactly the permission that its description names: a key with all others
/// is refused.
#[tokio::test]
async fn every_operation_requires_exactly_the_permission_that_it_names() {
    let (world, owner) = World::with_owner().await;
    let document = document().await;
    let all = [
        "inventory:read",
        "inventory:write",
        "leads:read",
        "leads:write",
    ];
    let mut operation_count = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let context = format!("{method} {path}");
            let security = &operation["security"];
            let path = path.replace("{id}", "none");
            let method = method.to_uppercase();
            if security.is_null() {
                world.anonymous().send(&method, &path, "").await.expect(200);
                continue;
            }
            let response = world.anonymous().send(&method, &path, "").await;
            assert_eq!(response.problem(), (401, "missing_key".into()), "{context}");
            let Some(scope) = security[0]["ApiKey"][0].as_str() else {
                continue;
            };
            operation_count += 1;
            let other_scopes: Vec<_> = all.into_iter().filter(|other| *other != scope).collect();
            let key = owner.create("Others", &other_scopes).await;
            let response = key.send(&method, &path, "").await;
            assert_eq!(
                response.problem(),
                (403, "missing_scope".into()),
                "{context}"
            );
            let key = owner.create("This", &[scope]).await;
            let response = key.send(&method, &path, "").await;
            assert_ne!(response.status, 403, "{context}");
        }
    }
    assert_eq!(operation_count, 12);
}
