//! How long a session lasts, and how it ends.

use crate::support::{OWNER, PASSWORD, Text as _, World};
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

const ENDED: &str = "Your session has ended. Sign in to continue.";
const UNSAVED: &str = "Your session has ended, so nothing was saved.";

#[tokio::test]
async fn ended_session_is_reported_and_signing_in_leads_back_to_the_page() {
    let (world, owner) = World::with_owner().await;
    let other = world.sign_in(OWNER).await;
    let ends = [("end", "others")];
    owner.form("/account/sessions", &ends).await.expect(303);
    let response = other.get("/keys?status=active").await.expect(303);
    let path = response.header("location");
    assert_eq!(path, "/sign-in?next=%2Fkeys%3Fstatus%3Dactive");
    assert!(!response.headers.contains_key("set-cookie"));
    let page = other.get(path).await.expect(200);
    page.body.has(ENDED);
    let next = page.hidden_field("next");
    let fields = [("email", OWNER), ("password", PASSWORD), ("next", &*next)];
    let wrong = [("email", OWNER), ("password", "wrong"), ("next", &*next)];
    let refused = other.form("/sign-in", &wrong).await.expect(401);
    refused.body.lacks(ENDED);
    world.clock.advance_seconds(5);
    let response = other.form("/sign-in", &fields).await.expect(303);
    assert_eq!(response.header("location"), "/keys?status=active");

    // Also if the session expired, but not for a visitor who never had one.
    world.clock.advance_seconds(13 * HOUR);
    owner.get_text("/sign-in").await.has(ENDED);
    world.anonymous().get_text("/sign-in").await.lacks(ENDED);
}

#[tokio::test]
async fn signing_out_is_not_reported_as_a_session_that_has_ended() {
    let (world, owner) = World::with_owner().await;
    let response = owner.form("/sign-out", &[]).await.expect(303);
    // The browser deletes the cookie.
    let cookie = response.header("set-cookie");
    assert!(cookie.starts_with("voxum_session_3000=;"), "{cookie}");
    let mut cookies = response.headers.get_all("set-cookie").iter();
    let notice = cookies.find_map(|cookie| {
        let (cookie, _) = cookie.to_str().ok()?.split_once(';')?;
        cookie.starts_with("voxum_flash").then(|| cookie.to_owned())
    });
    let browser = world.anonymous().with("cookie", notice.unwrap());
    let page = browser.get(response.header("location")).await.expect(200);
    page.has("You're signed out.");
    page.lacks(ENDED);
}

#[tokio::test]
async fn form_without_a_session_reports_that_nothing_was_saved() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let pause = format!("/keys/{}/pause", key.id);
    world.clock.advance_seconds(13 * HOUR);
    for (path, page) in [
        (pause.as_str(), format!("/keys/{}", key.id)),
        ("/settings", "/settings".to_owned()),
        ("/team/invite", "/team/invite".to_owned()),
        (
            "/account/second-factor",
            "/account/second-factor".to_owned(),
        ),
        (
            "/inventory/import/x/apply",
            "/inventory/import/x".to_owned(),
        ),
    ] {
        let response = owner.form(path, &[]).await.expect(303);
        let next = page.replace('/', "%2F");
        assert_eq!(response.header("location"), format!("/sign-in?next={next}"));
        let page = owner.follow(&response).await.expect(200).body;
        page.has(UNSAVED);
        page.lacks(ENDED);
    }
    let owner = world.sign_in(OWNER).await;
    let page = owner.get_text(&format!("/keys/{}", key.id)).await;
    page.lacks("This key is paused");
}

#[tokio::test]
async fn call_without_a_session_has_the_sign_in_page_report_that_nothing_was_saved() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    world.clock.advance_seconds(13 * HOUR);
    let form = json!({ "reason": "other", "confirm": "" });
    let revoke = json!({ "id": key.id, "form": form });
    let response = owner.call("keys/revoke", &revoke).await.expect(200);
    assert_eq!(response.json()["Err"], "signed_out");
    let (cookie, _) = response.header("set-cookie").split_once(';').unwrap();
    let page = owner.with("cookie", cookie).get_text("/sign-in").await;
    page.has(UNSAVED);
    // An update of the list changes nothing.
    let response = owner.call("keys/list", &json!({})).await.expect(200);
    assert!(!response.headers.contains_key("set-cookie"));
}
