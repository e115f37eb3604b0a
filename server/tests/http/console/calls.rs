//! `/call/…`

use crate::support::World;
use serde_json::json;

#[tokio::test]
async fn a_refusal_is_a_value_and_an_outdated_call_is_told_to_reload() {
    let world = World::new().await;
    let owner = world.owner().await;
    let refused = owner.revoke("unknown", "").await.expect(200);
    assert_eq!(refused.json()["Err"], "not_found");
    let outdated = json!("outdated");
    for (answer, status) in [
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
            (answer.status.as_u16(), answer.json()),
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
async fn only_post_is_taken() {
    let world = World::new().await;
    let owner = world.owner().await;
    for method in ["GET", "HEAD", "PUT", "DELETE"] {
        let answer = owner
            .with("sec-fetch-site", "none")
            .send(method, "/call/keys/list", "")
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("allow")),
            (405, "POST"),
            "{method}"
        );
    }
}

#[tokio::test]
async fn what_the_browser_says_of_itself_changes_no_answer() {
    let world = World::new().await;
    let owner = world.owner().await;
    let browser = owner
        .with("accept", "text/html")
        .with("referer", "https://evil.example/");
    let answer = browser.call("keys/list", &json!({})).await.expect(200);
    assert_eq!(answer.json()["Ok"]["keys"], json!([]));
    assert_eq!(answer.header("location"), "");
}

#[tokio::test]
async fn the_inventory_goes_on_where_its_cursor_says() {
    let world = World::new().await;
    let owner = world.owner().await;
    let key = owner.create(&world, "Feed", &["inventory:write"]).await;
    let items: Vec<_> = (0..60)
        .map(|n| json!({ "id": format!("N{n:02}"), "name": "n" }))
        .collect();
    key.post("/api/inventory", &json!({ "items": items }))
        .await
        .expect(200);
    let page = owner
        .call("inventory/list", &json!({ "cursor": null }))
        .await
        .json();
    let cursor = page["Ok"]["next_cursor"].clone();
    let next = owner
        .call("inventory/list", &json!({ "cursor": cursor }))
        .await
        .json();
    assert_eq!(next["Ok"]["items"][0]["id"], "N50");
    assert!(next["Ok"]["next_cursor"].is_null());
    let bad = owner
        .call("inventory/list", &json!({ "cursor": "N50" }))
        .await
        .expect(200)
        .json();
    assert_eq!(bad["Err"], "not_found");
    let html = owner
        .get(&format!("/inventory?cursor={}", cursor.as_str().unwrap()))
        .await
        .expect(200);
    assert!(html.body.contains("N50") && !html.body.contains("N49"));
}
