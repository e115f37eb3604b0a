//! `/api/key`

use crate::support::World;
use insta::assert_snapshot;
use serde_json::json;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn key_endpoint_returns_the_key_and_its_account() {
    let world = World::new().await;
    let key = world
        .owner()
        .await
        .create("CRM Sync", &["leads:write", "leads:read"])
        .await;
    let response = key.get("/api/key").await.expect(200);
    assert_snapshot!(response.snapshot(), @r#"
    {
      "account": {
        "id": "[id]",
        "name": "Acme Motors"
      },
      "created_at": "2026-11-23T05:31:07Z",
      "expires_at": "2027-02-21T05:31:07Z",
      "id": "[id]",
      "last_used_at": null,
      "name": "CRM Sync",
      "preview": "[preview]",
      "scopes": [
        "leads:read",
        "leads:write"
      ],
      "status": "active"
    }
    "#);
    let response = response.json();
    let preview = format!("{}…", &key.secret[..9]);
    assert_eq!(
        (&response["id"], &response["preview"]),
        (&json!(key.id), &json!(preview))
    );
}

#[tokio::test]
async fn last_use_is_returned_once_it_has_been_flushed() {
    let (world, key) = World::with_key().await;
    key.get("/api/key").await.expect(200);
    world.services.flush().await.unwrap();
    world.clock.advance_seconds(60);
    let response = key.get_json("/api/key").await;
    assert_eq!(response["last_used_at"], "2026-11-23T05:31:07Z");
}

#[tokio::test]
async fn calls_write_nothing_to_the_database_until_usage_is_flushed() {
    let (world, key) = World::with_key().await;
    let mut connection = world.connection().await;
    let mut version = async || -> i64 {
        sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(&mut connection)
            .await
            .unwrap()
    };
    let before = version().await;
    // The burst size of a key.
    for _ in 0..100 {
        key.get("/api/inventory").await.expect(200);
    }
    assert_eq!(version().await, before, "a request wrote to the database");
    world.services.flush().await.unwrap();
    assert_ne!(version().await, before, "the batch wrote nothing");
}

#[tokio::test]
async fn flush_writes_the_last_use_of_every_key_before_call_counts() {
    // More than are written in one batch.
    const KEYS: i64 = 40;
    let (world, owner) = World::with_owner().await;
    for number in 0..KEYS {
        let name = format!("Feed {number}");
        let key = owner.create(&name, &["inventory:read"]).await;
        key.get("/api/key").await.expect(200);
    }
    world.sql("ALTER TABLE key_calls RENAME TO hidden").await;
    world.services.flush().await.unwrap_err();
    let used = "SELECT count(*) FROM api_keys WHERE last_used_at IS NOT NULL";
    assert_eq!(world.count(used).await, KEYS);
    // The counts are not lost.
    assert_eq!(world.count("SELECT count(*) FROM hidden").await, 0);
    world.sql("ALTER TABLE hidden RENAME TO key_calls").await;
    world.services.flush().await.unwrap();
    let counted = "SELECT sum(calls) FROM key_calls";
    assert_eq!(world.count(counted).await, KEYS);
}

#[tokio::test]
async fn flush_without_time_writes_one_batch_of_counts_and_the_next_continues_there() {
    const KEYS: i64 = 40;
    let (world, owner) = World::with_owner().await;
    let mut keys = Vec::new();
    for number in 0..KEYS {
        let name = format!("Feed {number}");
        keys.push(owner.create(&name, &["inventory:read"]).await);
    }
    let call_all = async || {
        for key in &keys {
            key.get("/api/key").await.expect(200);
        }
    };
    for (written, calls) in [(16, 16), (32, 48), (40, 72), (40, 120)] {
        call_all().await;
        let result = world
            .services
            .flush_within(Duration::ZERO, &CancellationToken::new())
            .await;
        result.unwrap();
        let used = "SELECT count(*) FROM api_keys WHERE last_used_at IS NOT NULL";
        assert_eq!(world.count(used).await, KEYS);
        let counted = "SELECT count(*) FROM key_calls";
        assert_eq!(world.count(counted).await, written);
        let counted = "SELECT sum(calls) FROM key_calls";
        assert_eq!(world.count(counted).await, calls);
    }
    world.services.flush().await.unwrap();
    let counted = "SELECT sum(calls) FROM key_calls";
    assert_eq!(world.count(counted).await, 4 * KEYS);
}

#[tokio::test]
async fn flush_leaves_most_call_counts_to_the_final_one_when_the_server_stops() {
    const KEYS: i64 = 20;
    let (world, owner) = World::with_owner().await;
    for number in 0..KEYS {
        let name = format!("Feed {number}");
        let key = owner.create(&name, &["inventory:read"]).await;
        key.get("/api/key").await.expect(200);
    }
    let stop = CancellationToken::new();
    stop.cancel();
    let result = world.services.flush_within(Duration::MAX, &stop).await;
    result.unwrap();
    let used = "SELECT count(*) FROM api_keys WHERE last_used_at IS NOT NULL";
    assert_eq!(world.count(used).await, KEYS);
    let counted = "SELECT count(*) FROM key_calls";
    assert_eq!(world.count(counted).await, 16);
    world.services.flush().await.unwrap();
    assert_eq!(world.count(counted).await, KEYS);
}

#[tokio::test]
async fn flush_without_time_leaves_excess_refusals_to_the_next_one() {
    let world = World::new().await;
    let mut keys = Vec::new();
    for owner in [world.owner().await, world.stranger().await] {
        keys.push(owner.create("Feed", &["inventory:read"]).await);
    }
    // The most that memory holds of two accounts and of callers without a key.
    for _ in 0..500 {
        for key in &keys {
            key.get("/api/leads").await;
        }
        world.anonymous().get("/api/key").await;
    }
    for written in [1_000, 1_500] {
        let result = world
            .services
            .flush_within(Duration::ZERO, &CancellationToken::new())
            .await;
        result.unwrap();
        let refusal = "SELECT count(*) FROM refused_calls";
        assert_eq!(world.count(refusal).await, written);
    }
}

#[tokio::test]
async fn last_use_contains_ip_and_user_agent_and_never_moves_back_in_time() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["inventory:read"]).await;
    key.with_ip([203, 0, 113, 9])
        .with("user-agent", "feed/1.0\t(x)")
        .get("/api/key")
        .await
        .expect(200);
    let last = owner.keys().await["keys"][0]["last_use"].clone();
    assert_eq!(
        (&last["ip"], &last["user_agent"]),
        (&json!("203.0.113.9"), &json!("feed/1.0(x)"))
    );
    world.services.flush().await.unwrap();
    world.clock.advance_seconds(-60);
    key.get("/api/key").await.expect(200);
    world.services.flush().await.unwrap();
    let later = owner.keys().await["keys"][0]["last_use"]["at"].clone();
    assert_eq!(later, last["at"]);
}

#[tokio::test]
async fn key_can_revoke_itself_with_any_permission_and_the_console_shows_it() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["leads:read"]).await;
    let response = key.delete("/api/key").await.expect(204);
    assert_eq!(response.body, "");
    key.get("/api/key").await.refusal(401, "revoked_key");
    key.delete("/api/key").await.refusal(401, "revoked_key");
    let listed_key = owner.keys().await["keys"][0].clone();
    assert_eq!(
        (&listed_key["status"], &listed_key["revocation"]["by"]),
        (&json!("revoked"), &json!("the key itself"))
    );
}
