//! `/keys/{id}`, and the forms that change a key

use crate::support::{Key, Member, Text as _, World};
use domain::EditKeyForm;
use serde_json::json;

const EDIT: [(&str, &str); 7] = [
    ("name", "Händler-Feed"),
    ("scopes", "leads:read"),
    ("scopes", "leads:write"),
    ("last_day", "2030-01-31"),
    ("note", "Call Grace\r\nbefore you revoke it."),
    ("limit_depth", "7"),
    ("limit_per_second", "3"),
];

async fn edit(owner: &Member, key: &Key, fields: &[(&str, &str)]) -> crate::support::TestResponse {
    owner.form(&format!("/keys/{}/edit", key.id), fields).await
}

#[tokio::test]
async fn key_edit_takes_effect_at_once_and_is_shown_on_its_page() {
    let (_world, owner) = World::with_owner().await;
    let key = owner
        .create("Inventory Integration", &["inventory:read"])
        .await;
    key.get("/api/inventory").await.expect(200);
    let page = format!("/keys/{}", key.id);
    let form = owner.get_text(&format!("{page}/edit")).await;
    form.has("The key expires on 21 Feb 2027, 05:31 UTC. If you select another date, it works until the end of that day.");
    let response = edit(&owner, &key, &EDIT).await.expect(303);
    assert_eq!(response.header("location"), page);

    assert_eq!(key.get("/api/inventory").await.problem().1, "missing_scope");
    let details = key.get("/api/key").await.expect(200);
    assert_eq!(details.header("ratelimit-policy"), "\"default\";q=7;w=3");
    let details = details.json();
    assert_eq!(details["name"], "Händler-Feed");
    assert_eq!(details["scopes"], json!(["leads:read", "leads:write"]));
    assert_eq!(details["expires_at"], "2030-02-01T00:00:00Z");

    let page = owner.follow(&response).await.expect(200).body;
    page.has_all([
        "Händler-Feed",
        "Changes saved.",
        "Call Grace\nbefore you revoke it.",
        "Name: Inventory Integration → Händler-Feed",
        "Permissions: inventory:read → leads:read, leads:write",
        "Rate limit: account default → 3 requests per second, bursts up to 7",
        "<p>Edited</p><p>Name: ",
        // The last day on which the key works, as in its facts.
        " → 31 Jan 2030</p>",
        "Created",
        "ada@example.com",
        "192.0.2.7",
    ]);
    let form = owner.get_text(&format!("/keys/{}/edit", key.id)).await;
    for text in [
        "Edit API key “Händler-Feed”</h1>",
        "value=\"Händler-Feed\"",
        "value=\"2030-01-31\"",
        "The key works until the end of this day (UTC).",
        "value=\"7\"",
        "value=\"3\"",
    ] {
        assert!(form.contains(text), "{text}");
    }
    form.lacks(&key.secret);
}

/// Saves the edit form of a key with one change, as its page does, and returns the page after it.
async fn change_one(owner: &Member, key: &Key, change: impl FnOnce(&mut EditKeyForm)) -> String {
    let page = owner.get_text(&format!("/keys/{}/edit", key.id)).await;
    let seen = super::second_factor::field(&page, "seen").replace("&quot;", "\"");
    let mut form: EditKeyForm = serde_json::from_str(&seen).unwrap();
    change(&mut form);
    let mut fields = vec![
        ("name", &*form.name),
        ("last_day", &form.last_day),
        ("note", &form.note),
        ("allow_list", &form.allow_list),
        ("seen", &seen),
    ];
    fields.extend(form.scopes.iter().map(|scope| ("scopes", &**scope)));
    let response = edit(owner, key, &fields).await.expect(303);
    assert_eq!(response.header("location"), format!("/keys/{}", key.id));
    owner.follow(&response).await.expect(200).body
}

/// Presses the button "Undo" of a page.
async fn undo(owner: &Member, key: &Key, page: &str) -> crate::support::TestResponse {
    let edit = super::second_factor::field(page, "edit");
    owner
        .form(&format!("/keys/{}/undo", key.id), &[("edit", &edit)])
        .await
}

#[tokio::test]
async fn edit_page_promises_no_more_than_an_unchanged_key() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["leads:read"]).await;
    let page = owner.get_text(&format!("/keys/{}/edit", key.id)).await;
    page.has("The key itself doesn't change, so the systems that use it don't need a new one.");
    page.lacks("keep working");
}

#[tokio::test]
async fn one_click_change_is_undone_with_one_button_exactly() {
    let (world, owner) = World::with_owner().await;
    let key = owner
        .create("CRM Sync", &["leads:read", "leads:write"])
        .await;
    let at = format!("/keys/{}", key.id);
    let details = async || {
        let key = key.get_json("/api/key").await;
        (key["scopes"].clone(), key["expires_at"].clone())
    };
    let before = details().await;
    assert_ne!(before.1, json!("2030-02-01T00:00:00Z"));

    let page = change_one(&owner, &key, |form| form.scopes.truncate(1)).await;
    page.has("Removed leads:write.");
    owner.get_text(&at).await.lacks("Undo");
    let events = "SELECT count(*) FROM audit_events WHERE action = 'key.edited'";
    for _ in 0..2 {
        let response = undo(&owner, &key, &page).await.expect(303);
        let undone = owner.follow(&response).await.expect(200).body;
        undone.has("Change undone.");
        undone.lacks("name=\"edit\"");
        assert_eq!(details().await, before);
        assert_eq!(world.count(events).await, 2, "pressed twice, recorded once");
    }

    // The key expired at a time within a day, and the undo restores that time.
    let page = change_one(&owner, &key, |form| form.last_day = "2030-01-31".into()).await;
    page.has("Extended. This key now expires on 31 Jan 2030.");
    assert_eq!(details().await.1, json!("2030-02-01T00:00:00Z"));
    undo(&owner, &key, &page).await.expect(303);
    assert_eq!(details().await, before);
}

#[tokio::test]
async fn every_edit_can_be_undone_until_the_key_has_changed_again() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let at = format!("/keys/{}", key.id);
    let page = change_one(&owner, &key, |form| form.note = "Ask Grace.".into()).await;
    page.has("Changes saved.");
    undo(&owner, &key, &page).await.expect(303);
    let page = owner.get_text(&at).await;
    page.lacks("class=\"note\"");
    page.has("<p>Edit undone</p><p>Note: Ask Grace. → none</p>");
    let log = owner.get_text("/audit").await;
    log.has("API key edit undone");

    let list = [("networks", "203.0.113.0/24")];
    let response = owner.form(&format!("{at}/enforce"), &list).await;
    let page = owner.follow(&response.expect(303)).await.expect(200).body;
    let refusal = key.get("/api/leads").await;
    assert_eq!(refusal.problem().1, "ip_not_allowed");
    undo(&owner, &key, &page).await.expect(303);
    key.get("/api/leads").await.expect(200);

    let page = change_one(&owner, &key, |form| form.note = "Ask Grace.".into()).await;
    change_one(&owner, &key, |form| form.name = "CRM".into()).await;
    let refusal = undo(&owner, &key, &page).await.expect(422).body;
    refusal.has_all(["This change can't be undone anymore", "Ask Grace."]);
    refusal.has("data-tone=\"warning\"");
    refusal.lacks("data-tone=\"success\"");
    for edit in ["", "none"] {
        let fields = [("edit", edit)];
        owner.form(&format!("{at}/undo"), &fields).await.expect(422);
    }
}

/// A policy applies to expiry dates that are set from then on, and an undo sets one.
#[tokio::test]
async fn undo_is_checked_like_any_other_edit() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    world.sql("UPDATE api_keys SET expires_at = NULL").await;
    let page = change_one(&owner, &key, |form| form.last_day = "2026-12-31".into()).await;
    world.sql("UPDATE accounts SET keys_must_expire = 1").await;
    let refusal = undo(&owner, &key, &page).await.expect(422).body;
    refusal.has_all([
        "the earlier settings aren't allowed as they are",
        "data-tone=\"warning\"",
    ]);
    refusal.lacks("something else has changed since");
    world.sql("UPDATE accounts SET keys_must_expire = 0").await;
    world.sql("UPDATE members SET role = 'viewer'").await;
    undo(&owner, &key, &page).await.expect(403);
    let expires = key.get_json("/api/key").await["expires_at"].clone();
    assert_eq!(expires, json!("2027-01-01T00:00:00Z"));
    world.sql("UPDATE members SET role = 'owner'").await;
    undo(&owner, &key, &page).await.expect(303);
    let expires = key.get_json("/api/key").await["expires_at"].clone();
    assert_eq!(expires, json!(null));

    // The earlier allowed IPs do not contain an address that has used the key since.
    let at = format!("/keys/{}", key.id);
    let list = [("networks", "203.0.113.0/24"), ("offered", "192.0.2.7")];
    owner
        .form(&format!("{at}/enforce"), &list)
        .await
        .expect(303);
    let page = change_one(&owner, &key, |form| form.allow_list.clear()).await;
    key.get("/api/leads").await.expect(200);
    world.services.flush().await.unwrap();
    let refusal = undo(&owner, &key, &page).await.expect(422).body;
    refusal.has("the earlier settings aren't allowed as they are");
    key.get("/api/leads").await.expect(200);
}

#[tokio::test]
async fn markup_in_a_note_is_text_in_the_edit_form() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let markup = "</textarea><form action=\"//evil.example\">&lt;";
    let fields = |allow_list| {
        [
            ("name", "CRM Sync"),
            ("scopes", "leads:read"),
            ("note", markup),
            ("allow_list", allow_list),
        ]
    };
    edit(&owner, &key, &fields("")).await.expect(303);
    let form = owner.get_text(&format!("/keys/{}/edit", key.id)).await;
    let escaped = "&lt;/textarea>&lt;form action=\"//evil.example\">&amp;lt;</textarea>";
    form.has(escaped);
    form.lacks("<form action=\"//evil");
    // The same for text that was rejected.
    let rejected = edit(&owner, &key, &fields(markup)).await.expect(422);
    assert_eq!(rejected.body.matches(escaped).count(), 2);
    rejected.body.lacks("<form action=\"//evil");
}

#[tokio::test]
async fn paused_key_is_refused_until_it_is_resumed() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let page = format!("/keys/{}", key.id);
    let response = owner.form(&format!("{page}/pause"), &[]).await.expect(303);
    assert_eq!(response.header("location"), page);
    key.get("/api/leads").await.refusal(401, "paused_key");
    let html = owner.get_text(&page).await;
    html.has_all(["This key is paused", "Resume"]);
    // A repeated pause is not an error, and is recorded once.
    owner.form(&format!("{page}/pause"), &[]).await.expect(303);
    owner.form(&format!("{page}/resume"), &[]).await.expect(303);
    key.get("/api/leads").await.expect(200);
    let html = owner.get_text(&page).await;
    assert_eq!(html.matches("<p>Paused</p>").count(), 1);
    assert_eq!(html.matches("<p>Resumed</p>").count(), 1);
}

#[tokio::test]
async fn key_page_reports_the_result_of_each_form_once() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let page = format!("/keys/{}", key.id);
    for (verb, fields, text) in [
        (
            "watch",
            &[("watch", "on")][..],
            "Learning started. Come back once every system",
        ),
        ("watch", &[("watch", "off")], "Learning canceled."),
        (
            "enforce",
            &[("networks", "192.0.2.0/24")],
            "Allowed IPs saved.",
        ),
        ("pause", &[], "Key paused. Requests are rejected"),
        ("resume", &[], "Key resumed."),
        ("revoke", &[("reason", "other")], "Key revoked. Requests"),
    ] {
        let response = owner.form(&format!("{page}/{verb}"), fields).await;
        let response = response.expect(303);
        assert_eq!(response.header("location"), page);
        let html = owner.follow(&response).await.expect(200).body;
        assert!(html.contains(text), "{verb}: {html}");
        let reloaded = owner.get_text(&page).await;
        assert!(!reloaded.contains(text), "{verb}: {reloaded}");
    }
}

#[tokio::test]
async fn message_is_not_shown_if_the_key_has_changed_again() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let page = format!("/keys/{}", key.id);
    let paused = owner.form(&format!("{page}/pause"), &[]).await.expect(303);
    let resumed = owner.form(&format!("{page}/resume"), &[]).await;
    let resumed = resumed.expect(303);
    let html = owner.follow(&paused).await.expect(200).body;
    html.lacks("Key paused.");
    owner.form(&format!("{page}/pause"), &[]).await.expect(303);
    let html = owner.follow(&resumed).await.expect(200).body;
    html.lacks("Key resumed.");
    html.has("This key is paused. Requests");
}

#[tokio::test]
async fn invalid_edit_changes_nothing_and_keeps_the_input() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let bad = [
        ("name", " "),
        ("last_day", "2020-01-31"),
        ("note", "kept as typed"),
        ("limit_depth", "many"),
        ("limit_per_second", "3"),
    ];
    let page = edit(&owner, &key, &bad).await.expect(422).body;
    for text in [
        "Enter a name",
        "Select at least one permission.",
        "Enter today or a later date.",
        "kept as typed",
        "value=\"many\"",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert_eq!(key.get_json("/api/key").await["name"], "CRM Sync");
    let history = owner.get_text(&format!("/keys/{}", key.id)).await;
    assert_eq!(history.matches("<li><p>").count(), 1, "only its creation");
}

/// Returns the id of each field that the summary of errors links to, and the text of the link.
fn linked_fields(page: &str) -> Vec<(String, String)> {
    let links = page.split("<li><a href=\"#").skip(1);
    let links = links.map(|link| {
        let (id, rest) = link.split_once("\">").unwrap();
        (id.to_owned(), rest.split('<').next().unwrap().to_owned())
    });
    links.collect()
}

#[tokio::test]
async fn summary_of_errors_names_each_field_as_its_label_does() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let options = [
        ("limit_depth", "many"),
        ("limit_per_second", "many"),
        ("allow_list", "nowhere"),
        ("expires", "date"),
        ("last_day", "2020-01-31"),
    ];
    let settings = [
        ("limit_depth", "many"),
        ("limit_per_second", "many"),
        ("key_max_days", "many"),
        ("currency", "none"),
        ("time_zone", "none"),
    ];
    for (path, fields, count) in [
        ("/keys", options, 6),
        (&format!("/keys/{}/edit", key.id), options, 6),
        (&format!("/keys/{}/rotate", key.id), options, 2),
        ("/settings", settings, 6),
    ] {
        let page = owner.form(path, &fields).await.expect(422).body;
        let linked = linked_fields(&page);
        assert_eq!(linked.len(), count, "{path}: {linked:?}");
        for (id, text) in linked {
            let label = format!("<label for=\"{id}\">{text}</label>");
            let legend = format!("<legend>{text}</legend>");
            assert!(
                page.contains(&label) || page.contains(&legend),
                "{path}: {text}"
            );
        }
    }
}

#[tokio::test]
async fn revoked_key_cannot_be_changed_and_its_page_shows_why() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    owner.revoke(&key.id, "").await.expect(200);
    let page = format!("/keys/{}", key.id);
    let form = edit(&owner, &key, &EDIT).await.expect(422).body;
    form.lacks("name=\"last_day\"");
    for verb in ["pause", "resume"] {
        let response = owner.form(&format!("{page}/{verb}"), &[]).await.expect(422);
        let reason = "This key is already revoked or expired. Nothing was changed.";
        response.has(reason);
    }
    assert_eq!(key.get("/api/key").await.problem().1, "revoked_key");
    let html = owner.get_text(&page).await;
    html.has("Revoked (reason: other)");
    assert!(!html.contains("/edit\""), "no way to change it");
}

#[tokio::test]
async fn viewer_can_view_a_key_but_not_change_it() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    world.sql("UPDATE members SET role = 'viewer'").await;
    let page = format!("/keys/{}", key.id);
    let html = owner.get_text(&page).await;
    html.has("CRM Sync");
    html.lacks("/edit\"");
    let form = edit(&owner, &key, &EDIT).await.expect(403).body;
    assert_eq!(form.matches("name=\"last_day\"").count(), 0);
    for verb in ["pause", "resume"] {
        owner.form(&format!("{page}/{verb}"), &[]).await.expect(403);
    }
    assert_eq!(key.get_json("/api/key").await["name"], "CRM Sync");
}

#[tokio::test]
async fn unknown_key_is_not_found() {
    let (_world, owner) = World::with_owner().await;
    for path in ["/keys/none", "/keys/none/edit", "/keys/x%00y"] {
        owner.get(path).await.expect(404);
    }
    for path in ["/keys/none/edit", "/keys/none/pause", "/keys/none/resume"] {
        owner.form(path, &EDIT).await.expect(404);
    }
}
