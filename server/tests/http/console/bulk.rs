//! `/keys/several`, and the emergency actions of an owner.

use super::second_factor::field;
use crate::support::{Key, Member, Text as _, World};

async fn with_three_keys() -> (World, Member, [Key; 3]) {
    let (world, owner) = World::with_owner().await;
    let mut keys = Vec::new();
    for name in ["CRM Sync", "Inventory <b>", "Old feed"] {
        keys.push(owner.create(name, &["leads:read"]).await);
    }
    (world, owner, keys.try_into().ok().unwrap())
}

fn selection_path(action: &str, keys: &[&Key]) -> String {
    let keys: Vec<_> = keys.iter().map(|key| format!("&key={}", key.id)).collect();
    format!("/keys/several?do={action}{}", keys.concat())
}

fn action_fields<'a>(action: &'a str, keys: &[&'a Key], count: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![("do", action), ("reason", "leaked"), ("count", count)];
    fields.extend(keys.iter().map(|key| ("key", key.id.as_str())));
    fields
}

async fn refusal_code(key: &Key) -> String {
    key.get("/api/key").await.problem().1
}

#[tokio::test]
async fn bulk_revocation_requires_the_number_of_keys_to_be_typed() {
    let (world, owner, [one, two, three]) = with_three_keys().await;
    one.get("/api/key").await.expect(200);
    let page = owner
        .get_text(&selection_path("revoke", &[&one, &two]))
        .await;
    for text in [
        "CRM Sync",
        "Inventory &lt;b",
        "Never used",
        "One of them was used in the last 24 hours",
    ] {
        assert!(page.contains(text), "{text}");
    }
    page.lacks("Old feed");
    for wrong in ["", "1", "two", "3"] {
        let page = owner
            .form(
                "/keys/several",
                &action_fields("revoke", &[&one, &two], wrong),
            )
            .await
            .expect(422)
            .body;
        assert!(
            page.contains("The number doesn't match. Type 2."),
            "{wrong}"
        );
        one.get("/api/key").await.expect(200);
    }
    let response = owner
        .form(
            "/keys/several",
            &action_fields("revoke", &[&one, &two], " 2 "),
        )
        .await
        .expect(303);
    assert_eq!(response.header("location"), "/keys");
    assert_eq!(
        (refusal_code(&one).await, refusal_code(&two).await),
        ("revoked_key".into(), "revoked_key".into())
    );
    three.get("/api/key").await.expect(200);
    let page = owner.follow(&response).await.expect(200).body;
    page.has("2 keys revoked");
    let events = world
        .count("SELECT count(*) FROM audit_events WHERE action = 'key.revoked'")
        .await;
    assert_eq!(events, 2);
}

#[tokio::test]
async fn refused_bulk_revocation_lists_its_errors_in_the_order_of_the_fields() {
    let (_world, owner, [one, two, _]) = with_three_keys().await;
    for key in [&one, &two] {
        key.get("/api/key").await.expect(200);
    }
    let page = owner
        .get_text(&selection_path("revoke", &[&one, &two]))
        .await;
    page.has(
        "Both of them were used in the last 24 hours. Any system using them will stop working.",
    );
    let fields = [
        ("do", "revoke"),
        ("key", one.id.as_str()),
        ("key", two.id.as_str()),
    ];
    let page = owner.form("/keys/several", &fields).await.expect(422).body;
    page.has(
        "<li><a href=\"#reason\">Reason</a></li><li><a href=\"#count\">Number of keys</a></li>",
    );
    page.has(">Number of keys</label>");
}

#[tokio::test]
async fn bulk_action_returns_to_the_list_as_it_was() {
    let (_world, owner, [one, two, _]) = with_three_keys().await;
    let list = "/keys?q=crm&status=active&sort=name";
    let page = owner.get_text(list).await;
    let address = "name=\"list\" value=\"/keys?q=crm&amp;status=active&amp;sort=name\"";
    page.has(address);

    let asked = format!(
        "{}&list=/keys%3Fq%3Dcrm%26status%3Dactive%26sort%3Dname",
        selection_path("pause", &[&one])
    );
    let page = owner.get_text(&asked).await;
    page.has(address);
    page.has("<a href=\"/keys?q=crm&amp;status=active&amp;sort=name\" class=\"button\">Cancel");
    let mut fields = action_fields("pause", &[&one], "2");
    fields.push(("list", list));
    let page = owner.form("/keys/several", &fields).await.expect(422).body;
    page.has(address);
    let mut fields = action_fields("pause", &[&one], "1");
    fields.push(("list", list));
    let response = owner.form("/keys/several", &fields).await.expect(303);
    assert_eq!(response.header("location"), list);
    let page = owner.follow(&response).await.expect(200).body;
    page.has("1 key paused.");

    let mut fields = action_fields("pause", &[&two], "1");
    fields.push(("list", "//evil.example/keys?q=crm"));
    let response = owner.form("/keys/several", &fields).await.expect(303);
    assert_eq!(response.header("location"), "/keys");
}

#[tokio::test]
async fn bulk_pause_leaves_out_ended_and_paused_keys_and_refuses_a_stale_selection() {
    let (world, owner, [one, two, three]) = with_three_keys().await;
    owner
        .form(&format!("/keys/{}/pause", two.id), &[])
        .await
        .expect(303);
    owner.revoke(&three.id, "").await.expect(200);
    let page = owner
        .get_text(&selection_path("pause", &[&one, &two, &three]))
        .await;
    page.has("2 selected keys are already paused, revoked or expired");
    // The selection must still be as it was shown, so that no unseen part of it is changed.
    let all = action_fields("pause", &[&one, &two, &three], "1");
    let page = owner.form("/keys/several", &all).await.expect(422).body;
    page.has("Some of these keys have changed, so nothing was done");
    one.get("/api/key").await.expect(200);
    owner
        .form("/keys/several", &action_fields("pause", &[&one], "1"))
        .await
        .expect(303);
    assert_eq!(refusal_code(&one).await, "paused_key");
    let events = world
        .count("SELECT count(*) FROM audit_events WHERE action = 'key.paused'")
        .await;
    assert_eq!(events, 2);
}

#[tokio::test]
async fn bulk_extension_lists_each_expiry_and_respects_the_policy() {
    let (world, owner, [one, two, three]) = with_three_keys().await;
    let endless = [
        ("name", "Old feed"),
        ("scopes", "leads:read"),
        ("last_day", ""),
    ];
    let edit = format!("/keys/{}/edit", three.id);
    owner.form(&edit, &endless).await.expect(303);
    let path = selection_path("extend", &[&one, &two, &three]);
    let page = owner.get_text(&path).await;
    page.has_all([
        "<h1>Extend<!> <!>2<!> <!>keys",
        "Expires 21 Feb 2027, 05:31 UTC → 22 May 2027",
        "1 selected key is revoked, expired or being replaced, or can't expire later,",
    ]);
    // Keys that are extended meanwhile are no longer those that were shown.
    let all = action_fields("extend", &[&one, &two, &three], "2");
    let page = owner.form("/keys/several", &all).await.expect(422).body;
    page.has("Some of these keys have changed, so nothing was done");
    let page = owner
        .get_text(&selection_path("extend", &[&one, &two]))
        .await;
    let seen = field(&page, "seen");
    let mut chosen = action_fields("extend", &[&one, &two], "2");
    chosen.push(("seen", &seen));
    let response = owner.form("/keys/several", &chosen).await.expect(303);
    let page = owner.follow(&response).await.expect(200).body;
    page.has("2 keys extended.");
    // A form that is sent twice extends once.
    let again = owner.form("/keys/several", &chosen).await.expect(422).body;
    again.has("Some of these keys have changed, so nothing was done");
    for key in [&one, &two] {
        let expiry = key.get("/api/key").await.expect(200).json();
        assert_eq!(expiry["expires_at"], "2027-05-23T00:00:00Z");
        let page = owner.get_text(&format!("/keys/{}", key.id)).await;
        page.has("Keys changed together: 2");
    }
    // The policy permits less than 90 more days, and then nothing.
    world
        .sql("UPDATE accounts SET keys_must_expire = 1, key_max_days = 200")
        .await;
    let page = owner.get_text(&selection_path("extend", &[&one])).await;
    page.has("→ 11 Jun 2027");
    let seen = field(&page, "seen");
    let mut chosen = action_fields("extend", &[&one], "1");
    chosen.push(("seen", &seen));
    owner.form("/keys/several", &chosen).await.expect(303);
    let page = owner.get_text(&selection_path("extend", &[&one])).await;
    page.has("1 selected key is revoked, expired or being replaced");
    world.sql("UPDATE members SET role = 'viewer'").await;
    let chosen = action_fields("extend", &[&two], "1");
    owner.form("/keys/several", &chosen).await.expect(403);
}

#[tokio::test]
async fn bulk_action_without_keys_or_with_too_many_keys_is_refused() {
    let (_world, owner, [one, ..]) = with_three_keys().await;
    for path in [
        "/keys/several",
        "/keys/several?do=revoke",
        "/keys/several?do=delete&key=x",
    ] {
        let page = owner.get_text(path).await;
        assert!(page.contains("Select one or more keys first"), "{path}");
    }
    let many = "&key=".to_owned()
        + &(0..101)
            .map(|n| format!("k{n}"))
            .collect::<Vec<_>>()
            .join("&key=");
    let page = owner
        .get_text(&format!("/keys/several?do=pause{many}"))
        .await;
    page.has("up to 100 keys");
    let page = owner
        .form(
            "/keys/several",
            &[("do", "delete"), ("key", &one.id), ("count", "1")],
        )
        .await
        .expect(422)
        .body;
    page.has("Select one or more keys first");
    one.get("/api/key").await.expect(200);
}

#[tokio::test]
async fn viewers_and_admins_cannot_use_actions_beyond_their_role() {
    let (world, owner, [one, ..]) = with_three_keys().await;
    world.sql("UPDATE members SET role = 'viewer'").await;
    let page = owner.get_text(&selection_path("revoke", &[&one])).await;
    page.has("You don't have permission to do this");
    owner
        .form("/keys/several", &action_fields("revoke", &[&one], "1"))
        .await
        .expect(403);
    owner
        .get("/keys")
        .await
        .expect(200)
        .lacks("type=\"checkbox\" class=\"choose\"");
    for role in [
        "UPDATE members SET role = 'viewer'",
        "UPDATE members SET role = 'admin'",
    ] {
        world.sql(role).await;
        let settings = owner.get_text("/settings").await;
        assert!(!settings.contains("Danger zone"), "{role}");
        let page = owner.get_text("/keys/revoke-all").await;
        assert!(page.contains("Only an owner"), "{role}");
        owner
            .form("/keys/revoke-all", &[("confirm", "Acme Motors")])
            .await
            .expect(403);
        owner
            .form("/settings/key-creation", &[("stop", "1")])
            .await
            .expect(403);
        one.get("/api/key").await.expect(200);
    }
    assert_eq!(
        world
            .count("SELECT count(*) FROM accounts WHERE creation_stopped_at IS NOT NULL")
            .await,
        0
    );
}

#[tokio::test]
async fn owner_can_stop_the_creation_of_keys_and_allow_it_again() {
    let (world, owner, [one, ..]) = with_three_keys().await;
    let token = owner.keys().await["new_key"]["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let create = [
        ("name", "Late"),
        ("scopes", "leads:read"),
        ("expires", "30d"),
        ("token", &token),
    ];
    owner
        .get("/settings")
        .await
        .expect(200)
        .has("Turn off key creation");
    owner
        .form("/settings/key-creation", &[("stop", "1")])
        .await
        .expect(303);
    let settings = owner.get_text("/settings").await;
    settings.has_all(["Turn on key creation", "Key creation has been off since"]);
    let page = owner.get_text("/keys").await;
    page.has("Key creation is turned off");
    page.lacks("formaction=\"/keys/new\"");
    assert!(owner.keys().await["new_key"].is_null());
    let page = owner.form("/keys", &create).await.expect(403).body;
    page.has("has turned off key creation");
    assert_eq!(world.count("SELECT count(*) FROM api_keys").await, 3);
    one.get("/api/key").await.expect(200);
    owner
        .form("/settings/key-creation", &[("stop", "0")])
        .await
        .expect(303);
    owner
        .form("/keys", &create)
        .await
        .expect(200)
        .has("Save your API key");
}

#[tokio::test]
async fn owner_can_revoke_all_keys_by_typing_the_accounts_name() {
    let (world, owner, [one, two, three]) = with_three_keys().await;
    let stranger = world.stranger().await;
    let stranger_key = stranger.create("Theirs", &["leads:read"]).await;
    owner
        .form(&format!("/keys/{}/pause", two.id), &[])
        .await
        .expect(303);
    owner.revoke(&three.id, "").await.expect(200);
    let page = owner.get_text("/keys/revoke-all").await;
    page.has_all(["This revokes all 2 active and paused keys", "Acme Motors"]);
    for wrong in ["", "Acme Motor", "Other Cars"] {
        let page = owner
            .form("/keys/revoke-all", &[("confirm", wrong)])
            .await
            .expect(422)
            .body;
        assert!(page.contains("doesn't match. Type"), "{wrong}");
    }
    one.get("/api/key").await.expect(200);
    let response = owner
        .form("/keys/revoke-all", &[("confirm", "ACME Motors")])
        .await
        .expect(303);
    let page = owner.follow(&response).await.expect(200).body;
    page.has("2 keys revoked");
    for key in [&one, &two, &three] {
        assert_eq!(refusal_code(key).await, "revoked_key");
    }
    stranger_key.get("/api/key").await.expect(200);
    let page = owner.get_text("/keys/revoke-all").await;
    page.has("There are no active or paused keys");
}

/// More keys than are updated before the owner gets a response.
#[tokio::test]
async fn revoked_keys_are_refused_even_before_their_rows_are_written() {
    let (world, owner, [one, ..]) = with_three_keys().await;
    one.get("/api/key").await.expect(200);
    let copies = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1300)
        INSERT INTO api_keys (id, account_id, name, preview, digest, pepper_id, scopes, created_at, created_by, form_token, folded)
        SELECT 'copy-' || n, account_id, name, preview, randomblob(32), pepper_id, scopes, created_at, created_by, randomblob(32), folded
        FROM n JOIN api_keys ON api_keys.id = (SELECT min(id) FROM api_keys)";
    world.sql(copies).await;
    // Keys without an expiry are updated first.
    let unwritten = "SELECT count(*) FROM api_keys WHERE revoked_at IS NULL";
    assert_eq!(world.count(unwritten).await, 1_303);
    let response = owner
        .form("/keys/revoke-all", &[("confirm", "Acme Motors")])
        .await
        .expect(303);
    let page = owner.follow(&response).await.expect(200).body;
    page.has("1303 keys revoked");
    assert_eq!(world.count(unwritten).await, 303);
    let row = "SELECT count(*) FROM api_keys
        WHERE revoked_at IS NULL AND name = 'CRM Sync' AND expires_at IS NOT NULL";
    assert_eq!(world.count(row).await, 1, "this key is among them");
    assert_eq!(refusal_code(&one).await, "revoked_key");
    let page = owner.get(&format!("/keys/{}", one.id)).await.expect(200);
    page.has("Revoked");
    let page = owner.get_text("/keys/revoke-all").await;
    page.has("There are no active or paused keys");

    world
        .services
        .emergencies
        .write_revocations()
        .await
        .unwrap();
    assert_eq!(world.count(unwritten).await, 0);
    let events = "SELECT count(*) FROM audit_events WHERE action = 'key.revoked'";
    assert_eq!(world.count(events).await, 1_303);
    world
        .services
        .emergencies
        .write_revocations()
        .await
        .unwrap();
    assert_eq!(world.count(events).await, 1_303);
}
