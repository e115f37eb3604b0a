//! Headers of every response of the API: those that a program or a proxy needs, and none of those
//! with which a browser displays a page.

use crate::support::{TestResponse, World};
use serde_json::json;

#[track_caller]
fn check(response: &TestResponse, context: &str) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        ),
    ] {
        assert_eq!(response.header(name), value, "{context}");
    }
    for name in [
        "referrer-policy",
        "permissions-policy",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "server",
        "x-powered-by",
    ] {
        assert!(!response.headers.contains_key(name), "{context}: {name}");
    }
    let id = response.header("x-request-id");
    assert!(
        id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{context}: {id}"
    );
}

#[tokio::test]
async fn every_kind_of_response_of_the_api_has_the_headers_that_it_needs_and_no_others() {
    let world = World::new().await;
    let (key, anonymous) = (world.key().await, world.anonymous());
    let item = json!({ "name": "Accord" });
    check(&key.get("/api/key").await.expect(200), "a key");
    check(&key.get("/api/inventory").await.expect(200), "a list");
    check(
        &key.put("/api/inventory/1", &item).await.expect(201),
        "a new item",
    );
    check(
        &key.delete("/api/inventory/1").await.expect(204),
        "no content",
    );
    check(
        &key.send("HEAD", "/api/key", "").await.expect(200),
        "a head",
    );
    check(&anonymous.get("/api/key").await.expect(401), "a refusal");
    check(
        &anonymous.send("HEAD", "/api/key", "").await.expect(401),
        "the head of a refusal",
    );
    check(
        &anonymous.send("PATCH", "/api/key", "").await.expect(405),
        "a wrong method",
    );
    check(
        &anonymous.get("/api/keys").await.expect(404),
        "a wrong path",
    );
    check(
        &key.get("/inventory").await.expect(404),
        "a path of the console",
    );
    check(
        &anonymous.get("/api/openapi.json").await.expect(200),
        "the description",
    );
    check(&anonymous.get("/healthz").await.expect(200), "liveness");
    check(&anonymous.get("/readyz").await.expect(200), "readiness");
}

#[tokio::test]
async fn responses_of_the_api_keep_browsers_on_https_if_the_public_url_is() {
    let world = World::at("https://console.example.com").await;
    let response = world.anonymous().get("/api/openapi.json").await.expect(200);
    assert_eq!(
        response.header("strict-transport-security"),
        "max-age=31536000"
    );
}
