//! Flash messages: the result of a form is reported once by the page that it leads to, and never
//! because of an address.

use crate::support::{Text as _, World};

/// Every message that a page can report: path, word, and a part of the text.
const MESSAGES: [(&str, &str, &str); 14] = [
    ("/keys", "revoke", "keys revoked"),
    ("/keys", "pause", "keys paused"),
    ("/keys", "resume", "keys resumed"),
    ("/settings", "saved", "Settings saved."),
    ("/account", "password", "Password changed"),
    ("/account", "factor-off", "Two-factor authentication is off"),
    ("/account", "others-ended", "All other sessions ended"),
    ("/team", "role", "Role changed."),
    ("/team", "deactivated", "Member deactivated."),
    ("/team", "handed-over", "You're now an admin"),
    ("/team", "withdrawn", "Invitation canceled."),
    ("/sign-in", "link", "Password saved"),
    ("/sign-in", "unsaved", "nothing was saved"),
    ("/sign-in", "signed-out", "You're signed out."),
];

#[tokio::test]
async fn url_parameters_cannot_show_a_flash_message() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let page = format!("/keys/{}", key.id);
    let key_messages = [
        "edited",
        "resumed",
        "none-chosen",
        "outdated",
        "not-allowed",
    ]
    .map(|word| (page.as_str(), word, "Nothing was changed"));
    let other_key_messages = [
        ("resumed", "Key resumed."),
        ("not-undone", "be undone anymore"),
        ("undo-refused", "the earlier settings"),
    ]
    .map(|(word, text)| (page.as_str(), word, text));
    let messages = MESSAGES.into_iter().chain(key_messages);
    for (path, word, text) in messages.chain(other_key_messages) {
        let http = if path == "/sign-in" {
            world.anonymous()
        } else {
            owner.with("accept", "text/html")
        };
        let query = format!("done={word}&number=999&saved=1&link={word}&word={word}");
        let mut response = http.get(&format!("{path}?{query}")).await;
        // A list does not have these parameters.
        if response.status == 303 {
            assert_eq!(response.header("location"), path);
            response = http.follow(&response).await;
        }
        let html = response.expect(200).body;
        assert!(!html.contains(text), "{path} {word}: {html}");
    }
    let html = owner.get("/nowhere?link=gone").await.expect(404).body;
    html.has("Page not found");
    let html = owner.get("/nowhere?long=Everything&most=5").await;
    html.expect(404).lacks("Everything");
}

#[tokio::test]
async fn flash_message_is_shown_once_and_only_on_its_own_page() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let pause = format!("/keys/{}/pause", key.id);
    let response = owner.form(&pause, &[]).await.expect(303);
    let line = response.header("set-cookie");
    for attribute in [
        "voxum_flash_3000=",
        "HttpOnly",
        "SameSite=Lax",
        "Max-Age=60",
    ] {
        line.has(attribute);
    }
    let (cookie, _) = line.split_once(';').unwrap();
    let other_page = owner.with("cookie", cookie).get("/team").await.expect(200);
    assert_eq!(other_page.header("set-cookie"), "", "its page comes later");
    let page = owner.follow(&response).await.expect(200);
    page.has("Requests are rejected until you resume it");
    page.has("data-tone=\"success\"");
    let cleared_cookie = page.header("set-cookie");
    assert!(
        cleared_cookie.starts_with("voxum_flash_3000=;") && cleared_cookie.contains("Max-Age=0"),
        "{cleared_cookie}"
    );
}

#[tokio::test]
async fn flash_message_is_shown_only_if_it_is_unmodified_and_in_its_own_session() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let page = format!("/keys/{}", key.id);
    let response = owner.form(&format!("{page}/pause"), &[]).await.expect(303);
    let (cookie, _) = response.header("set-cookie").split_once(';').unwrap();
    let (body, code) = cookie.rsplit_once(':').unwrap();
    let text = "Requests are rejected until you resume it";
    let shows = async |cookie: &str| {
        let page = owner.with("cookie", cookie).get(&page).await.expect(200);
        page.body.contains(text)
    };
    assert!(shows(cookie).await);
    let other_session = world.sign_in(crate::support::OWNER).await;
    let other_page = other_session
        .with("cookie", cookie)
        .get(&page)
        .await
        .expect(200);
    assert!(!other_page.body.contains(text), "another session");
    for forged in [
        body.to_owned(),
        format!("{body}:"),
        format!("{body}:{}", "0".repeat(64)),
        format!("{}:{code}", body.replace("::", ":1:")),
        "voxum_flash_3000=".to_owned(),
        "voxum_flash_3000=::::".to_owned(),
    ] {
        assert!(!shows(&forged).await, "{forged}");
    }
}
