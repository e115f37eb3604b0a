//! If a request has several errors, the first one in the contract's order is reported.

use super::create_lead;
use crate::support::{TestClient, World};
use axum::body::Body;
use serde_json::json;

async fn code(http: &TestClient, method: &str, path: &str, body: impl Into<Body>) -> String {
    http.send(method, path, body).await.problem().1
}

#[tokio::test]
async fn errors_are_reported_in_the_order_of_the_contract() {
    let (world, owner) = World::with_owner().await;
    let reader = owner.create("Reader", &["leads:read"]).await;
    let writer = owner.create("Writer", &["leads:write"]).await;
    let huge = || vec![b'x'; 3 * 1024 * 1024];
    let xml = |http: &TestClient| http.with("content-type", "text/xml").with("if-match", "*");
    let json = |http: &TestClient| http.with("content-type", "application/json");
    let bad = json!({ "phone": 1, "status": 1 }).to_string();
    let lead = json!({ "phone": "1" }).to_string();
    let edit = json!({ "status": "won" }).to_string();
    let anonymous = world.anonymous();
    for (method, path, good) in [
        ("POST", "/api/leads?x=1", lead),
        ("PATCH", "/api/leads/none?x=1", edit.clone()),
    ] {
        let refusal = async |http: TestClient, body: Body| code(&http, method, path, body).await;
        assert_eq!(refusal(xml(&anonymous), huge().into()).await, "missing_key");
        assert_eq!(refusal(xml(&reader), huge().into()).await, "missing_scope");
        let media = refusal(xml(&writer), huge().into()).await;
        assert_eq!(media, "unsupported_media_type");
        assert_eq!(
            refusal(json(&writer), huge().into()).await,
            "body_too_large"
        );
        assert_eq!(refusal(json(&writer), "{".into()).await, "malformed_body");
        assert_eq!(
            refusal(json(&writer), bad.clone().into()).await,
            "invalid_body"
        );
        assert_eq!(
            refusal(json(&writer), good.into()).await,
            "invalid_parameter"
        );
    }
    let conditional = json(&writer).with("if-match", "\"x\"");
    let path = create_lead(&writer, "Ada").await;
    for (method, body) in [("PATCH", edit.as_str()), ("DELETE", "")] {
        let bad = format!("{path}?x=1");
        assert_eq!(
            code(&conditional, method, &bad, body.to_owned()).await,
            "invalid_parameter"
        );
        assert_eq!(
            code(&conditional, method, &path, body.to_owned()).await,
            "precondition_failed"
        );
        let none = "/api/leads/none";
        assert_eq!(
            code(&json(&writer), method, none, body.to_owned()).await,
            "not_found"
        );
        assert_eq!(
            code(&json(&reader), method, none, body.to_owned()).await,
            "missing_scope"
        );
    }
    for path in [path.as_str(), "/api/leads"] {
        assert_eq!(code(&writer, "GET", path, "").await, "missing_scope");
    }
    let changes = "SELECT count(*) FROM audit_events WHERE action LIKE 'lead.%'";
    assert_eq!(
        world.count(changes).await,
        1,
        "a refused request changed something"
    );
}
