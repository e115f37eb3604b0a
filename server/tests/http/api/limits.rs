//! Rate limits of a key, and the response headers about them.

use crate::support::{TestResponse, Text as _, World};

fn fields(response: &TestResponse) -> (&str, &str) {
    (
        response.header("ratelimit-policy"),
        response.header("ratelimit"),
    )
}

#[tokio::test]
async fn every_response_to_a_verified_key_contains_its_rate_limit() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Reader", &["inventory:read"]).await;
    let policy = "\"default\";q=100;w=10";
    let response = key.get("/api/key").await.expect(200);
    assert_eq!(fields(&response), (policy, "\"default\";r=99;t=1"));
    let response = key.get("/api/inventory/none").await.expect(404);
    assert_eq!(fields(&response), (policy, "\"default\";r=98;t=1"));
    let response = key.delete("/api/inventory/none").await.expect(403);
    assert_eq!(fields(&response), (policy, "\"default\";r=97;t=1"));
    world.store.close().await;
    world.clock.advance_boot(std::time::Duration::from_secs(1));
    // The caller is not known then.
    let response = key.get("/api/inventory").await.expect(503);
    assert_eq!(fields(&response), ("", ""));
}

#[tokio::test]
async fn responses_without_a_verified_key_contain_no_rate_limit() {
    let (world, owner) = World::with_owner().await;
    let anonymous = world.anonymous();
    for response in [
        anonymous.get("/api/key").await,
        anonymous.with("x-api-key", "vx_").get("/api/key").await,
        anonymous.get("/api/none").await,
        anonymous.get("/healthz").await,
        owner.get("/keys").await,
    ] {
        assert_eq!(fields(&response), ("", ""));
    }
}

#[tokio::test]
async fn calls_are_refused_with_retry_after_when_the_bucket_is_empty() {
    let (world, key) = World::with_key().await;
    for _ in 0..100 {
        key.get("/api/key").await.expect(200);
    }
    let response = key.get("/api/key").await;
    response.refusal(429, "rate_limited");
    assert_eq!(response.header("retry-after"), "1");
    assert_eq!(response.header("ratelimit"), "\"default\";r=0;t=1");
    world.clock.advance_seconds(1);
    for _ in 0..10 {
        key.get("/api/key").await.expect(200);
    }
    key.get("/api/key").await.expect(429);
}

#[tokio::test]
async fn scope_is_checked_before_the_rate_limit_and_the_rate_limit_before_the_body() {
    let (world, owner) = World::with_owner().await;
    world
        .sql("UPDATE accounts SET limit_depth = 1, limit_per_second = 1")
        .await;
    let key = owner.create("Writer", &["inventory:write"]).await;
    key.get("/api/key").await.expect(200);
    assert_eq!(key.get("/api/inventory").await.problem().1, "missing_scope");
    let response = key
        .with("content-type", "text/xml")
        .send("POST", "/api/inventory", "<")
        .await;
    assert_eq!(response.problem().1, "rate_limited");
}

#[tokio::test]
async fn rate_limit_of_a_key_overrides_the_accounts_and_changes_take_effect_at_once() {
    let (world, owner) = World::with_owner().await;
    let (one, other) = (
        owner.create("One", &["inventory:read"]).await,
        owner.create("Other", &["inventory:read"]).await,
    );
    world
        .sql("UPDATE api_keys SET limit_depth = 5, limit_per_second = 2 WHERE name = 'One'")
        .await;
    world
        .sql("UPDATE accounts SET limit_depth = 30, limit_per_second = 7")
        .await;
    let response = one.get("/api/key").await.expect(200);
    assert_eq!(
        fields(&response),
        ("\"default\";q=5;w=3", "\"default\";r=4;t=1")
    );
    let response = other.get("/api/key").await.expect(200);
    assert_eq!(
        fields(&response),
        ("\"default\";q=30;w=5", "\"default\";r=29;t=1")
    );
    let page = owner.get_text("/keys").await;
    // In its row, and in the data for hydrating the row.
    assert_eq!(
        page.matches("2 requests per second, bursts up to 5")
            .count(),
        2
    );
    page.lacks("30 calls");
}

#[tokio::test]
async fn failed_attempts_are_limited_by_address_and_valid_keys_are_not() {
    let (world, owner) = World::with_owner().await;
    let dead = owner.create("Dead", &["inventory:read"]).await;
    let good = owner.create("Good", &["inventory:read"]).await;
    dead.delete("/api/key").await.expect(204);
    let unknown = world.anonymous().with(
        "x-api-key",
        "vx_00000000000000000000000000000000000000000003Ekpv5",
    );
    let mistyped = world.anonymous().with("x-api-key", "vx_x");
    for _ in 0..400 {
        dead.get("/api/key").await.expect(401);
        unknown.get("/api/key").await.expect(401);
    }
    for _ in 0..200 {
        mistyped.get("/api/key").await.expect(401);
    }
    for http in [&*dead, &unknown, &mistyped] {
        let response = http.get("/api/key").await;
        response.refusal(429, "rate_limited");
        assert_eq!(response.header("retry-after"), "1");
        assert_eq!(fields(&response), ("", ""));
    }
    good.get("/api/key").await.expect(200);
    let response = dead.with_ip([198, 51, 100, 1]).get("/api/key").await;
    assert_eq!(response.problem().1, "revoked_key");
    // No key was presented, so no attempt failed.
    assert_eq!(
        world.anonymous().get("/api/key").await.problem().1,
        "missing_key"
    );
    world.clock.advance_seconds(1);
    assert_eq!(dead.get("/api/key").await.problem().1, "revoked_key");
}
