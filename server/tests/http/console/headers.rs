//! Security headers of every response of the console.

use crate::support::{TestResponse, Text as _, World};
use serde_json::json;

#[track_caller]
fn check(response: &TestResponse, context: &str) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(response.header(name), value, "{context}");
    }
    let policy = response.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ] {
        assert!(policy.contains(part), "{context}: {policy}");
    }
    assert!(
        response.header("permissions-policy").contains("camera=()"),
        "{context}"
    );
    assert!(
        ["same-origin", "no-referrer"].contains(&response.header("referrer-policy")),
        "{context}"
    );
    assert!(
        response.headers.get("server").is_none() && response.headers.get("x-powered-by").is_none()
    );
}

#[tokio::test]
async fn every_kind_of_response_of_the_console_has_the_headers() {
    let (world, owner) = World::with_owner().await;
    check(&owner.get("/keys").await.expect(200), "a page");
    check(
        &world.anonymous().get("/keys").await.expect(303),
        "a redirect",
    );
    check(
        &world.anonymous().get("/nothing").await.expect(404),
        "no page",
    );
    check(
        &owner.call("keys/list", &json!({})).await.expect(200),
        "a call",
    );
    check(
        &owner.call("nothing", &json!({})).await.expect(404),
        "no call",
    );
    let cross = owner.with("sec-fetch-site", "cross-site");
    check(
        &cross.send("POST", "/sign-out", "").await.expect(403),
        "a forged request",
    );
}

#[tokio::test]
async fn content_security_policy_has_a_new_nonce_per_page_that_its_scripts_carry() {
    let (_world, owner) = World::with_owner().await;
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let page = owner.get("/keys").await.expect(200);
        let policy = page.header("content-security-policy");
        let (_, rest) = policy
            .split_once("'nonce-")
            .expect("the policy names a nonce");
        let nonce = rest.split_once('\'').unwrap().0.to_owned();
        policy.lacks_all(["unsafe-inline", "'unsafe-eval'"]);
        for script in page.body.split("<script").skip(1) {
            let (attributes, _) = script.split_once('>').unwrap();
            if attributes.contains("type=\"application/json\"") {
                // Data, which no browser executes.
                continue;
            }
            attributes.has(&format!("nonce=\"{nonce}\""));
        }
        nonces.push(nonce);
    }
    assert_ne!(nonces[0], nonces[1]);
}

#[tokio::test]
async fn hsts_header_is_sent_only_if_the_public_url_is_https() {
    let world = World::at("https://console.example.com").await;
    let response = world.anonymous().get("/sign-in").await.expect(200);
    assert_eq!(
        response.header("strict-transport-security"),
        "max-age=31536000"
    );
    let world = World::new().await;
    let response = world.anonymous().get("/sign-in").await.expect(200);
    assert_eq!(response.header("strict-transport-security"), "");
}
