//! How long a session lasts, and how it ends.

use crate::support::{OWNER, World};
use domain::seconds::HOUR;
use serde_json::json;

#[tokio::test]
async fn sign_out_ends_the_session_for_every_copy_of_its_cookie() {
    let (world, owner) = World::with_owner().await;
    let other_session = world.sign_in(OWNER).await;
    let response = owner.form("/sign-out", &[]).await.expect(303);
    assert_eq!(response.header("location"), "/sign-in");
    let cookie = response.header("set-cookie");
    assert!(
        cookie.starts_with("voxum_session_3000=;") && cookie.contains("Max-Age=0"),
        "{cookie}"
    );
    owner.get("/keys").await.expect(303);
    let response = owner.call("keys/list", &json!({})).await.expect(200);
    assert_eq!(response.json()["Err"], "signed_out");
    other_session.get("/keys").await.expect(200);
    // Repeated, and without a session: this is not an error.
    owner.form("/sign-out", &[]).await.expect(303);
    world.anonymous().form("/sign-out", &[]).await.expect(303);
}

#[tokio::test]
async fn session_expires_after_twelve_idle_hours_and_after_seven_days() {
    let (world, idle) = World::with_owner().await;
    world.clock.advance_seconds(12 * HOUR - 1);
    idle.get("/keys").await.expect(200);
    world.clock.advance_seconds(12 * HOUR + 1);
    idle.get("/keys").await.expect(303);

    let busy = world.sign_in(OWNER).await;
    for _ in 0..(7 * 24 / 6 - 1) {
        world.clock.advance_seconds(6 * HOUR);
        busy.get("/keys").await.expect(200);
    }
    world.clock.advance_seconds(6 * HOUR);
    busy.get("/keys").await.expect(303);
}

#[tokio::test]
async fn every_sign_in_creates_a_new_token_and_ends_the_session_it_replaces() {
    let (world, first) = World::with_owner().await;
    let fields = [("email", OWNER), ("password", crate::support::PASSWORD)];
    let response = first.form("/sign-in", &fields).await.expect(303);
    let second = crate::support::Member::from_response(&world, &response);
    assert_ne!(first.token(), second.token());
    first.get("/keys").await.expect(303);
    second.get("/keys").await.expect(200);
}

#[tokio::test]
async fn session_token_is_stored_only_as_a_hash() {
    let (world, owner) = World::with_owner().await;
    world.store.close().await;
    for name in ["voxum.db", "voxum.db-wal"] {
        let Ok(file) = std::fs::read(world.folder.path().join(name)) else {
            continue;
        };
        let contains_token = file
            .windows(64)
            .any(|window| window == owner.token().as_bytes());
        assert!(!contains_token, "{name} holds the token");
    }
}

#[tokio::test]
async fn members_are_not_signed_out_while_the_database_is_unavailable() {
    let (world, owner) = World::with_owner().await;
    world.store.close().await;
    let response = owner.get("/keys").await.expect(503);
    assert!(response.headers.contains_key("retry-after"));
    let response = owner.call("keys/list", &json!({})).await.expect(503);
    assert_eq!(response.json(), json!("unavailable"));
    let response = owner.form("/sign-out", &[]).await.expect(503);
    assert!(!response.headers.contains_key("set-cookie"));
}
