//! A change of the pepper: no key stops working, and no revocation is missed.

use crate::support::{Key, Member, TestClient, TestResponse, Text as _, World};
use axum::http::StatusCode;
use serde_json::json;
use service::{OsRandom, Pepper, Services};
use std::sync::Arc;
use tokio::task::JoinHandle;

fn new_pepper() -> String {
    Pepper::generate(&OsRandom).to_hex().to_string()
}

/// Returns the number of keys that are stored under this pepper.
async fn count_under(world: &World, pepper: &str) -> i64 {
    let id = Pepper::parse(pepper).unwrap().id();
    sqlx::query_scalar("SELECT count(*) FROM api_keys WHERE pepper_id = $1")
        .bind(id.as_str())
        .fetch_one(&mut world.connection().await)
        .await
        .unwrap()
}

/// Returns a server's response to a key: the status, and the code of a refusal.
async fn call(node: &TestClient, secret: &str) -> (u16, String) {
    let response = node.with("x-api-key", secret).get("/api/key").await;
    match response.status {
        StatusCode::OK => (200, String::new()),
        _ => response.problem(),
    }
}

/// Revokes a key through this server.
async fn revoke(node: &TestClient, owner: &Member, key: &Key, name: &str) {
    let form = json!({ "reason": "other", "confirm": name });
    let response = node
        .with("cookie", &owner.cookie)
        .call("keys/revoke", &json!({ "id": key.id, "form": form }))
        .await
        .expect(200);
    assert!(response.json()["Ok"].is_object(), "{}", response.body);
}

/// Creates a key through this server.
async fn create(node: &TestClient, owner: &Member) -> TestResponse {
    let form = json!({
        "name": "Late", "scopes": ["leads:read"], "expires": "90d", "token": "form-token-late-0001",
    });
    let node = node.with("cookie", &owner.cookie);
    node.call("keys/create", &json!({ "form": form })).await
}

/// Has a server send heartbeats and acknowledge changes, as a node does.
fn start_heartbeats(node: &Arc<Services>) -> JoinHandle<()> {
    let node = Arc::clone(node);
    tokio::spawn(async move { node.heartbeat_forever().await })
}

/// Writes enough batches of uses to establish that no key needs the old pepper.
async fn write_batches(services: &Services) {
    for _ in 0..16 {
        services.flush().await.unwrap();
    }
}

#[tokio::test]
async fn keys_work_during_a_pepper_change_and_are_rehashed_when_they_are_used() {
    let (world, owner) = World::with_owner().await;
    let used = owner.create("Used", &["leads:read"]).await;
    let idle = owner.create("Idle", &["leads:read"]).await;
    let (old, new) = (world.pepper.clone(), new_pepper());
    let (next, http) = world.node(&new, Some(&old)).await;
    next.node.poll().await.unwrap();
    next.pepper.check_old().await.unwrap();

    // The first node accepts only the old pepper, so nothing is stored under the new one, and each
    // node finds all keys.
    assert_eq!(call(&http, &used.secret).await.0, 200);
    next.flush().await.unwrap();
    let between = owner.create("Between", &["leads:read"]).await;
    assert_eq!(call(&http, &between.secret).await.0, 200);
    assert_eq!(
        (
            count_under(&world, &old).await,
            count_under(&world, &new).await
        ),
        (3, 0)
    );

    world.services.node.leave().await;
    next.flush().await.unwrap();
    assert_eq!(call(&http, &used.secret).await.0, 200);
    next.flush().await.unwrap();
    assert_eq!(
        (
            count_under(&world, &old).await,
            count_under(&world, &new).await
        ),
        (2, 1)
    );
    for key in [&used, &idle, &between] {
        assert_eq!(call(&http, &key.secret).await.0, 200);
    }
    next.flush().await.unwrap();
    assert_eq!(
        (
            count_under(&world, &old).await,
            count_under(&world, &new).await
        ),
        (0, 3)
    );
    assert_eq!(call(&http, &used.secret).await.0, 200);

    // No key needs the old pepper any more, so it can be removed.
    write_batches(&next).await;
    assert_eq!(next.node_metrics().pepper_need.unwrap().keys, 0);
    next.node.leave().await;
    let (last, http) = world.node(&new, None).await;
    last.node.poll().await.unwrap();
    last.pepper.check_old().await.unwrap();
    assert_eq!(call(&http, &used.secret).await.0, 200);
}

#[tokio::test]
async fn node_without_the_new_pepper_reports_unavailable_instead_of_an_unknown_key() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let (old, new) = (world.pepper.clone(), new_pepper());
    // The other nodes consider this one dead, and its lease expires.
    world.services.node.leave().await;
    let (next, http) = world.node(&new, Some(&old)).await;
    next.node.poll().await.unwrap();
    next.flush().await.unwrap();
    assert_eq!(call(&http, &key.secret).await.0, 200);
    next.flush().await.unwrap();
    assert_eq!(count_under(&world, &new).await, 1);

    let anonymous = world.anonymous();
    assert_eq!(call(&anonymous, &key.secret).await.0, 503);
    assert!(world.services.node.poll().await.is_err(), "it registered");
    assert_eq!(call(&anonymous, &key.secret).await.0, 503);
    // Nor does it store a key under the old pepper, since no other node would find it after that
    // pepper is removed.
    let keys = count_under(&world, &old).await;
    let created = create(&anonymous, &owner).await;
    assert_eq!(created.status, 503, "{}", created.body);
    assert_eq!(count_under(&world, &old).await, keys);
    let unknown = "vx_00000000000000000000000000000000000000000003Ekpv5";
    assert_eq!(call(&http, unknown).await, (401, "invalid_key".to_owned()));
}

#[tokio::test]
async fn node_creates_keys_with_the_new_pepper_before_it_notices_the_change() {
    let (world, owner) = World::with_owner().await;
    let (old, new) = (world.pepper.clone(), new_pepper());
    world.services.node.leave().await;
    let (node_a, _) = world.node(&new, Some(&old)).await;
    let (node_b, http) = world.node(&new, Some(&old)).await;
    for node in [&node_a, &node_b] {
        node.node.poll().await.unwrap();
    }
    node_a.flush().await.unwrap();
    let created = create(&http, &owner).await.expect(200).json();
    let secret = created["Ok"]["secret"].as_str().expect("a key");
    assert_eq!(
        (
            count_under(&world, &old).await,
            count_under(&world, &new).await
        ),
        (0, 1)
    );
    assert_eq!(call(&http, secret).await.0, 200);
}

#[tokio::test]
async fn key_revoked_before_or_after_its_rehash_is_refused_by_every_node() {
    let (world, owner) = World::with_owner().await;
    let (old, new) = (world.pepper.clone(), new_pepper());
    let before = owner.create("Before", &["leads:read"]).await;
    let after = owner.create("After", &["leads:read"]).await;
    world.services.node.leave().await;
    let (node_a, http_a) = world.node(&new, Some(&old)).await;
    let (node_b, http_b) = world.node(&new, Some(&old)).await;
    for node in [&node_a, &node_b] {
        node.node.poll().await.unwrap();
        node.flush().await.unwrap();
        node.node.poll().await.unwrap();
    }
    let heartbeats = [start_heartbeats(&node_a), start_heartbeats(&node_b)];
    // Both nodes have both keys in their caches, under the old digest.
    for http in [&http_a, &http_b] {
        for key in [&before, &after] {
            assert_eq!(call(http, &key.secret).await.0, 200);
        }
    }
    revoke(&http_b, &owner, &before, "Before").await;
    node_a.flush().await.unwrap();
    assert_eq!(count_under(&world, &new).await, 2);
    revoke(&http_b, &owner, &after, "After").await;
    for http in [&http_a, &http_b] {
        for key in [&before, &after] {
            let refusal = (401, "revoked_key".to_owned());
            assert_eq!(call(http, &key.secret).await, refusal);
        }
    }
    for heartbeats in heartbeats {
        heartbeats.abort();
    }
}

#[tokio::test]
async fn found_key_is_identified_under_the_old_and_the_new_pepper() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Lost", &["leads:read"]).await;
    let (old, new) = (world.pepper.clone(), new_pepper());
    world.services.node.leave().await;
    let (next, http) = world.node(&new, Some(&old)).await;
    next.node.poll().await.unwrap();
    let digest = <sha2::Sha256 as sha2::Digest>::digest(key.secret.as_bytes());
    let member = http.with("cookie", &owner.cookie);
    for _ in 0..2 {
        let fields = [("digest", &*hex::encode(digest))];
        let found = member.form("/keys/found", &fields).await.expect(200);
        found.has("Lost");
        // The key is re-hashed by then.
        next.flush().await.unwrap();
        assert_eq!(call(&http, &key.secret).await.0, 200);
        next.flush().await.unwrap();
    }
    assert_eq!(count_under(&world, &new).await, 1);
}

#[tokio::test]
async fn startup_check_fails_if_keys_still_need_the_old_pepper() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Idle", &["leads:read"]).await;
    let (old, new) = (world.pepper.clone(), new_pepper());
    world.services.node.leave().await;
    let (next, _) = world.node(&new, Some(&old)).await;
    next.node.poll().await.unwrap();
    next.flush().await.unwrap();
    assert_eq!(next.node_metrics().pepper_need.unwrap().keys, 1);
    next.node.leave().await;
    let (last, http) = world.node(&new, None).await;
    let error = last.pepper.check_old().await.unwrap_err().to_string();
    for text in ["API keys: 1", "VOXUM_PEPPER_OLD", "voxum key revoke"] {
        error.has(text);
    }
    revoke(&http, &owner, &key, "Idle").await;
    last.pepper.check_old().await.unwrap();
}
