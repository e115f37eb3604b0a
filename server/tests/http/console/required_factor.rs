//! The requirement of a second factor for all members of an account.

use super::second_factor::enable;
use crate::support::{Member, PASSWORD, TestResponse, Text as _, World};

const BOB: &str = "bob@example.com";
const SET_UP: &str = "/account/second-factor";

async fn require(member: &Member, required: &str) -> TestResponse {
    let fields = [("required", required)];
    member.form("/team/second-factor", &fields).await
}

/// Returns an account that requires a second factor, its owner who has one, and a viewer who does
/// not.
async fn strict_account() -> (
    World,
    Member,
    Member,
    super::second_factor::AuthenticatorApp,
) {
    let (world, owner) = World::with_owner().await;
    let bob = world.join(&owner, BOB, "viewer").await;
    let (app, _) = enable(&world, &owner).await;
    let response = require(&owner, "1").await.expect(303);
    let page = owner.follow(&response).await.expect(200).body;
    page.has_all([
        "Two-factor authentication is now required for everyone.",
        "1 active member doesn't have it.",
        "Make it optional",
    ]);
    (world, owner, bob, app)
}

#[tokio::test]
async fn only_a_member_with_a_second_factor_can_require_it() {
    let (world, owner) = World::with_owner().await;
    let viewer = world.join(&owner, BOB, "viewer").await;
    let page = owner.get_text("/team").await;
    page.has_all(["2 active members don't have it.", "set it up for yourself"]);
    page.lacks("Require it for everyone");
    let refusal = require(&owner, "1").await.expect(403);
    refusal.has("Set up two-factor authentication for yourself first.");
    enable(&world, &viewer).await;
    require(&viewer, "1").await.expect(403);
    let page = viewer.get_text("/team").await;
    page.has("Optional.");
    page.lacks("Require it for everyone");
    let required = "SELECT count(*) FROM accounts WHERE requires_second_factor = 1";
    assert_eq!(world.count(required).await, 0);
    enable(&world, &owner).await;
    let page = owner.get_text("/team").await;
    page.has_all(["All active members have it.", "Require it for everyone"]);
    require(&owner, "1").await.expect(303);
    assert_eq!(world.count(required).await, 1);
}

#[tokio::test]
async fn member_without_a_second_factor_continues_once_it_is_set_up() {
    let (world, owner, bob, app) = strict_account().await;
    owner.get("/keys").await.expect(200);
    bob.get("/keys").await.expect(303);
    // A sign-in opens a session that leads to the same page.
    let bob_again = world.sign_in(BOB).await;
    let page = bob_again.get("/sign-in?next=%2Fkeys").await.expect(303);
    assert_eq!(page.header("location"), SET_UP);
    let tampered = [("sealed", "00"), ("code", "123456")];
    let refusal = bob_again.form(SET_UP, &tampered).await.expect(303);
    assert_eq!(refusal.header("location"), SET_UP);
    enable(&world, &bob_again).await;
    bob_again.get("/keys").await.expect(200);
    // The session from before was opened by the password alone.
    bob.get("/account").await.expect(303);
    let team = owner.get_text("/team").await;
    team.has("All active members have it.");

    // It cannot be turned off while it is required.
    let account = owner.get_text("/account").await;
    account.has("Your account requires it.");
    account.lacks("Turn off");
    world.clock.advance_seconds(30);
    let code = app.code(&world);
    let fields = [("old_password", PASSWORD), ("code", &*code)];
    let off = "/account/second-factor/off";
    owner.form(off, &fields).await.expect(403);
    owner.get("/keys").await.expect(200);
    require(&owner, "0").await.expect(303);
    owner.form(off, &fields).await.expect(303);
    owner.get("/keys").await.expect(200);
    let log = owner.get_text("/audit?what=sign-ins").await;
    log.has_all([
        "Two-factor authentication required for everyone",
        "Two-factor authentication made optional",
    ]);
}

#[tokio::test]
async fn member_who_lost_their_second_factor_sets_up_another_after_a_reset() {
    let (world, owner, bob, _) = strict_account().await;
    enable(&world, &bob).await;
    let link = world.reset_link(BOB).await;
    let fields = [("password", PASSWORD)];
    let reset = world.anonymous().form(&link, &fields).await.expect(303);
    let bob = Member::from_response(&world, &reset);
    bob.get("/keys").await.expect(303);
    world.clock.advance_seconds(60);
    enable(&world, &bob).await;
    bob.get("/keys").await.expect(200);
    owner.get("/keys").await.expect(200);
}
