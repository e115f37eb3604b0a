//! `/keys` and the pages below it without script: forms and the pages that respond to them.

use crate::support::{Member, TestResponse, Text as _, World};

/// Submits the create form with the page's token.
async fn create(owner: &Member, name: &str) -> (TestResponse, String) {
    let token = owner.keys().await["new_key"]["token"]
        .as_str()
        .unwrap()
        .to_owned();
    (send(owner, name, &token).await, token)
}

async fn send(owner: &Member, name: &str, token: &str) -> TestResponse {
    let fields = [
        ("name", name),
        ("scopes", "inventory:read"),
        ("scopes", "leads:read"),
        ("expires", "30d"),
        ("token", token),
    ];
    owner.form("/keys", &fields).await
}

/// Returns the secret that a page shows.
fn secret_in(page: &str) -> String {
    let at = page.find("value=\"vx_").expect("the page shows a key") + 7;
    page[at..at + 52].to_owned()
}

#[tokio::test]
async fn new_key_is_shown_only_in_the_response_that_creates_it_and_works() {
    let (world, owner) = World::with_owner().await;
    let (page, _) = create(&owner, "CRM Sync").await;
    assert_eq!(
        (page.status.as_u16(), page.header("cache-control")),
        (200, "no-store")
    );
    page.has("Save your API key");
    let secret = secret_in(&page.body);
    let key = world.anonymous().with("x-api-key", &secret);
    assert_eq!(key.get_json("/api/key").await["name"], "CRM Sync");
    for path in ["/keys", "/keys/new", "/inventory"] {
        assert!(!owner.get_text(path).await.contains(&secret), "{path}");
    }
}

#[tokio::test]
async fn key_is_created_with_all_its_options_at_once() {
    let (world, owner) = World::with_owner().await;
    let send = async |limit: &str, allow_list: &str, token: &str| {
        let fields = [
            ("name", "CRM Sync"),
            ("scopes", "leads:read"),
            ("expires", "30d"),
            ("note", "In the vault.\r\nAsk Eve."),
            ("limit_depth", "7"),
            ("limit_per_second", limit),
            ("allow_list", allow_list),
            ("token", token),
        ];
        owner.form("/keys", &fields).await
    };
    let refused = send("", "example.com", "0123456789abcdef").await;
    let refused = refused.expect(422).body;
    refused.has_all([
        "Fix the 2 highlighted fields.",
        "<details open class=\"options\">",
        "Ask Eve.</textarea>",
        "example.com</textarea>",
    ]);
    assert_eq!(world.count("SELECT count(*) FROM api_keys").await, 0);

    let created = send("3", "192.0.2.0/24", "0123456789abcdef").await;
    let secret = secret_in(&created.expect(200).body);
    let key = world.anonymous().with("x-api-key", &secret);
    let details = key.get("/api/key").await.expect(200);
    assert_eq!(details.header("ratelimit-policy"), "\"default\";q=7;w=3");
    let elsewhere = key.with_ip([198, 51, 100, 9]);
    assert_eq!(elsewhere.get("/api/key").await.problem().0, 403);
    let id = owner.keys().await["keys"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let page = owner.get_text(&format!("/keys/{id}")).await;
    page.has_all([
        "In the vault.\nAsk Eve.",
        "<dt>Rate limit</dt><dd>3 requests per second, bursts up to 7</dd>",
        "192.0.2.0/24",
    ]);
    let audit = owner.get_text("/audit").await;
    audit.has_all(["In the vault.", "192.0.2.0/24"]);
    let edits = "SELECT count(*) FROM audit_events WHERE subject IN (SELECT id FROM api_keys)";
    assert_eq!(world.count(edits).await, 1, "one event");
    let form = owner.get_text("/keys/new").await;
    form.has("<details class=\"options\">");
}

/// Returns the page of the only key whose page is not one of these.
async fn page_of_another_key(owner: &Member, known: &[&str]) -> String {
    let keys = owner.keys().await["keys"].as_array().unwrap().clone();
    let pages = keys
        .iter()
        .map(|key| format!("/keys/{}", key["id"].as_str().unwrap()));
    let mut others = pages.filter(|page| !known.contains(&&**page));
    others.next().unwrap()
}

/// Names need not be unique, but an admin who revokes the wrong one of two keys stops a system.
#[tokio::test]
async fn key_with_the_name_of_another_live_key_is_pointed_out() {
    const SAME_NAME: &str = "Another key has the same name: ";
    let (_world, owner) = World::with_owner().await;
    let first = owner.create("CRM Sync", &["leads:read"]).await;
    let preview = format!("{}…", &first.secret[..9]);
    let first = format!("/keys/{}", first.id);
    owner.get_text(&first).await.lacks(SAME_NAME);
    let (created, _) = create(&owner, "crm sync").await;
    created.expect(200).has_all([
        &format!("Another key ({preview}) has the same name."),
        &format!("href=\"{first}\" target=\"_blank\""),
    ]);
    let second = page_of_another_key(&owner, &[&first]).await;
    let page = owner.get_text(&second).await;
    let (_, other) = page.split_once(SAME_NAME).expect("the suggestion");
    other.has(&format!("<a href=\"{first}\"><code>{preview}</code></a>"));
    owner.get_text(&first).await.has(SAME_NAME);

    // A rotation gives two keys the same name on purpose.
    let fields = [
        ("grace", "7d"),
        ("expires", "30d"),
        ("token", "0123456789abcdef"),
    ];
    let rename = [("name", "CRM of the branch"), ("scopes", "leads:read")];
    let response = owner.form(&format!("{second}/edit"), &rename).await;
    let renamed = owner.follow(&response.expect(303)).await.expect(200);
    renamed.lacks(SAME_NAME);
    let rotated = owner.form(&format!("{first}/rotate"), &fields).await;
    rotated.expect(200).lacks("has the same name");
    let third = page_of_another_key(&owner, &[&first, &second]).await;
    for page in [&first, &second, &third] {
        owner.get_text(page).await.lacks(SAME_NAME);
    }

    // A revoked key does not count.
    let back = [("name", "CRM Sync"), ("scopes", "leads:read")];
    let response = owner.form(&format!("{second}/edit"), &back).await;
    response.expect(303);
    owner
        .get_text(&second)
        .await
        .has(&format!("href=\"{third}\""));
    let reason = [("reason", "other")];
    let response = owner.form(&format!("{third}/revoke"), &reason).await;
    response.expect(303);
    let page = owner.get_text(&third).await;
    page.lacks(SAME_NAME);
    // With its replacement revoked, the old key counts as another key of the same name.
    owner
        .get_text(&second)
        .await
        .has(&format!("<a href=\"{first}\"><code>"));
}

#[tokio::test]
async fn new_key_comes_with_the_first_step_of_each_example() {
    let (_world, owner) = World::with_owner().await;
    let (response, _) = create(&owner, "CRM Sync").await;
    let parts: Vec<_> = response.body.split("name=\"first-call\"").collect();
    let (bash, powershell) = ("shell (bash or zsh)", "set the key in PowerShell");
    for (language, first) in [
        ("curl", Some(bash)),
        ("Python", Some(bash)),
        ("JavaScript", Some(bash)),
        (".env", None),
        ("GitHub Actions", None),
        ("PowerShell", Some(powershell)),
    ] {
        let label = format!(">{language}</label>");
        let part = parts.iter().find(|part| part.contains(&label)).unwrap();
        for text in [bash, powershell] {
            assert_eq!(
                part.contains(text),
                first == Some(text),
                "{language}: {part}"
            );
        }
    }
    response.has("If you lose the key, rotate it.");
}

#[tokio::test]
async fn form_that_is_sent_twice_creates_one_key() {
    let (world, owner) = World::with_owner().await;
    let (first, token) = create(&owner, "CRM Sync").await;
    let secret = secret_in(&first.body);
    let repeat = send(&owner, "CRM Sync", &token).await.expect(422);
    repeat.has("has already been created");
    repeat.has("If you didn't save it, rotate “CRM Sync”.");
    repeat.lacks(&secret);
    assert_eq!(world.count("SELECT count(*) FROM api_keys").await, 1);
}

#[tokio::test]
async fn invalid_fields_are_marked_and_no_key_is_created() {
    let (world, owner) = World::with_owner().await;
    let fields = [
        ("name", ""),
        ("expires", "never"),
        ("token", "0123456789abcdef"),
    ];
    let page = owner.form("/keys", &fields).await.expect(422);
    page.has_all([
        "Create API Key",
        "Enter a name",
        "Select at least one permission",
    ]);
    assert_eq!(world.count("SELECT count(*) FROM api_keys").await, 0);
}

#[tokio::test]
async fn name_and_note_cannot_contain_a_key() {
    const REFUSED: &str = "Remove the API key from this text. It would be stored and shown.";
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let secret = &key.secret;
    let (name, note) = (format!("Old {secret}"), format!("Replaces\n{secret}"));
    let edit = format!("/keys/{}/edit", key.id);
    for path in ["/keys", edit.as_str()] {
        for (name, note) in [(name.as_str(), ""), ("CRM Sync", note.as_str())] {
            let fields = [
                ("name", name),
                ("scopes", "leads:read"),
                ("token", "name_and_note_of_a_key"),
                ("expires", "never"),
                ("note", note),
            ];
            let refused = owner.form(path, &fields).await.expect(422).body;
            refused.has(REFUSED);
        }
    }
    // The preview of a key may be in a note.
    let fields = [
        ("name", "CRM Sync"),
        ("scopes", "leads:read"),
        ("note", "Replaces vx_abc123…"),
    ];
    owner.form(&edit, &fields).await.expect(303);
    assert_eq!(world.count("SELECT count(*) FROM api_keys").await, 1);
}

#[tokio::test]
async fn key_is_revoked_by_its_form_and_stays_listed() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM <Sync>", &["leads:read"]).await;
    let path = format!("/keys/{}/revoke", key.id);
    let page = owner.get(&path).await.expect(200);
    page.has_all(["Revoke key", "CRM &lt;Sync&gt;"]);
    let response = owner
        .form(&path, &[("reason", "leaked"), ("confirm", "")])
        .await
        .expect(303);
    assert_eq!(response.header("location"), format!("/keys/{}", key.id));
    assert_eq!(key.get("/api/key").await.problem().1, "revoked_key");
    let page = owner.follow(&response).await.expect(200).body;
    page.has("Key revoked. Requests with it are rejected.");
    let row = owner.keys().await["keys"][0].clone();
    assert_eq!(
        (&row["revocation"]["reason"], &row["revocation"]["by"]),
        (&"leaked".into(), &"ada@example.com".into())
    );
    let repeat = owner.form(&path, &[("reason", "leaked")]).await.expect(422);
    repeat.has("already revoked or expired");
}

#[tokio::test]
async fn revocation_receipt_is_shown_to_the_member_and_stored_in_the_audit_log() {
    const RECEIPT: &str = "Rejected on 1 of 1 node";
    let (world, owner) = World::with_owner().await;
    let mut keys = Vec::new();
    for name in ["Dialog", "First", "Second", "Left", "Own"] {
        keys.push(owner.create(name, &["leads:read"]).await);
    }
    let [dialog, first, second, _, own] = &keys[..] else {
        unreachable!()
    };
    let response = owner.revoke(&dialog.id, "").await.expect(200).json();
    let receipt = response["Ok"]["revocation"]["receipt"].as_str();
    let receipt = receipt
        .is_some_and(|receipt| receipt.starts_with(RECEIPT) && receipt.ends_with("you confirmed"));
    assert!(receipt, "{response}");
    // By a bulk action, by the key's holder, and together with all others.
    let bulk_form = [
        ("do", "revoke"),
        ("key", &*first.id),
        ("key", &*second.id),
        ("count", "2"),
        ("reason", "other"),
    ];
    owner.form("/keys/several", &bulk_form).await.expect(303);
    own.delete("/api/key").await.expect(204);
    let all = [("confirm", "Acme Motors")];
    owner.form("/keys/revoke-all", &all).await.expect(303);
    world.services.key_changes.wait_for_receipts().await;
    for key in &keys {
        let page = owner.get(&format!("/keys/{}", key.id)).await;
        let page = page.expect(200).body;
        assert_eq!(page.matches(RECEIPT).count(), 1, "as its status: {page}");
    }
    let log = owner.get_text("/audit").await;
    // One for each key, and one for the revocation of all keys.
    assert_eq!(log.matches(&format!("<ins>{RECEIPT}")).count(), 6, "{log}");
    let file = owner.get_text("/audit/log.jsonl").await;
    assert_eq!(
        file.matches("\"receipt\":{\"acknowledged\":1,").count(),
        6,
        "{file}"
    );
}

#[tokio::test]
async fn revocation_of_a_recently_used_key_must_be_confirmed_with_its_name() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    key.get("/api/key").await.expect(200);
    let path = format!("/keys/{}/revoke", key.id);
    for typed in ["", "CRM Syn", "CRM"] {
        let page = owner
            .form(&path, &[("reason", "other"), ("confirm", typed)])
            .await
            .expect(422);
        assert!(page.body.contains("The name doesn't match."), "{typed:?}");
        key.get("/api/key").await.expect(200);
    }
    owner
        .form(
            &path,
            &[("reason", "other"), ("confirm", " crm\u{a0} Sync ")],
        )
        .await
        .expect(303);
    key.get("/api/key").await.expect(401);
}

#[tokio::test]
async fn unknown_key_is_not_found_and_an_invalid_reason_is_refused() {
    let (_world, owner) = World::with_owner().await;
    for id in ["unknown", "%FF", "A%2FB"] {
        let path = format!("/keys/{id}/revoke");
        owner.form(&path, &[("reason", "other")]).await.expect(404);
        owner.get(&path).await.expect(404);
    }
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let path = format!("/keys/{}/revoke", key.id);
    let page = owner
        .form(&path, &[("reason", "because")])
        .await
        .expect(422);
    page.has("Revoke key");
    key.get("/api/key").await.expect(200);
}

#[tokio::test]
async fn viewer_can_list_keys_but_not_create_or_revoke_them() {
    let (world, viewer) = World::with_owner().await;
    let key = viewer.create("CRM Sync", &["leads:read"]).await;
    world.sql("UPDATE members SET role = 'viewer'").await;
    viewer.get("/keys").await.expect(200).has("CRM Sync");
    assert!(viewer.keys().await["new_key"].is_null());
    let page = send(&viewer, "Mine", "0123456789abcdef").await.expect(403);
    page.has("You don't have permission to do this");
    viewer
        .form(&format!("/keys/{}/revoke", key.id), &[("reason", "other")])
        .await
        .expect(403);
    let refusal = viewer.revoke(&key.id, "").await.expect(200);
    assert_eq!(refusal.json()["Err"], "forbidden");
    key.get("/api/key").await.expect(200);
    assert_eq!(world.count("SELECT count(*) FROM api_keys").await, 1);
}

/// Returns the permissions whose boxes are checked.
fn checked(page: &TestResponse) -> Vec<&str> {
    let boxes = page.body.split("<input").filter_map(|input| {
        let (input, _) = input.split_once('>')?;
        let is_checked = input.contains("name=\"scopes\"") && input.contains(" checked");
        let (_, value) = input.split_once("value=\"")?;
        is_checked.then(|| value.split('"').next()).flatten()
    });
    boxes.collect()
}

#[tokio::test]
async fn preset_returns_the_form_with_its_permissions_and_creates_nothing() {
    let (world, owner) = World::with_owner().await;
    let fields = [
        ("preset", "crm"),
        ("name", "CRM Sync"),
        ("scopes", "inventory:read"),
        ("expires", "7d"),
        ("note", "In the <vault>."),
        ("limit_depth", "none"),
        ("allow_list", "198.51.100.0/24"),
        ("token", "0123456789abcdef"),
    ];
    let page = owner.form("/keys/new", &fields).await.expect(200);
    page.has_all([
        "value=\"CRM Sync\"",
        "In the &lt;vault>.",
        "value=\"none\"",
        "198.51.100.0/24",
    ]);
    page.lacks("aria-invalid=\"true\"");
    assert_eq!(checked(&page), ["leads:read", "leads:write"]);
    assert_ne!(page.hidden_field("token"), "0123456789abcdef");
    assert_eq!(world.count("SELECT count(*) FROM api_keys").await, 0);
    // An unknown preset changes nothing.
    let fields = [("preset", "x"), ("scopes", "inventory:read")];
    let page = owner.form("/keys/new", &fields).await.expect(200);
    assert_eq!(checked(&page), ["inventory:read"]);
    // The address has only what links to the form contain.
    let page = owner
        .get_text("/keys/new?name=CRM&note=typed-note&allow_list=203.0.113.9")
        .await;
    page.has("value=\"CRM\"");
    page.split_once("<main")
        .unwrap()
        .1
        .lacks_all(["typed-note", "203.0.113.9"]);
    let anonymous = world
        .anonymous()
        .form("/keys/new", &fields)
        .await
        .expect(303);
    assert_eq!(anonymous.header("location"), "/sign-in?next=%2Fkeys%2Fnew");
}

#[tokio::test]
async fn list_has_no_empty_query_in_its_address() {
    let (_world, owner) = World::with_owner().await;
    let response = owner.get("/keys?").await.expect(303);
    assert_eq!(response.header("location"), "/keys");
}
