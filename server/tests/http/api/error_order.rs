//! If a request has several errors, the first one in the contract's order is reported.

use crate::support::{Key, TestClient, World};
use serde_json::json;

/// Sends a request and returns the code of its refusal.
async fn code(
    http: &TestClient,
    method: &str,
    path: &str,
    body: impl Into<axum::body::Body>,
) -> String {
    http.send(method, path, body).await.problem().1
}

#[tokio::test]
async fn errors_are_reported_in_the_order_of_the_contract() {
    let (world, owner) = World::with_owner().await;
    let reader = owner.create("Reader", &["inventory:read"]).await;
    let writer = owner.create("Writer", &["inventory:write"]).await;
    let Key { secret, .. } = &writer;
    let huge = || vec![b'x'; 3 * 1024 * 1024];
    let path = "/api/inventory/SKU001?mode=replace";
    let xml = |http: &TestClient| {
        http.with("content-type", "text/xml")
            .with("if-match", "\"x\"")
    };
    let json = |http: &TestClient| {
        http.with("content-type", "application/json")
            .with("if-match", "\"x\"")
    };

    let anonymous = world.anonymous();
    assert_eq!(
        code(&xml(&anonymous), "PUT", "/api/inventory/a/b", huge()).await,
        "not_found"
    );
    assert_eq!(
        code(&xml(&anonymous), "POST", path, huge()).await,
        "method_not_allowed"
    );
    let twice = anonymous
        .with("x-api-key", secret)
        .with("x-api-key", secret);
    assert_eq!(
        code(&xml(&twice), "PUT", path, huge()).await,
        "ambiguous_credentials"
    );
    assert_eq!(
        code(&xml(&anonymous), "PUT", path, huge()).await,
        "missing_key"
    );
    assert_eq!(
        code(&xml(&reader), "PUT", path, huge()).await,
        "missing_scope"
    );
    assert_eq!(
        code(&xml(&writer), "PUT", path, huge()).await,
        "unsupported_media_type"
    );
    assert_eq!(
        code(&json(&writer), "PUT", path, huge()).await,
        "body_too_large"
    );
    assert_eq!(
        code(&json(&writer), "PUT", path, "{").await,
        "malformed_body"
    );
    assert_eq!(
        code(&json(&writer), "PUT", path, "{}").await,
        "invalid_body"
    );
    let good = json!({ "name": "Honda Accord 2024" }).to_string();
    assert_eq!(
        code(&json(&writer), "PUT", path, good.clone()).await,
        "invalid_parameter"
    );
    let path = "/api/inventory/SKU001";
    assert_eq!(
        code(&json(&writer), "PUT", path, good.clone()).await,
        "precondition_failed"
    );
    assert_eq!(code(&json(&writer), "DELETE", path, "").await, "not_found");
    assert_eq!(code(&writer, "DELETE", path, "").await, "not_found");
    assert_eq!(
        world.count("SELECT count(*) FROM items").await,
        0,
        "a refused request left something behind"
    );

    world.store.close().await;
    world.clock.advance_boot(std::time::Duration::from_secs(1));
    assert_eq!(
        code(&xml(&writer), "PUT", path, huge()).await,
        "unavailable"
    );
}

#[tokio::test]
async fn invalid_body_is_reported_before_an_invalid_parameter_and_nothing_is_stored() {
    let (world, key) = World::with_key().await;
    let items = |id: &str| json!({ "items": [{ "id": id, "name": "Honda Accord 2024" }] });
    let path = "/api/inventory?mode=all";
    assert_eq!(
        key.post(path, &items("..")).await.problem().1,
        "invalid_body"
    );
    assert_eq!(
        key.post(path, &items("SKU001")).await.problem().1,
        "invalid_parameter"
    );
    assert_eq!(world.count("SELECT count(*) FROM items").await, 0);
}
