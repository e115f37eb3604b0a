//! Quotas of an account, as its keys and its members encounter them.

use crate::support::{ALL_SCOPES, Text as _, World};
use serde_json::{Value, json};
use service::store::{QuotaStore as _, Quotas};

#[tokio::test]
async fn call_that_exceeds_a_quota_is_refused_with_quota_exceeded() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &ALL_SCOPES).await;
    world.store.limit_accounts(Quotas {
        items: Some(1),
        item_bytes: Some(1_000),
        leads: Some(1),
        ..Quotas::default()
    });
    key.put("/api/inventory/A", &json!({ "name": "a" }))
        .await
        .expect(201);
    let lead = json!({ "email": "grace@example.com" });
    let first = key.post("/api/leads", &lead).await.expect(201);
    let exceeded = (507, "quota_exceeded".to_owned());

    let items = json!({ "items": [{ "id": "B", "name": "b" }, { "id": "A", "name": "new" }] });
    let response = key.post("/api/inventory", &items).await;
    assert_eq!(response.problem(), exceeded);
    let detail = response.json()["detail"].as_str().unwrap().to_owned();
    detail.has("at most 1 item,");
    let stored = key.get_json("/api/inventory/A").await;
    assert_eq!(stored["name"], "a", "a part of the feed was stored");
    let response = key.put("/api/inventory/B", &json!({ "name": "b" })).await;
    assert_eq!(response.problem(), exceeded);
    let long = json!({ "name": "a", "description": "x".repeat(1_000) });
    let response = key.put("/api/inventory/A", &long).await;
    assert_eq!(response.problem(), exceeded);

    // The refusal is not stored for the idempotency key: the same request is carried out once there
    // is room.
    let idempotent_key = key.with("idempotency-key", "one");
    assert_eq!(
        idempotent_key.post("/api/leads", &lead).await.problem(),
        exceeded
    );
    key.delete(first.header("location")).await.expect(204);
    idempotent_key.post("/api/leads", &lead).await.expect(201);
    key.delete("/api/inventory/A").await.expect(204);
    key.put("/api/inventory/B", &json!({ "name": "b" }))
        .await
        .expect(201);
}

#[tokio::test]
async fn console_names_the_quota_that_a_form_exceeds() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &ALL_SCOPES).await;
    world.store.limit_accounts(Quotas {
        items: Some(1),
        keys: Some(1),
        members: Some(1),
        ..Quotas::default()
    });
    let page = owner
        .import("a.csv", "id,name\nA,a\nB,b\n", &[])
        .await
        .expect(200)
        .body;
    page.has("may have at most 1 item,");
    assert_eq!(world.count("SELECT count(*) FROM items").await, 0);

    let token = owner.keys().await["new_key"]["token"].clone();
    let form = json!({ "name": "CRM", "scopes": ALL_SCOPES, "expires": "90d", "token": token });
    let response = owner.call("keys/create", &json!({ "form": form })).await;
    let response = response.expect(200).json();
    let message = response["Err"]["quota_exceeded"]["message"]
        .as_str()
        .unwrap();
    message.has("may have at most 1 API key,");
    let token = token.as_str().unwrap();
    let fields = [
        ("name", "CRM"),
        ("scopes", "leads:read"),
        ("expires", "90d"),
        ("token", token),
    ];
    let page = owner.form("/keys", &fields).await.expect(422).body;
    page.has("may have at most 1 API key,");

    let rotate = format!("/keys/{}/rotate", key.id);
    let page = owner.get_text(&rotate).await;
    let (_, rest) = page.split_once("name=\"token\" value=\"").unwrap();
    let token = &rest[..rest.find('"').unwrap()];
    let fields = [("grace", "24h"), ("expires", "90d"), ("token", token)];
    let page = owner.form(&rotate, &fields).await.expect(422).body;
    page.has("may have at most 1 API key,");

    let fields = [("email", "grace@example.com"), ("role", "viewer")];
    let page = owner.form("/team/invite", &fields).await.expect(422).body;
    page.has("at most 1 member or invitation,");
}

#[tokio::test]
async fn settings_show_how_much_of_each_quota_is_in_use() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &ALL_SCOPES).await;
    key.put("/api/inventory/A", &json!({ "name": "Honda" }))
        .await
        .expect(201);
    let page = owner.get_text("/settings").await;
    page.has_all(["Quotas", "1, no limit", "No limit"]);
    world.store.limit_accounts(Quotas {
        items: Some(2_000),
        item_bytes: Some(1 << 20),
        leads: Some(3),
        keys: Some(4),
        members: Some(5),
    });
    world.services.auth.limit_accounts_to(1_500);
    let viewer = world.join(&owner, "grace@example.com", "viewer").await;
    for reader in [&owner, &viewer] {
        let page = reader.get_text("/settings").await;
        page.has_all([
            "1 of 2,000",
            "11 bytes of 1 MiB",
            "0 of 3",
            "1 of 4",
            "2 of 5",
            "1,500",
        ]);
    }
}

#[tokio::test]
async fn all_keys_of_an_account_share_its_rate_limit() {
    let (world, owner) = World::with_owner().await;
    let stranger = world.stranger().await;
    let one = owner.create("One", &["inventory:read"]).await;
    let other = owner.create("Other", &["inventory:read"]).await;
    let stranger_key = stranger.create("Theirs", &["inventory:read"]).await;
    world.services.auth.limit_accounts_to(3);
    for key in [&one, &other, &one] {
        key.get("/api/key").await.expect(200);
    }
    let response = other.get("/api/key").await;
    response.refusal(429, "rate_limited");
    assert_eq!(response.header("retry-after"), "1");
    let detail: Value = response.json()["detail"].clone();
    let detail = detail.as_str().unwrap();
    assert!(detail.starts_with("All keys of this account"), "{detail}");
    stranger_key.get("/api/key").await.expect(200);
    let id = response.header("x-request-id");
    let page = owner.get(&format!("/requests?id={id}")).await.expect(200);
    page.has("All keys of the account together");
    world.clock.advance_seconds(1);
    for _ in 0..3 {
        other.get("/api/key").await.expect(200);
    }
    other.get("/api/key").await.expect(429);
}
