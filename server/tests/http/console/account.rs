//! `/account`: a member's password and sessions

use super::second_factor::{AuthenticatorApp, field};
use crate::support::{OWNER, PASSWORD, TestResponse, Text as _, World};

const NEW_PASSWORD: &str = "another horse battery";
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                     Version/26.0 Mobile/15E148 Safari/604.1";

async fn sign_in(world: &World, password: &str) -> TestResponse {
    let fields = [("email", OWNER), ("password", password)];
    world.anonymous().form("/sign-in", &fields).await
}

#[tokio::test]
async fn password_change_replaces_the_old_password_and_ends_all_other_sessions() {
    let (world, owner) = World::with_owner().await;
    let other = world.sign_in(OWNER).await;
    let fields = [("old_password", PASSWORD), ("password", NEW_PASSWORD)];
    let response = owner.form("/account/password", &fields).await.expect(303);
    let page = owner.follow(&response).await.expect(200).body;
    page.has("Password changed.");
    owner.get("/account").await.expect(200);
    other.get("/account").await.expect(303);
    sign_in(&world, NEW_PASSWORD).await.expect(303);
    sign_in(&world, PASSWORD).await.expect(401);
    let log = owner.events("what=sign-ins").await;
    log.has("Password changed");
    log.lacks_all([NEW_PASSWORD, "argon2"]);
}

#[tokio::test]
async fn wrong_or_weak_password_is_refused_at_its_field() {
    let (world, owner) = World::with_owner().await;
    let other = world.sign_in(OWNER).await;
    for (old, new, message) in [
        ("wrong horse battery", NEW_PASSWORD, "Incorrect password."),
        (PASSWORD, "short", "at least 12 characters"),
    ] {
        let fields = [("old_password", old), ("password", new)];
        let page = owner
            .form("/account/password", &fields)
            .await
            .expect(422)
            .body;
        assert!(page.contains(message), "{message}");
        // Neither password is sent back, so both have to be entered again.
        page.has_all([
            "Fix the 2 highlighted fields. We never send a password back to a page",
            "href=\"#old-password\"",
            "href=\"#password\"",
            "Enter the password again.",
        ]);
        page.lacks_all([old, &format!("\"{new}\"")]);
        world.clock.advance_seconds(60);
    }
    other.get("/account").await.expect(200);
    sign_in(&world, PASSWORD).await.expect(303);
}

/// Asserts that each field that the notice of a refused form links to has the label of the link.
#[track_caller]
fn assert_faults_have_their_labels(page: &str) {
    let (_, faults) = page.split_once("<ul class=\"faults\">").unwrap();
    let (faults, _) = faults.split_once("</ul>").unwrap();
    for fault in faults.split("href=\"#").skip(1) {
        let (id, rest) = fault.split_once("\">").unwrap();
        let (label, _) = rest.split_once('<').unwrap();
        page.has(&format!("<label for=\"{id}\">{label}</label>"));
    }
}

#[tokio::test]
async fn wrong_password_is_reported_by_the_label_of_its_field() {
    let (world, owner) = World::with_owner().await;
    let page = owner.get_text("/account/second-factor").await;
    let (app, sealed) = (AuthenticatorApp::from_page(&page), field(&page, "sealed"));
    let set_up = async |last: &[(&str, &str)]| {
        let code = app.code(&world);
        let fields = [&[("sealed", &*sealed), ("code", &*code)], last].concat();
        owner.form("/account/second-factor", &fields).await
    };
    let wrong = [("old_password", "wrong horse battery")];
    let page = set_up(&wrong).await.expect(422).body;
    page.has("<a href=\"#old-password\">Current password</a>");
    assert_faults_have_their_labels(&page);
    world.clock.advance_seconds(60);
    let weak = [("old_password", PASSWORD), ("password", "short")];
    let page = owner
        .form("/account/password", &weak)
        .await
        .expect(422)
        .body;
    assert_faults_have_their_labels(&page);
    set_up(&[("old_password", PASSWORD)]).await.expect(200);
    let path = "/account/second-factor/off";
    let page = owner.form(path, &wrong).await.expect(422).body;
    page.has("<a href=\"#old-password-off\">Current password</a>");
    assert_faults_have_their_labels(&page);
}

#[tokio::test]
async fn account_page_names_help_that_an_only_owner_has_as_well() {
    let (_world, owner) = World::with_owner().await;
    owner.get_text("/account").await.has_all([
        "If they can't, or if there's no one else, the operator of this server can run",
        "voxum admin reset",
    ]);
}

#[tokio::test]
async fn password_change_is_delayed_after_wrong_passwords() {
    let (world, owner) = World::with_owner().await;
    let attempt = async |old: &str| {
        let fields = [("old_password", old), ("password", NEW_PASSWORD)];
        owner.form("/account/password", &fields).await
    };
    for seconds in [1, 2, 4] {
        attempt("wrong horse battery").await.expect(422);
        let response = attempt(PASSWORD).await.expect(429);
        response.has(&format!("so it wasn't checked. Wait {seconds} second"));
        response.lacks("Too many");
        assert_eq!(response.header("retry-after"), seconds.to_string());
        world.clock.advance_seconds(seconds);
    }
    attempt(PASSWORD).await.expect(303);
}

#[tokio::test]
async fn sessions_are_listed_with_their_origin_and_can_be_ended_singly_or_together() {
    let (world, owner) = World::with_owner().await;
    let fields = [("email", OWNER), ("password", PASSWORD)];
    let phone = world
        .anonymous()
        .with_ip([198, 51, 100, 9])
        .with("user-agent", PHONE);
    let response = phone.form("/sign-in", &fields).await.expect(303);
    let phone = crate::support::Member::from_response(&world, &response);
    let third = world.sign_in(OWNER).await;
    let page = owner.get_text("/account").await;
    page.has_all([
        "198.51.100.9",
        "Safari on iPhone",
        "192.0.2.7",
        "This session",
    ]);
    page.lacks("AppleWebKit");
    assert_eq!(page.matches("<th role=\"rowheader\"").count(), 3);
    assert_eq!(page.matches("This session").count(), 1);
    assert_eq!(page.matches(">Now<").count(), 1, "it is in use");
    for member in [&owner, &phone, &third] {
        assert!(!page.contains(member.token()), "a token is on the page");
    }
    let (before, _) = page.split_once(" at \"").unwrap_or((&page, ""));
    let row = page
        .split("<tr role=\"row\"")
        .find(|row| row.contains("198.51.100.9"));
    let (_, rest) = row.unwrap().split_once("value=\"").unwrap();
    let (id, _) = rest.split_once('"').unwrap();
    assert!(!before.is_empty() && id.len() == 16, "{id}");
    let response = owner.form("/account/sessions", &[("end", id)]).await;
    let page = owner.follow(&response.expect(303)).await.expect(200).body;
    page.has("Session ended.");
    phone.get("/account").await.expect(303);
    third.get("/account").await.expect(200);
    // Repeated, and with ids that do not exist: nothing happens.
    for id in [id, "", "0000000000000000"] {
        owner
            .form("/account/sessions", &[("end", id)])
            .await
            .expect(303);
    }
    let response = owner.form("/account/sessions", &[("end", "others")]).await;
    let page = owner.follow(&response.expect(303)).await.expect(200).body;
    page.has("All other sessions ended.");
    third.get("/account").await.expect(303);
    owner.get("/account").await.expect(200);
    let log = owner.events("what=sign-ins").await;
    log.has("Other sessions ended");
    // Ending a session elsewhere is not signing out.
    log.lacks("Signed out");
    log.has_all(["Sessions ended", OWNER, "Opened from", "198.51.100.9"]);
}

#[tokio::test]
async fn member_cannot_end_the_sessions_of_another_member() {
    let (world, owner) = World::with_owner().await;
    let bob = world.join(&owner, "bob@example.com", "admin").await;
    let mut connection = world.connection().await;
    let digest: String = sqlx::query_scalar(
        "SELECT lower(hex(digest)) FROM sessions WHERE member_id IN (SELECT id FROM members WHERE role = 'owner')",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    for end in [&digest[..16], "others"] {
        bob.form("/account/sessions", &[("end", end)])
            .await
            .expect(303);
        owner.get("/account").await.expect(200);
    }
}
