//! Every call with a known key is counted once, under the outcome that its caller received.

use crate::support::{INVENTORY, Key, World};
use serde_json::json;
use std::collections::BTreeMap;

/// Returns all counted calls by outcome. The counts by account and by key must agree.
async fn count_calls(world: &World) -> BTreeMap<String, i64> {
    const ACCOUNTS: &str = "SELECT outcome, sum(calls) FROM account_calls GROUP BY outcome";
    const KEYS: &str = "SELECT outcome, sum(calls) FROM key_calls GROUP BY outcome";
    world.services.flush().await.unwrap();
    let mut connection = world.connection().await;
    let mut counts = Vec::new();
    for statement in [ACCOUNTS, KEYS] {
        let rows: Vec<(String, i64)> = sqlx::query_as(statement)
            .fetch_all(&mut connection)
            .await
            .unwrap();
        counts.push(rows.into_iter().collect::<BTreeMap<_, _>>());
    }
    assert_eq!(counts[0], counts[1]);
    counts.remove(0)
}

#[track_caller]
fn assert_counts(counts: &BTreeMap<String, i64>, expected: &[(&str, i64)]) {
    let expected = expected
        .iter()
        .map(|(outcome, calls)| ((*outcome).to_owned(), *calls))
        .collect();
    assert_eq!(counts, &expected);
}

async fn writer(world: &World) -> Key {
    let owner = world.owner().await;
    owner.create("Feed", &INVENTORY).await
}

#[tokio::test]
async fn successful_calls_are_counted_as_accepted_including_not_modified() {
    let world = World::new().await;
    let key = writer(&world).await;
    let items = json!({ "items": [{ "id": "A", "name": "a" }] });
    key.post("/api/inventory", &items).await.expect(200);
    let response = key.get("/api/inventory/A").await.expect(200);
    let tag = response.header("etag").to_owned();
    let same_tag = key.with("if-none-match", tag);
    same_tag.get("/api/inventory/A").await.expect(304);
    key.send("HEAD", "/api/inventory", "").await.expect(200);
    key.delete("/api/inventory/A").await.expect(204);
    assert_counts(&count_calls(&world).await, &[("accepted", 5)]);
    // Counts that have been written are not written again.
    key.delete("/api/key").await.expect(204);
    assert_counts(&count_calls(&world).await, &[("accepted", 6)]);
}

#[tokio::test]
async fn each_refusal_is_counted_under_its_code() {
    let world = World::new().await;
    let key = writer(&world).await;
    let path = "/api/inventory";
    for (response, code) in [
        (key.get("/api/leads").await, "missing_scope"),
        (
            key.with("content-type", "text/html")
                .send("POST", path, "x")
                .await,
            "unsupported_media_type",
        ),
        (
            key.with("content-type", "application/json")
                .send("POST", path, "{")
                .await,
            "malformed_body",
        ),
        (
            key.post(path, &json!({ "items": [{}] })).await,
            "invalid_body",
        ),
        (key.get("/api/inventory?limit=0").await, "invalid_parameter"),
        (key.get("/api/inventory/none").await, "not_found"),
        (
            key.with("if-match", "\"x\"")
                .delete("/api/inventory/none")
                .await,
            "not_found",
        ),
        (
            key.with("if-match", "\"x\"")
                .put("/api/inventory/none", &json!({ "name": "n" }))
                .await,
            "precondition_failed",
        ),
    ] {
        assert_eq!(response.problem().1, code);
    }
    world.sql("ALTER TABLE items RENAME TO things").await;
    assert_eq!(key.get(path).await.problem().1, "internal");
    world
        .sql("UPDATE accounts SET limit_depth = 1, limit_per_second = 1")
        .await;
    key.get("/api/key").await;
    assert_eq!(key.get("/api/key").await.problem().1, "rate_limited");
    let mut counts = count_calls(&world).await;
    // The number of accepted calls depends on how many tokens were left, and does not matter here.
    counts.remove("accepted");
    assert_counts(
        &counts,
        &[
            ("internal", 1),
            ("invalid_body", 1),
            ("invalid_parameter", 1),
            ("malformed_body", 1),
            ("missing_scope", 1),
            ("not_found", 2),
            ("precondition_failed", 1),
            ("rate_limited", counts["rate_limited"]),
            ("unsupported_media_type", 1),
        ],
    );
}

#[tokio::test]
async fn calls_with_a_paused_expired_or_revoked_key_are_counted_for_its_account() {
    let world = World::new().await;
    let key = writer(&world).await;
    for (statement, code) in [
        ("UPDATE api_keys SET paused_at = created_at", "paused_key"),
        ("UPDATE api_keys SET expires_at = created_at", "expired_key"),
        (
            "UPDATE api_keys SET revoked_at = created_at, revoke_reason = 'other'",
            "revoked_key",
        ),
    ] {
        world.sql(statement).await;
        for path in ["/api/key", "/api/leads"] {
            assert_eq!(key.get(path).await.problem().1, code);
        }
    }
    let expected = [("expired_key", 2), ("paused_key", 2), ("revoked_key", 2)];
    assert_counts(&count_calls(&world).await, &expected);
}

#[tokio::test]
async fn repeated_request_is_counted_as_a_call_each_time() {
    let world = World::new().await;
    let key = writer(&world).await.with("idempotency-key", "a");
    let bad = json!({ "items": [{ "id": "A" }] });
    for _ in 0..3 {
        key.post("/api/inventory", &bad).await.expect(422);
    }
    let good = json!({ "items": [{ "id": "A", "name": "a" }] });
    for _ in 0..2 {
        key.post("/api/inventory", &good).await.expect(200);
    }
    let other = json!({ "items": [{ "id": "B", "name": "b" }] });
    let reused = key.post("/api/inventory", &other).await;
    assert_eq!(reused.problem().1, "idempotency_key_reused");
    let expected = [
        ("accepted", 2),
        ("idempotency_key_reused", 1),
        ("invalid_body", 3),
    ];
    assert_counts(&count_calls(&world).await, &expected);
}

#[tokio::test]
async fn unauthenticated_and_unrouted_requests_are_not_counted() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["inventory:read"]).await;
    let anonymous = world.anonymous();
    anonymous.get("/api/key").await.expect(401);
    anonymous
        .with("x-api-key", "vx_")
        .get("/api/key")
        .await
        .expect(401);
    let unknown = "vx_00000000000000000000000000000000000000000003Ekpv5";
    let unknown = anonymous.with("x-api-key", unknown).get("/api/key").await;
    assert_eq!(unknown.problem().1, "invalid_key");
    key.get("/api/none").await.expect(404);
    key.send("PATCH", "/api/key", "").await.expect(405);
    key.with("x-api-key", &key.secret)
        .get("/api/key")
        .await
        .expect(400);
    anonymous.get("/healthz").await.expect(200);
    owner.get("/keys").await.expect(200);
    assert_counts(&count_calls(&world).await, &[]);
}

#[tokio::test]
async fn calls_are_counted_for_the_account_of_their_key() {
    let world = World::new().await;
    let own_key = writer(&world).await;
    let stranger = world.stranger().await;
    let stranger_key = stranger.create("Feed", &["inventory:read"]).await;
    own_key.get("/api/key").await.expect(200);
    for _ in 0..2 {
        stranger_key.get("/api/key").await.expect(200);
    }
    stranger_key.get("/api/leads").await.expect(403);
    assert_counts(
        &count_calls(&world).await,
        &[("accepted", 3), ("missing_scope", 1)],
    );
    let accounts = "SELECT count(*) FROM account_calls c JOIN accounts a ON a.id = c.account_id \
                    WHERE (a.name, c.outcome, c.calls) IN (VALUES ('Acme Motors', 'accepted', 1), \
                    ('Other Cars', 'accepted', 2), ('Other Cars', 'missing_scope', 1))";
    assert_eq!(world.count(accounts).await, 3);
    assert_eq!(world.count("SELECT count(*) FROM account_calls").await, 3);
}
