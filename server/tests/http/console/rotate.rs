//! `/keys/{id}/rotate`: replacing a key by a new one.

use crate::support::{Key, Member, TestResponse, Text as _, World, sha256};
use domain::seconds::{DAY, HOUR};
use serde_json::{Value, json};

/// Returns the value of a form field on a page.
#[track_caller]
fn field(page: &str, name: &str) -> String {
    let (_, rest) = page
        .split_once(&format!("name=\"{name}\""))
        .expect("the field is there");
    let (_, rest) = rest.split_once("value=\"").expect("it has a value");
    rest.split('"').next().unwrap().to_owned()
}

async fn token(owner: &Member, key: &Key) -> String {
    let form = owner.get(&format!("/keys/{}/rotate", key.id)).await;
    field(&form.expect(200).body, "token")
}

async fn rotate(owner: &Member, key: &Key, grace: &str, expires: &str) -> TestResponse {
    let token = token(owner, key).await;
    let fields = [("grace", grace), ("expires", expires), ("token", &token)];
    owner
        .form(&format!("/keys/{}/rotate", key.id), &fields)
        .await
}

/// Rotates a key, and returns the new one from the page that shows it once.
async fn rotate_and_get_key(world: &World, owner: &Member, key: &Key, grace: &str) -> Key {
    let page = rotate(owner, key, grace, "same").await.expect(200).body;
    let at = page.find("value=\"vx_").expect("the key is shown") + 7;
    let secret = page[at..at + 52].to_owned();
    let list = owner.keys().await;
    let keys = list["keys"].as_array().unwrap();
    let preview = format!("{}…", &secret[..9]);
    let found = keys.iter().find(|key| key["preview"] == preview.as_str());
    let id = found.expect("it is in the list")["id"].as_str().unwrap();
    Key::new(&world.app, secret, id.to_owned())
}

async fn key_page(owner: &Member, key: &Key) -> String {
    let page = owner.get(&format!("/keys/{}", key.id)).await;
    page.expect(200).body
}

#[tokio::test]
async fn rotated_key_keeps_its_settings_and_both_keys_work_until_the_old_one_expires() {
    let (world, owner) = World::with_owner().await;
    let old = owner.create("CRM Sync", &["leads:read"]).await;
    let edit = [
        ("name", "CRM Sync"),
        ("scopes", "leads:read"),
        ("scopes", "leads:write"),
        ("last_day", "2027-01-31"),
        ("note", "Ask Grace."),
        ("limit_depth", "7"),
        ("limit_per_second", "3"),
    ];
    let page = format!("/keys/{}/edit", old.id);
    owner.form(&page, &edit).await.expect(303);
    let form = owner.get(&format!("/keys/{}/rotate", old.id)).await;
    let form = form.expect(200).body;
    form.has("value=\"24h\" selected");
    form.has("value=\"same\" selected");
    form.has(">Expires in 30 days</option>");
    form.lacks("31 Jan 2027 at the latest");
    form.has("<dt>Expires</dt><dd>31 Jan 2027</dd>");

    let new = rotate_and_get_key(&world, &owner, &old, "24h").await;
    assert_ne!(new.secret, old.secret);
    let details = new.get("/api/key").await.expect(200);
    assert_eq!(details.header("ratelimit-policy"), "\"default\";q=7;w=3");
    let details = details.json();
    assert_eq!(details["name"], "CRM Sync");
    assert_eq!(details["scopes"], json!(["leads:read", "leads:write"]));
    // Both keys were created in the same second, so the same lifetime ends at the same time.
    assert_eq!(details["expires_at"], "2027-02-01T00:00:00Z");
    assert!(key_page(&owner, &new).await.contains("Ask Grace."));
    old.get("/api/key").await.expect(200);

    world.clock.advance_seconds(DAY - 1);
    let owner = world.sign_in(crate::support::OWNER).await;
    old.get("/api/key").await.expect(200);
    world.clock.advance_seconds(1);
    assert_eq!(old.get("/api/key").await.problem().1, "expired_key");
    new.get("/api/key").await.expect(200);
    let page = key_page(&owner, &old).await;
    page.has("data-status=\"expired\"");
}

#[tokio::test]
async fn texts_about_the_old_key_are_true_for_each_choice() {
    let (_world, owner) = World::with_owner().await;
    let old = owner.create("CRM Sync", &["leads:read"]).await;
    let path = format!("/keys/{}", old.id);
    let edit = [
        ("name", "CRM Sync"),
        ("scopes", "leads:read"),
        ("last_day", "2026-11-25"),
    ];
    owner.form(&format!("{path}/edit"), &edit).await.expect(303);
    let form = owner.get_text(&format!("{path}/rotate")).await;
    // No choice lets the key work for longer than it would have anyway.
    form.has_all([
        ">Expires immediately</option>",
        ">Expires in 24 hours</option>",
        ">Expires on 25 Nov 2026, sooner than in 7 days</option>",
        ">Expires on 25 Nov 2026, sooner than in 30 days</option>",
        "With a later expiration, both keys work until then",
        "“Expires immediately”: requests with it are then rejected right away.",
    ]);
    form.lacks_all(["Both keys work until then", "at the latest"]);
    owner.form(&format!("{path}/pause"), &[]).await.expect(303);
    let form = owner.get_text(&format!("{path}/rotate")).await;
    form.has("The old key is paused, so requests with it are rejected");
    form.lacks("both keys work");
    let page = rotate(&owner, &old, "24h", "same").await.expect(200);
    page.has("The old key is paused, and expires");
    page.lacks("The old key works until");
}

#[tokio::test]
async fn rotation_without_a_grace_period_revokes_the_old_key_as_replaced() {
    let (world, owner) = World::with_owner().await;
    let old = owner.create("CRM Sync", &["leads:read"]).await;
    old.get("/api/key").await.expect(200);
    let new = rotate_and_get_key(&world, &owner, &old, "now").await;
    assert_eq!(old.get("/api/key").await.problem().1, "revoked_key");
    new.get("/api/key").await.expect(200);
    let list = owner.keys().await;
    let keys = list["keys"].as_array().unwrap();
    let found = keys.iter().find(|key| key["id"] == old.id.as_str());
    assert_eq!(found.unwrap()["revocation"]["reason"], "replaced");
}

#[tokio::test]
async fn each_key_page_links_to_the_other_key() {
    let (world, owner) = World::with_owner().await;
    let old = owner.create("CRM Sync", &["leads:read"]).await;
    let new = rotate_and_get_key(&world, &owner, &old, "7d").await;
    let page = key_page(&owner, &old).await;
    let preview = |key: &Key| key.secret[..9].to_owned();
    for text in [
        format!("/keys/{}\"", new.id),
        "Replaced by".into(),
        format!("Rotated. Replaced by {}…", preview(&new)),
        "; expires on 30 Nov 2026, 05:31:07 UTC".into(),
    ] {
        assert!(page.contains(&text), "{text}: {page}");
    }
    page.lacks("Extend to");
    // It expires in the course of a day, not at its end.
    page.has("<span class=\"ago\">30 Nov 2026, 05:31 UTC</span>");
    let own = format!("</a> replaces <code>{}…</code>", preview(&old));
    assert!(page.contains(&own), "without a link to this page: {page}");
    // The new key is the one to rotate next.
    page.lacks("/rotate\"");
    page.has(", expires ");
    let list = owner.get_text("/keys").await;
    for text in [
        ">Replaced, expires 30 Nov</small>".to_owned(),
        format!(">Replaces {}…</small>", preview(&old)),
    ] {
        assert_eq!(list.matches(&text).count(), 1, "{text}: {list}");
    }
    list.lacks("Replaced by a new key");
    let only_new = owner.get_text(&format!("/keys?q={}", preview(&new))).await;
    only_new.lacks(">Replaces ");
    let page = key_page(&owner, &new).await;
    page.has("Extend to");
    page.has("/rotate\"");
    let (head, _) = page
        .split_once("</h1>")
        .unwrap()
        .1
        .split_once("</div><div class=\"key-")
        .unwrap();
    head.has_all(["<p class=\"second\">Replaces ", &old.id, ", which expires "]);
    for text in [
        format!("/keys/{}\"", old.id),
        "Replaces".into(),
        format!("Created to replace {}…", preview(&old)),
    ] {
        assert!(page.contains(&text), "{text}: {page}");
    }
}

#[tokio::test]
async fn page_of_the_new_key_first_explains_that_it_replaces_the_old_one() {
    let (_world, owner) = World::with_owner().await;
    let old = owner.create("CRM Sync", &["leads:read"]).await;
    let page = rotate(&owner, &old, "7d", "same").await.expect(200).body;
    page.has("Save your new API key</h1>");
    page.lacks("is ready.");
    let (before, key) = page.split_once("id=\"api-key\"").unwrap();
    before.has_all([
        "This key replaces the old key “",
        &old.secret[..9],
        "use it instead of the old key",
        "The old key works until 30 Nov 2026, 05:31:07 UTC.",
        &format!("/keys/{}\"", old.id),
    ]);
    key.has("I've saved this key");
}

#[tokio::test]
async fn key_that_is_being_replaced_needs_attention_once_it_is_late() {
    let (world, owner) = World::with_owner().await;
    let old = owner.create("CRM Sync", &["leads:read"]).await;
    rotate(&owner, &old, "7d", "same").await.expect(200);
    world.clock.advance_seconds(60);
    old.get("/api/key").await.expect(200);
    world.services.flush().await.unwrap();
    for (seconds, is_late) in [(0, false), (6 * DAY - 120, false), (60, true)] {
        world.clock.advance_seconds(seconds);
        let owner = world.sign_in(crate::support::OWNER).await;
        let page = key_page(&owner, &old).await;
        assert_eq!(page.contains(">Needs attention<"), is_late, "{seconds}");
        let view = owner.get_text("/keys?status=attention").await;
        assert_eq!(view.contains(&format!("/keys/{}\"", old.id)), is_late);
        let dashboard = owner.get_text("/").await;
        assert_eq!(dashboard.contains("All keys are in order"), !is_late);
        assert_eq!(dashboard.contains("1 expires within 7 days"), is_late);
    }
}

#[tokio::test]
async fn form_that_is_sent_twice_creates_one_key_and_reports_it() {
    let (world, owner) = World::with_owner().await;
    for grace in ["24h", "now"] {
        let old = owner.create("CRM Sync", &["leads:read"]).await;
        let token = token(&owner, &old).await;
        let fields = [("grace", grace), ("expires", "7d"), ("token", &token)];
        let page = format!("/keys/{}/rotate", old.id);
        let first = owner.form(&page, &fields).await.expect(200).body;
        first.has("Save your new API key");
        first.has("value=\"vx_");
        first.lacks("hydrate");
        let keys = world.count("SELECT count(*) FROM api_keys").await;
        let repeat = owner.form(&page, &fields).await.expect(422).body;
        repeat.has("has already been created");
        repeat.lacks("value=\"vx_");
        assert_eq!(world.count("SELECT count(*) FROM api_keys").await, keys);
    }
}

#[tokio::test]
async fn key_that_is_being_replaced_cannot_be_rotated_again() {
    let (world, owner) = World::with_owner().await;
    let old = owner.create("CRM Sync", &["leads:read"]).await;
    let old_token = token(&owner, &old).await;
    let other = format!("{old_token}x");
    let new = rotate_and_get_key(&world, &owner, &old, "24h").await;
    let page = format!("/keys/{}/rotate", old.id);
    let fields = [("grace", "24h"), ("expires", "7d"), ("token", &other)];
    let form_page = owner.get(&page).await.expect(200);
    let refusal = owner.form(&page, &fields).await.expect(422);
    for body in [form_page.body, refusal.body] {
        body.has("has already been rotated");
        body.has(&format!("/keys/{}\"", new.id));
        body.lacks("name=\"grace\"");
    }
    // Its secret may have been lost, so the new key can be rotated in turn.
    rotate_and_get_key(&world, &owner, &new, "now").await;
}

#[tokio::test]
async fn invalid_form_changes_nothing_and_keeps_the_choices() {
    let (world, owner) = World::with_owner().await;
    let old = owner.create("CRM Sync", &["leads:read"]).await;
    let events = world.count("SELECT count(*) FROM audit_events").await;
    let token = token(&owner, &old).await;
    let fields = [
        ("grace", "1h"),
        ("expires", "date"),
        ("last_day", "2020-01-31"),
        ("token", &token),
    ];
    let page = format!("/keys/{}/rotate", old.id);
    let body = owner.form(&page, &fields).await.expect(422).body;
    body.has_all([
        "Enter today or a later date.",
        "value=\"1h\" selected",
        "value=\"date\" selected",
        "value=\"2020-01-31\"",
    ]);
    assert_eq!(world.count("SELECT count(*) FROM api_keys").await, 1);
    assert_eq!(
        world.count("SELECT count(*) FROM audit_events").await,
        events
    );
}

#[tokio::test]
async fn rotation_is_refused_for_viewers_and_ended_keys() {
    let (world, owner) = World::with_owner().await;
    let old = owner.create("CRM Sync", &["leads:read"]).await;
    let ended = owner.create("Old", &["leads:read"]).await;
    owner.revoke(&ended.id, "").await.expect(200);
    let fields = [
        ("grace", "now"),
        ("expires", "7d"),
        ("token", "0123456789abcdef"),
    ];
    let page = format!("/keys/{}/rotate", ended.id);
    let form_page = owner.get(&page).await.expect(200);
    let refusal = owner.form(&page, &fields).await.expect(422);
    for body in [form_page.body, refusal.body] {
        body.has("This key is already revoked or expired.");
    }
    world.sql("UPDATE members SET role = 'viewer'").await;
    let page = format!("/keys/{}/rotate", old.id);
    let form_page = owner.get(&page).await.expect(200);
    let refusal = owner.form(&page, &fields).await.expect(403);
    for body in [form_page.body, refusal.body] {
        body.has("You don't have permission to do this");
        body.lacks("name=\"grace\"");
    }
    old.get("/api/key").await.expect(200);
    assert_eq!(world.count("SELECT count(*) FROM api_keys").await, 2);
    owner.form("/keys/none/rotate", &fields).await.expect(404);
    for path in ["/keys/none/rotate", "/keys/none", "/keys/none/edit"] {
        let page = owner.get(path).await.expect(404);
        page.has("<a href=\"/keys\">Back to API Keys</a>");
    }
}

#[tokio::test]
async fn both_key_pages_show_how_calls_move_to_the_new_key() {
    let (world, owner) = World::with_owner().await;
    let old = owner.create("CRM Sync", &["leads:read"]).await;
    for _ in 0..3 {
        old.get("/api/key").await.expect(200);
    }
    world.clock.advance_seconds(HOUR);
    let new = rotate_and_get_key(&world, &owner, &old, "24h").await;
    let page = key_page(&owner, &old).await;
    page.has("None since the rotation.");

    world.clock.advance_seconds(60);
    let old_caller = old.with("user-agent", "old-feed/1.0");
    old_caller
        .with_ip([203, 0, 113, 9])
        .get("/api/key")
        .await
        .expect(200);
    for _ in 0..2 {
        new.get("/api/key").await.expect(200);
    }
    world.services.flush().await.unwrap();
    for key in [&old, &new] {
        let page = key_page(&owner, key).await;
        page.has_all([
            "Moving to the new key",
            "Old key: 4. New key: 2.",
            "203.0.113.9",
            "old-feed/1.0",
            "Revoke the old key now",
            &format!("href=\"/keys/{}/revoke?reason=replaced\"", old.id),
        ]);
        page.lacks("is still in use and expires soon");
        let rows: Vec<_> = page.split("<th scope=\"row\">").skip(1).collect();
        assert!(
            rows[0]
                .starts_with("23 Nov, 06:00</th><td class=\"number\">2</td><td class=\"number\">1"),
            "{}",
            rows[0]
        );
        assert!(
            rows[1]
                .starts_with("23 Nov, 05:00</th><td class=\"number\">0</td><td class=\"number\">3"),
            "{}",
            rows[1]
        );
    }
    // In the last tenth of the day.
    world.clock.advance_seconds(22 * HOUR);
    let owner = world.sign_in(crate::support::OWNER).await;
    assert!(
        key_page(&owner, &new)
            .await
            .contains("is still in use and expires soon")
    );
    world.sql("UPDATE members SET role = 'viewer'").await;
    assert!(
        !key_page(&owner, &new)
            .await
            .contains("Revoke the old key now")
    );
}

#[tokio::test]
async fn old_key_is_ended_with_the_revocation_form() {
    let (world, owner) = World::with_owner().await;
    let old = owner.create("CRM Sync", &["leads:read"]).await;
    rotate_and_get_key(&world, &owner, &old, "7d").await;
    let page = key_page(&owner, &old).await;
    let revoke = format!("/keys/{}/revoke", old.id);
    assert!(page.contains(&format!("href=\"{revoke}?reason=replaced\"")));
    assert!(!page.contains("/end\""), "nothing ends it with one click");
    let question = owner.get(&format!("{revoke}?reason=replaced")).await;
    let question = question.expect(200).body;
    question.has("value=\"replaced\" selected");
    old.get("/api/key").await.expect(200);

    world.clock.advance_seconds(25 * HOUR);
    let owner = world.sign_in(crate::support::OWNER).await;
    let response = owner.form(&revoke, &[("reason", "replaced")]).await;
    let response = response.expect(303);
    assert_eq!(old.get("/api/key").await.problem().1, "revoked_key");
    let page = owner.follow(&response).await.expect(200).body;
    page.has_all(["Key revoked. Requests", "Replaced"]);
    page.lacks("Moving to the new key");
}

#[tokio::test]
async fn new_key_can_expire_on_a_chosen_day() {
    let (_world, owner) = World::with_owner().await;
    let token = owner.keys().await["new_key"]["token"].clone();
    let create = |last_day: &str| {
        json!({ "form": {
            "name": "Fair", "scopes": ["leads:read"], "expires": "date", "last_day": last_day, "token": token,
        } })
    };
    let refusal = owner.call("keys/create", &create("2026-11-22")).await;
    let errors = refusal.expect(200).json()["Err"]["invalid"]["errors"].clone();
    assert_eq!(errors[0]["field"], "last_day", "{errors}");
    let created = owner.call("keys/create", &create("2026-12-24")).await;
    let created: Value = created.expect(200).json();
    assert_eq!(
        created["Ok"]["key"]["expires"]["iso"],
        "2026-12-25T00:00:00Z"
    );
}

#[tokio::test]
async fn old_and_new_key_are_told_apart_where_one_of_them_is_identified_or_restricted() {
    const OTHER: &str = "The key that it replaces isn't restricted by this.";
    let (world, owner) = World::with_owner().await;
    let old = owner.create("CRM Sync", &["leads:read"]).await;
    let new = rotate_and_get_key(&world, &owner, &old, "24h").await;
    let identified = async |key: &Key| {
        let fields = [("digest", &*sha256(&key.secret))];
        owner.form("/keys/found", &fields).await.expect(200).body
    };
    identified(&old)
        .await
        .has_all(["Replaced, expires", "<dt>Expires</dt>"]);
    identified(&new).await.lacks("Replaced, expires");
    let restricted = async || {
        let path = format!("/keys/{}/enforce", new.id);
        let fields = [("networks", "192.0.2.0/24")];
        let response = owner.form(&path, &fields).await.expect(303);
        owner.follow(&response).await.expect(200).body
    };
    restricted().await.has(OTHER);
    owner.revoke(&old.id, "").await.expect(200);
    restricted().await.lacks(OTHER);
}
