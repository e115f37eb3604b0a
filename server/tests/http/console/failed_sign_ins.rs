//! The records of failed sign-ins in the audit log.

use crate::support::{Member, OWNER, PASSWORD, Text as _, World};
use domain::seconds::HOUR;

const EVENTS: &str = "SELECT count(*) FROM audit_events WHERE action = 'session.refused'";

/// Fails to sign in `times` times, each time after the previous delay is over.
async fn fail(world: &World, email: &str, ip: [u8; 4], times: usize) {
    for _ in 0..times {
        let fields = [("email", email), ("password", "wrong horse battery")];
        let http = world.anonymous().with_ip(ip);
        http.form("/sign-in", &fields).await.expect(401);
        world.clock.advance_seconds(31);
    }
}

async fn log(owner: &Member) -> String {
    owner.events("what=sign-ins").await
}

#[tokio::test]
async fn first_failed_sign_in_is_recorded_and_their_number_after_the_hour() {
    let (world, owner) = World::with_owner().await;
    // Starts at the full hour, so that all attempts fall into the same one.
    world.clock.advance_seconds(HOUR - world.second_of_hour());
    fail(&world, OWNER, [198, 51, 100, 7], 1).await;
    world.services.flush().await.unwrap();
    assert_eq!(world.count(EVENTS).await, 1);
    let page = log(&owner).await;
    page.has_all(["Sign-in failed", "Unknown person", "198.51.100.7", OWNER]);
    fail(&world, OWNER, [198, 51, 100, 7], 4).await;
    fail(&world, OWNER, [198, 51, 100, 8], 1).await;
    world.services.flush().await.unwrap();
    assert_eq!(world.count(EVENTS).await, 2, "one for each address");

    // The count survives a restart, and is recorded once.
    let world = world.restart().await;
    world.clock.advance_seconds(HOUR);
    for _ in 0..2 {
        world.services.flush().await.unwrap();
        assert_eq!(
            world.count(EVENTS).await,
            3,
            "a single attempt needs no number"
        );
    }
    let owner = world.sign_in(OWNER).await;
    let page = log(&owner).await;
    page.has_all(["Attempts", "Hour from"]);
    let numbered = "SELECT count(*) FROM audit_events
        WHERE action = 'session.refused' AND json_extract(detail, '$.attempts') = 5 AND ip = '198.51.100.7'";
    assert_eq!(world.count(numbered).await, 1);
    assert_eq!(world.count("SELECT count(*) FROM failed_attempts").await, 0);
}

#[tokio::test]
async fn failed_sign_in_with_an_unknown_address_is_not_in_any_audit_log() {
    let world = World::new().await;
    world.owner().await;
    fail(&world, "nobody@example.com", [198, 51, 100, 7], 2).await;
    fail(&world, "hunter2", [198, 51, 100, 7], 1).await;
    world.services.flush().await.unwrap();
    assert_eq!(world.count(EVENTS).await, 0);
    assert_eq!(world.count("SELECT count(*) FROM failed_attempts").await, 0);
    assert_eq!(world.services.node_metrics().failed_attempts, [3, 0, 0, 0]);
}

#[tokio::test]
async fn wrong_password_in_a_password_change_is_recorded() {
    let (world, owner) = World::with_owner().await;
    let fields = [
        ("old_password", "wrong horse battery"),
        ("password", "three gulls on a wet roof"),
    ];
    owner.form("/account/password", &fields).await.expect(422);
    world.services.flush().await.unwrap();
    assert!(log(&owner).await.contains("Wrong password"));
    assert_eq!(world.services.node_metrics().failed_attempts, [0, 0, 0, 1]);
}

#[tokio::test]
async fn failed_sign_in_of_a_deactivated_member_is_recorded() {
    let (world, owner) = World::with_owner().await;
    world.join(&owner, "bob@example.com", "viewer").await;
    let bob = world.member_id("bob@example.com").await;
    let path = format!("/team/{bob}/deactivate");
    owner.form(&path, &[]).await.expect(303);
    let fields = [("email", "bob@example.com"), ("password", PASSWORD)];
    world
        .anonymous()
        .form("/sign-in", &fields)
        .await
        .expect(401);
    world.services.flush().await.unwrap();
    assert_eq!(world.count(EVENTS).await, 1);
}
