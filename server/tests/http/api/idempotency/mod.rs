//! `Idempotency-Key`: a request that is sent twice is carried out once.

mod lost;

use super::inventory::{feed, sample_item};
use crate::support::{ALL_SCOPES, TestClient, World};
use axum::routing::MethodFilter;
use domain::seconds::DAY;
use serde_json::{Value, json};
use server::router::API;

const PATH: &str = "/api/inventory";
const PUSHES: &str = "SELECT count(*) FROM audit_events WHERE action = 'inventory.updated'";
const CLAIMS: &str = "SELECT count(*) FROM idempotent_requests";

fn with_idempotency_key(http: &TestClient, name: &str) -> TestClient {
    http.with("idempotency-key", name)
}

/// Returns a client whose requests all have the same idempotency key.
async fn sender(world: &World) -> TestClient {
    let key = world.key().await;
    with_idempotency_key(&key, "a")
}

fn single_item_feed(id: &str) -> Value {
    feed([sample_item(id)].to_vec())
}

#[tokio::test]
async fn repeated_request_replays_the_response_and_changes_nothing() {
    let (world, key) = World::with_key().await;
    let first = with_idempotency_key(&key, "a")
        .post(PATH, &single_item_feed("A"))
        .await
        .expect(200);
    assert_eq!(first.header("idempotency-replayed"), "");
    key.delete("/api/inventory/A").await.expect(204);
    let replay = with_idempotency_key(&key, "a")
        .post(PATH, &single_item_feed("A"))
        .await
        .expect(200);
    assert_eq!(replay.header("idempotency-replayed"), "true");
    assert_eq!(replay.body, first.body);
    assert_eq!(replay.header("content-type"), "application/json");
    assert_eq!(replay.header("cache-control"), "no-store");
    assert_eq!(replay.header("ratelimit"), "\"default\";r=97;t=1");
    assert_ne!(replay.header("x-request-id"), first.header("x-request-id"));
    key.get("/api/inventory/A").await.expect(404);
    assert_eq!(world.count(PUSHES).await, 1);
    with_idempotency_key(&key, "b")
        .post(PATH, &single_item_feed("A"))
        .await
        .expect(200);
    assert_eq!(world.count(PUSHES).await, 2);
}

#[tokio::test]
async fn refused_request_can_be_corrected_under_the_same_idempotency_key() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Items", &["inventory:write"]).await;
    let crm_key = owner.create("CRM", &["leads:write"]).await;
    let (items, leads) = (
        with_idempotency_key(&key, "a"),
        with_idempotency_key(&crm_key, "b"),
    );
    let refusal = items.post(PATH, &single_item_feed("..")).await;
    refusal.refusal(422, "invalid_body");
    let malformed = items
        .with("content-type", "text/csv")
        .send("POST", PATH, "id,name\n\"A,n\n")
        .await;
    malformed.refusal(400, "malformed_body");
    let parameter = items
        .post(&format!("{PATH}?mode=all"), &single_item_feed("A"))
        .await;
    parameter.refusal(400, "invalid_parameter");
    let format = items.with("content-type", "text/plain");
    let format = format.send("POST", PATH, "A").await;
    format.refusal(415, "unsupported_media_type");
    assert_eq!(world.count(CLAIMS).await, 0);
    let first = items.post(PATH, &single_item_feed("A")).await.expect(200);
    assert_eq!(first.header("idempotency-replayed"), "");
    let replay = items.post(PATH, &single_item_feed("A")).await.expect(200);
    assert_eq!(replay.header("idempotency-replayed"), "true");

    let lead = |email: &str| json!({ "email": email });
    let refusal = leads.post("/api/leads", &lead("nowhere")).await;
    refusal.refusal(422, "invalid_body");
    let created = leads.post("/api/leads", &lead("a@example.com")).await;
    let path = created.expect(201).header("location").to_owned();
    let leads = with_idempotency_key(&crm_key, "c");
    let edit = |status: &str| json!({ "status": status });
    let missing = leads.patch("/api/leads/none", &edit("won")).await;
    missing.refusal(404, "not_found");
    let refusal = leads.patch(&path, &edit("gone")).await;
    refusal.refusal(422, "invalid_body");
    let conditional = leads.with("if-match", "*");
    let conditional = conditional.patch(&path, &edit("won")).await;
    conditional.refusal(412, "precondition_failed");
    let edited = leads.patch(&path, &edit("won")).await.expect(200);
    assert_eq!(edited.json()["status"], "won");
    assert_eq!(edited.header("idempotency-replayed"), "");
}

#[tokio::test]
async fn request_is_replayed_if_its_headers_are_spelled_differently() {
    let world = World::new().await;
    let key = sender(&world).await;
    let body = single_item_feed("A").to_string();
    key.post(PATH, &single_item_feed("A")).await.expect(200);
    for kind in [
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "Application/JSON; charset=\"utf-8\"",
    ] {
        let other = key.with("content-type", kind);
        let replay = other.send("POST", PATH, body.clone()).await.expect(200);
        assert_eq!(replay.header("idempotency-replayed"), "true", "{kind}");
    }
    let plain = key.with("content-encoding", "identity");
    let replay = plain.post(PATH, &single_item_feed("A")).await.expect(200);
    assert_eq!(replay.header("idempotency-replayed"), "true");
    assert_eq!(world.count(PUSHES).await, 1);
}

#[tokio::test]
async fn response_beyond_four_kibibytes_is_replayed_with_only_status_and_location() {
    let (world, key) = World::with_crm_key().await;
    let lead = json!({ "email": "grace@example.com", "message": "x".repeat(5_000) });
    let first = with_idempotency_key(&key, "a")
        .post("/api/leads", &lead)
        .await
        .expect(201);
    let replay = with_idempotency_key(&key, "a")
        .post("/api/leads", &lead)
        .await
        .expect(201);
    assert_eq!(replay.header("idempotency-replayed"), "true");
    assert_eq!(replay.header("location"), first.header("location"));
    assert_eq!(
        (replay.body.as_str(), replay.header("content-type")),
        ("", "")
    );
    assert_eq!(world.count("SELECT count(*) FROM leads").await, 1);
    let longest_body = "SELECT coalesce(max(length(body)), 0) FROM idempotent_requests";
    assert_eq!(world.count(longest_body).await, 0);
    // The largest response that is stored in full.
    let rest = first.body.len() - 5_000;
    let lead = json!({ "email": "grace@example.com", "message": "x".repeat(4_096 - rest) });
    let first = with_idempotency_key(&key, "b")
        .post("/api/leads", &lead)
        .await
        .expect(201);
    assert_eq!(first.body.len(), 4_096);
    let replay = with_idempotency_key(&key, "b")
        .post("/api/leads", &lead)
        .await
        .expect(201);
    assert_eq!(replay.body, first.body);
}

#[tokio::test]
async fn refusal_that_depends_on_stored_data_is_not_replayed() {
    let (world, key) = World::with_key().await;
    world.many_items().await;
    let replace = "/api/inventory?mode=replace&allow_removal=10000";
    let sender = with_idempotency_key(&key, "a");
    for _ in 0..2 {
        let refusal = sender.post(replace, &single_item_feed("A")).await;
        refusal.refusal(409, "replace_too_large");
        assert_eq!(refusal.header("idempotency-replayed"), "");
        assert_eq!(world.count(CLAIMS).await, 0);
    }
    // With one item less, the same request with the same idempotency key succeeds.
    key.delete("/api/inventory/old-1").await.expect(204);
    let first = sender
        .post(replace, &single_item_feed("A"))
        .await
        .expect(200);
    assert_eq!(first.json()["removed"], 10_000);
    let replay = sender
        .post(replace, &single_item_feed("A"))
        .await
        .expect(200);
    assert_eq!(replay.header("idempotency-replayed"), "true");
    assert_eq!(replay.body, first.body);
}

#[tokio::test]
async fn idempotency_key_is_refused_for_a_different_request() {
    let world = World::new().await;
    let key = sender(&world).await;
    key.post(PATH, &single_item_feed("A")).await.expect(200);
    let reused = (422, "idempotency_key_reused".into());
    assert_eq!(
        key.post(PATH, &single_item_feed("B")).await.problem(),
        reused
    );
    let other_path = format!("{PATH}?mode=merge");
    assert_eq!(
        key.post(&other_path, &single_item_feed("A"))
            .await
            .problem(),
        reused
    );
    let xml = key.with("content-type", "text/xml");
    let response = xml
        .send("POST", PATH, single_item_feed("A").to_string())
        .await;
    assert_eq!(response.problem(), reused);
    assert_eq!(world.count("SELECT count(*) FROM items").await, 1);
}

#[tokio::test]
async fn stored_response_expires_after_a_day_and_is_then_swept() {
    let world = World::new().await;
    let key = sender(&world).await;
    key.post(PATH, &single_item_feed("A")).await.expect(200);
    world.clock.advance_seconds(DAY - 1);
    let replay = key.post(PATH, &single_item_feed("A")).await.expect(200);
    assert_eq!(replay.header("idempotency-replayed"), "true");
    world.services.idempotency.sweep().await.unwrap();
    assert_eq!(world.count(CLAIMS).await, 1);
    world.clock.advance_seconds(1);
    let new_response = key.post(PATH, &single_item_feed("B")).await.expect(200);
    assert_eq!(new_response.header("idempotency-replayed"), "");
    world.clock.advance_seconds(DAY);
    world.services.idempotency.sweep().await.unwrap();
    assert_eq!(world.count(CLAIMS).await, 0);
}

#[tokio::test]
async fn accounts_can_use_the_same_idempotency_key() {
    let world = World::new().await;
    let own_key = sender(&world).await;
    let stranger = world.stranger().await;
    let stranger_key = stranger.create("Feed", &["inventory:write"]).await;
    let stranger_key = with_idempotency_key(&stranger_key, "a");
    own_key.post(PATH, &single_item_feed("A")).await.expect(200);
    for body in [single_item_feed("B"), single_item_feed("B")] {
        stranger_key.post(PATH, &body).await.expect(200);
    }
    assert_eq!(world.count(CLAIMS).await, 2);
    assert_eq!(own_key.get("/api/inventory/B").await.status, 404);
}

#[tokio::test]
async fn stored_response_is_replayed_only_to_a_key_that_may_write() {
    let (_world, owner) = World::with_owner().await;
    let writer = owner.create("Writer", &["inventory:write"]).await;
    let reader = owner.create("Reader", &["inventory:read"]).await;
    with_idempotency_key(&writer, "a")
        .post(PATH, &single_item_feed("A"))
        .await
        .expect(200);
    let response = with_idempotency_key(&reader, "a")
        .post(PATH, &single_item_feed("A"))
        .await;
    assert_eq!(response.problem().1, "missing_scope");
    writer.delete("/api/key").await.expect(204);
    let response = with_idempotency_key(&writer, "a")
        .post(PATH, &single_item_feed("A"))
        .await;
    assert_eq!(response.problem().1, "revoked_key");
}

#[tokio::test]
async fn invalid_idempotency_keys_are_refused_for_post_and_patch_and_ignored_otherwise() {
    let world = World::new().await;
    let key = world.owner().await.create("All", &ALL_SCOPES).await;
    let bad = [
        with_idempotency_key(&key, ""),
        with_idempotency_key(&key, "a\tb"),
        key.with("idempotency-key", [0xc3, 0xa9]),
        with_idempotency_key(&key, &"x".repeat(256)),
        with_idempotency_key(&with_idempotency_key(&key, "a"), "a"),
    ];
    for route in API {
        let path = route.path.replace("{id}", "A");
        for (method, filter) in [("POST", MethodFilter::POST), ("PATCH", MethodFilter::PATCH)] {
            for http in bad.iter().filter(|_| route.method == filter) {
                let response = http.send(method, &path, "{}").await;
                assert_eq!(
                    response.problem(),
                    (400, "invalid_parameter".into()),
                    "{path}"
                );
            }
        }
    }
    let put = |name: &str| json!({ "name": name });
    bad[0].put("/api/inventory/A", &put("n")).await.expect(201);
    let good = with_idempotency_key(&key, "a");
    good.put("/api/inventory/A", &put("o")).await.expect(200);
    good.put("/api/inventory/A", &put("p")).await.expect(200);
    good.delete("/api/inventory/A").await.expect(204);
    assert_eq!(world.count(CLAIMS).await, 0);
}

#[tokio::test]
async fn idempotency_key_is_not_stored_in_plain_text() {
    let (world, key) = World::with_key().await;
    with_idempotency_key(&key, &key.secret)
        .post(PATH, &single_item_feed("A"))
        .await
        .expect(200);
    world.store.close().await;
    let file = std::fs::read(world.folder.path().join("voxum.db")).unwrap();
    let secret = key.secret.as_bytes();
    assert!(!file.windows(secret.len()).any(|window| window == secret));
}
