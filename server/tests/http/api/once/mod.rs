//! `Idempotency-Key`: a request that is sent twice is carried out once.

mod lost;

use super::inventory::{feed, named};
use crate::support::{ALL_SCOPES, Http, World};
use axum::routing::MethodFilter;
use domain::seconds::DAY;
use serde_json::{Value, json};
use server::router::API;

const PATH: &str = "/api/inventory";
const PUSHES: &str = "SELECT count(*) FROM audit_events WHERE action = 'inventory.updated'";
const CLAIMS: &str = "SELECT count(*) FROM idempotent_requests";

fn keyed(http: &Http, name: &str) -> Http {
    http.with("idempotency-key", name)
}

/// Returns a client whose requests all have the same idempotency key.
async fn sender(world: &World) -> Http {
    let key = world.key().await;
    keyed(&key, "a")
}

fn one(id: &str) -> Value {
    feed([named(id)].to_vec())
}

#[tokio::test]
async fn repeated_request_replays_the_response_and_changes_nothing() {
    let (world, key) = World::with_key().await;
    let first = keyed(&key, "a").post(PATH, &one("A")).await.expect(200);
    assert_eq!(first.header("idempotency-replayed"), "");
    key.delete("/api/inventory/A").await.expect(204);
    let again = keyed(&key, "a").post(PATH, &one("A")).await.expect(200);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("content-type"), "application/json");
    assert_eq!(again.header("cache-control"), "no-store");
    assert_eq!(again.header("ratelimit"), "\"default\";r=97;t=1");
    assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
    key.get("/api/inventory/A").await.expect(404);
    assert_eq!(world.count(PUSHES).await, 1);
    keyed(&key, "b").post(PATH, &one("A")).await.expect(200);
    assert_eq!(world.count(PUSHES).await, 2);
}

#[tokio::test]
async fn refused_request_can_be_corrected_under_the_same_idempotency_key() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Items", &["inventory:write"]).await;
    let crm_key = owner.create("CRM", &["leads:write"]).await;
    let (items, leads) = (keyed(&key, "a"), keyed(&crm_key, "b"));
    let refused = items.post(PATH, &one("..")).await;
    refused.refused(422, "invalid_body");
    let malformed = items
        .with("content-type", "text/csv")
        .send("POST", PATH, "id,name\n\"A,n\n")
        .await;
    malformed.refused(400, "malformed_body");
    let parameter = items.post(&format!("{PATH}?mode=all"), &one("A")).await;
    parameter.refused(400, "invalid_parameter");
    let format = items.with("content-type", "text/plain");
    let format = format.send("POST", PATH, "A").await;
    format.refused(415, "unsupported_media_type");
    assert_eq!(world.count(CLAIMS).await, 0);
    let first = items.post(PATH, &one("A")).await.expect(200);
    assert_eq!(first.header("idempotency-replayed"), "");
    let again = items.post(PATH, &one("A")).await.expect(200);
    assert_eq!(again.header("idempotency-replayed"), "true");

    let lead = |email: &str| json!({ "email": email });
    let refused = leads.post("/api/leads", &lead("nowhere")).await;
    refused.refused(422, "invalid_body");
    let made = leads.post("/api/leads", &lead("a@example.com")).await;
    let path = made.expect(201).header("location").to_owned();
    let leads = keyed(&crm_key, "c");
    let edit = |status: &str| json!({ "status": status });
    let missing = leads.patch("/api/leads/none", &edit("won")).await;
    missing.refused(404, "not_found");
    let refused = leads.patch(&path, &edit("gone")).await;
    refused.refused(422, "invalid_body");
    let conditional = leads.with("if-match", "*");
    let conditional = conditional.patch(&path, &edit("won")).await;
    conditional.refused(412, "precondition_failed");
    let edited = leads.patch(&path, &edit("won")).await.expect(200);
    assert_eq!(edited.json()["status"], "won");
    assert_eq!(edited.header("idempotency-replayed"), "");
}

#[tokio::test]
async fn request_is_replayed_if_its_headers_are_spelled_differently() {
    let world = World::new().await;
    let key = sender(&world).await;
    let body = one("A").to_string();
    key.post(PATH, &one("A")).await.expect(200);
    for kind in [
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "Application/JSON; charset=\"utf-8\"",
    ] {
        let other = key.with("content-type", kind);
        let again = other.send("POST", PATH, body.clone()).await.expect(200);
        assert_eq!(again.header("idempotency-replayed"), "true", "{kind}");
    }
    let plain = key.with("content-encoding", "identity");
    let again = plain.post(PATH, &one("A")).await.expect(200);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(world.count(PUSHES).await, 1);
}

#[tokio::test]
async fn response_beyond_four_kibibytes_is_replayed_with_only_status_and_location() {
    let (world, key) = World::with_crm_key().await;
    let lead = json!({ "email": "grace@example.com", "message": "x".repeat(5_000) });
    let first = keyed(&key, "a").post("/api/leads", &lead).await.expect(201);
    let again = keyed(&key, "a").post("/api/leads", &lead).await.expect(201);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(
        (again.body.as_str(), again.header("content-type")),
        ("", "")
    );
    assert_eq!(world.count("SELECT count(*) FROM leads").await, 1);
    let kept = "SELECT coalesce(max(length(body)), 0) FROM idempotent_requests";
    assert_eq!(world.count(kept).await, 0);
    // The largest response that is stored in full.
    let rest = first.body.len() - 5_000;
    let lead = json!({ "email": "grace@example.com", "message": "x".repeat(4_096 - rest) });
    let first = keyed(&key, "b").post("/api/leads", &lead).await.expect(201);
    assert_eq!(first.body.len(), 4_096);
    let again = keyed(&key, "b").post("/api/leads", &lead).await.expect(201);
    assert_eq!(again.body, first.body);
}

#[tokio::test]
async fn refusal_that_depends_on_stored_data_is_not_replayed() {
    let (world, key) = World::with_key().await;
    world.many_items().await;
    let replace = "/api/inventory?mode=replace&allow_removal=10000";
    let sender = keyed(&key, "a");
    for _ in 0..2 {
        let refused = sender.post(replace, &one("A")).await;
        refused.refused(409, "replace_too_large");
        assert_eq!(refused.header("idempotency-replayed"), "");
        assert_eq!(world.count(CLAIMS).await, 0);
    }
    // With one item less, the same request with the same idempotency key succeeds.
    key.delete("/api/inventory/old-1").await.expect(204);
    let first = sender.post(replace, &one("A")).await.expect(200);
    assert_eq!(first.json()["removed"], 10_000);
    let again = sender.post(replace, &one("A")).await.expect(200);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.body, first.body);
}

#[tokio::test]
async fn idempotency_key_is_refused_for_a_different_request() {
    let world = World::new().await;
    let key = sender(&world).await;
    key.post(PATH, &one("A")).await.expect(200);
    let reused = (422, "idempotency_key_reused".into());
    assert_eq!(key.post(PATH, &one("B")).await.problem(), reused);
    let elsewhere = format!("{PATH}?mode=merge");
    assert_eq!(key.post(&elsewhere, &one("A")).await.problem(), reused);
    let xml = key.with("content-type", "text/xml");
    let answer = xml.send("POST", PATH, one("A").to_string()).await;
    assert_eq!(answer.problem(), reused);
    assert_eq!(world.count("SELECT count(*) FROM items").await, 1);
}

#[tokio::test]
async fn stored_response_expires_after_a_day_and_is_then_swept() {
    let world = World::new().await;
    let key = sender(&world).await;
    key.post(PATH, &one("A")).await.expect(200);
    world.clock.advance_seconds(DAY - 1);
    let kept = key.post(PATH, &one("A")).await.expect(200);
    assert_eq!(kept.header("idempotency-replayed"), "true");
    world.services.idempotency.sweep().await.unwrap();
    assert_eq!(world.count(CLAIMS).await, 1);
    world.clock.advance_seconds(1);
    let anew = key.post(PATH, &one("B")).await.expect(200);
    assert_eq!(anew.header("idempotency-replayed"), "");
    world.clock.advance_seconds(DAY);
    world.services.idempotency.sweep().await.unwrap();
    assert_eq!(world.count(CLAIMS).await, 0);
}

#[tokio::test]
async fn accounts_can_use_the_same_idempotency_key() {
    let world = World::new().await;
    let mine = sender(&world).await;
    let stranger = world.stranger().await;
    let theirs = stranger.create("Feed", &["inventory:write"]).await;
    let theirs = keyed(&theirs, "a");
    mine.post(PATH, &one("A")).await.expect(200);
    for body in [one("B"), one("B")] {
        theirs.post(PATH, &body).await.expect(200);
    }
    assert_eq!(world.count(CLAIMS).await, 2);
    assert_eq!(mine.get("/api/inventory/B").await.status, 404);
}

#[tokio::test]
async fn stored_response_is_replayed_only_to_a_key_that_may_write() {
    let (_world, owner) = World::with_owner().await;
    let writer = owner.create("Writer", &["inventory:write"]).await;
    let reader = owner.create("Reader", &["inventory:read"]).await;
    keyed(&writer, "a").post(PATH, &one("A")).await.expect(200);
    let answer = keyed(&reader, "a").post(PATH, &one("A")).await;
    assert_eq!(answer.problem().1, "missing_scope");
    writer.delete("/api/key").await.expect(204);
    let answer = keyed(&writer, "a").post(PATH, &one("A")).await;
    assert_eq!(answer.problem().1, "revoked_key");
}

#[tokio::test]
async fn invalid_idempotency_keys_are_refused_for_post_and_patch_and_ignored_otherwise() {
    let world = World::new().await;
    let key = world.owner().await.create("All", &ALL_SCOPES).await;
    let bad = [
        keyed(&key, ""),
        keyed(&key, "a\tb"),
        key.with("idempotency-key", [0xc3, 0xa9]),
        keyed(&key, &"x".repeat(256)),
        keyed(&keyed(&key, "a"), "a"),
    ];
    for route in API {
        let path = route.path.replace("{id}", "A");
        for (method, filter) in [("POST", MethodFilter::POST), ("PATCH", MethodFilter::PATCH)] {
            for http in bad.iter().filter(|_| route.method == filter) {
                let answer = http.send(method, &path, "{}").await;
                assert_eq!(
                    answer.problem(),
                    (400, "invalid_parameter".into()),
                    "{path}"
                );
            }
        }
    }
    let put = |name: &str| json!({ "name": name });
    bad[0].put("/api/inventory/A", &put("n")).await.expect(201);
    let good = keyed(&key, "a");
    good.put("/api/inventory/A", &put("o")).await.expect(200);
    good.put("/api/inventory/A", &put("p")).await.expect(200);
    good.delete("/api/inventory/A").await.expect(204);
    assert_eq!(world.count(CLAIMS).await, 0);
}

#[tokio::test]
async fn idempotency_key_is_not_stored_in_plain_text() {
    let (world, key) = World::with_key().await;
    keyed(&key, &key.secret)
        .post(PATH, &one("A"))
        .await
        .expect(200);
    world.store.close().await;
    let file = std::fs::read(world.folder.path().join("voxum.db")).unwrap();
    let secret = key.secret.as_bytes();
    assert!(!file.windows(secret.len()).any(|window| window == secret));
}
