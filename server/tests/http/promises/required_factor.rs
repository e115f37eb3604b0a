//! While an account requires a second factor, a member without one can set it up and do nothing
//! else.

use super::forged_requests::fixture;
use crate::support::{OWNER, PUBLIC_URL, Text as _};
use axum::routing::MethodFilter;
use http_body_util::BodyExt as _;
use server::router::CONSOLE;

/// Addresses that need no session, or that end one or replace it.
const WITHOUT_SESSION: [&str; 4] = ["/sign-in", "/sign-in/code", "/sign-out", "/theme"];
/// The page and the form that set up a second factor.
const SET_UP: &str = "/account/second-factor";

#[tokio::test]
async fn member_without_a_required_second_factor_reaches_no_page_form_or_call() {
    let fixture = fixture(PUBLIC_URL).await;
    let world = &fixture.world;
    let member = world.sign_in(OWNER).await;
    let mut stream = member.open("/keys/events").await.into_body();
    world
        .sql("UPDATE accounts SET requires_second_factor = 1")
        .await;
    let changes = "SELECT count(*) FROM audit_events";
    let before = world.count(changes).await;

    let mut pages = 0;
    for route in CONSOLE.iter() {
        let reached_by_all = matches!(route.path, "/docs" | "/setup/{token}" | SET_UP)
            || WITHOUT_SESSION.contains(&route.path)
            || route.path.starts_with("/call/");
        if route.method != MethodFilter::GET || reached_by_all {
            continue;
        }
        let path = route.path.replace("{id}", "0198c2a0");
        let response = member.get(&path).await;
        // A request that an open page makes on its own ends without showing another page.
        let learned = "/keys/0198c2a0/learned";
        if matches!(&*path, "/keys/events" | "/requests/new") || path == learned {
            response.expect(204);
            continue;
        }
        let target = response.expect(303).header("location").to_owned();
        assert!(target.starts_with("/sign-in"), "{path}: {target}");
        let response = member.get(&target).await.expect(303);
        assert_eq!(response.header("location"), SET_UP, "{path}");
        pages += 1;
    }
    assert!(pages > 25, "{pages}");

    for (path, body) in fixture.targets() {
        if WITHOUT_SESSION.contains(&path.as_str())
            || path.starts_with("/setup/")
            || path.starts_with("/sign-in/")
            || path == SET_UP
        {
            continue;
        }
        let call = path.starts_with("/call/");
        let kind = match path.as_str() {
            "/inventory/import" => "multipart/form-data; boundary=x",
            _ if call => "application/json",
            _ => "application/x-www-form-urlencoded",
        };
        let http = member
            .with("sec-fetch-site", "same-origin")
            .with("content-type", kind);
        let response = http.send("POST", &path, body).await;
        if call {
            response.has("signed_out");
        } else {
            let location = response.expect(303).header("location").to_owned();
            assert!(location.starts_with("/sign-in"), "{path}: {location}");
        }
    }
    assert_eq!(world.count(changes).await, before);

    // A list that was open before ends as well.
    while let Some(frame) = stream.frame().await {
        drop(frame.unwrap());
    }
    let page = member.get_text(SET_UP).await;
    page.has("Your account requires two-factor authentication.");
    page.lacks_all(["href=\"/keys\"", "href=\"/team\"", "Cancel"]);
    let docs = member.get_text("/docs").await;
    docs.has("Sign out");
    docs.lacks("id=\"menu\"");
    member.form("/sign-out", &[]).await.expect(303);
    member.get(SET_UP).await.expect(303);
}
