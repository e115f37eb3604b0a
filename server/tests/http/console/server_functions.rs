//! `/call/…`

use crate::support::World;
use serde_json::json;

#[tokio::test]
async fn server_functions_return_refusals_as_values_and_report_outdated_calls() {
    let (_world, owner) = World::with_owner().await;
    let refusal = owner.revoke("unknown", "").await.expect(200);
    assert_eq!(refusal.json()["Err"], "not_found");
    let outdated = json!("outdated");
    for (response, status) in [
        (owner.call("nothing", &json!({})).await, 404),
        (owner.call("keys/create", &json!({})).await, 400),
        (owner.call("keys/create", &json!({ "form": 3 })).await, 400),
        (
            owner
                .with("sec-fetch-site", "none")
                .send("POST", "/call/keys/list", "{}")
                .await,
            415,
        ),
    ] {
        assert_eq!(
            (response.status.as_u16(), response.json()),
            (status, outdated.clone())
        );
    }
    let json = owner
        .with("content-type", "application/json")
        .with("sec-fetch-site", "same-origin");
    json.send("POST", "/call/keys/create", vec![b' '; 65 * 1024])
        .await
        .expect(413);
    json.send("POST", "/call/keys/create", "{")
        .await
        .expect(400);
}

#[tokio::test]
async fn server_functions_accept_only_post() {
    let (_world, owner) = World::with_owner().await;
    for method in ["GET", "HEAD", "PUT", "DELETE"] {
        let response = owner
            .with("sec-fetch-site", "none")
            .send(method, "/call/keys/list", "")
            .await;
        assert_eq!(
            (response.status.as_u16(), response.header("allow")),
            (405, "POST"),
            "{method}"
        );
    }
}

#[tokio::test]
async fn accept_and_referer_headers_do_not_affect_server_functions() {
    let (_world, owner) = World::with_owner().await;
    let browser = owner
        .with("accept", "text/html")
        .with("referer", "https://evil.example/");
    let response = browser.call("keys/list", &json!({})).await.expect(200);
    assert_eq!(response.json()["Ok"]["keys"], json!([]));
    assert_eq!(response.header("location"), "");
}
