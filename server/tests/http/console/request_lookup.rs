//! `/requests`: why a call was refused, by its request id. `requests.rs` tests the list of them.

use crate::support::{INVENTORY, Key, Member, OWNER, TestResponse, Text as _, World};
use domain::seconds::DAY;
use serde_json::{Value, json};

async fn look_up(member: &Member, id: &str) -> String {
    let page = member.get(&format!("/requests?id={id}")).await;
    page.expect(200).body.replace("&quot;", "\"")
}

/// Returns the page that explains a refused call.
async fn explanation(member: &Member, response: &TestResponse) -> String {
    assert!(response.status.as_u16() >= 400, "{response:?}");
    look_up(member, response.header("x-request-id")).await
}

async fn fixture() -> (World, Member, Key) {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &INVENTORY).await;
    (world, owner, key)
}

const UNKNOWN: &str =
    "Only rejected requests of the last 7 days can be looked up, and none of them has this ID.";

#[tokio::test]
async fn explanation_describes_a_wrong_key_even_if_no_stored_key_matches() {
    let (world, owner, key) = fixture().await;
    let anonymous = world.anonymous();
    let secret = &key.secret;
    let last = if secret.ends_with('a') { "b" } else { "a" };
    let mistyped = format!("{}{last}", &secret[..51]);
    for (presented, reason) in [
        (
            secret[..38].to_owned(),
            "The key was incomplete: 38 of 52 characters.",
        ),
        (
            format!("{secret}{}", &secret[3..11]),
            "The key was too long: 60 characters instead of 52.",
        ),
        (format!("\"{secret}\""), "The key had invalid characters"),
        ("sk_live_51".to_owned(), "doesn't start with vx_."),
        (mistyped, "its checksum doesn't match"),
        (
            "vx_00000000000000000000000000000000000000000003Ekpv5".to_owned(),
            "doesn't exist on this server (http://127.0.0.1:3000)",
        ),
        (String::new(), "No API key was sent."),
    ] {
        let response = anonymous
            .with("x-api-key", &presented)
            .get("/api/inventory")
            .await;
        let page = explanation(&owner, &response).await;
        let key_text = match &*presented {
            "" => "Not sent",
            "vx_00000000000000000000000000000000000000000003Ekpv5" => "Unknown key",
            // A fragment of a key that was just created is recognised by its beginning.
            piece if piece.starts_with(&secret[..9]) => &secret[..9],
            _ => "Unknown (incomplete key)",
        };
        page.has_all([reason, "GET /api/inventory", key_text]);
    }
    let duplicate = key.with("x-api-key", secret).get("/api/key").await;
    explanation(&owner, &duplicate)
        .await
        .has("The request had more than one API key.");
    let unrouted = anonymous.get(&format!("/api/{secret}")).await;
    let page = explanation(&owner, &unrouted).await;
    page.has("There is nothing at that path");
    assert!(!page.contains(&secret[..12]));
}

#[tokio::test]
async fn explanation_names_the_actor_time_address_and_permission() {
    let (world, owner, key) = fixture().await;
    let page = format!("/keys/{}", key.id);
    let scope = key.get("/api/leads").await;
    let html = explanation(&owner, &scope).await;
    html.has_all([
        "The key was missing the permission leads:read",
        "missing_scope",
        &page,
    ]);

    let body = json!({ "items": [{ "id": "A", "price": "secret price", "secret_name": 1 }] });
    let bad = key.post("/api/inventory", &body).await;
    let html = explanation(&owner, &bad).await;
    html.has_all([
        "/items/0/price",
        "/items/0/name",
        "required",
        "/items/0/…",
        "POST /api/inventory",
    ]);
    assert!(
        !html.contains("secret"),
        "no value and no name of the caller's: {html}"
    );

    let fields = [
        ("name", "Feed"),
        ("scopes", "leads:read"),
        ("allow_list", "10.0.0.0/8"),
    ];
    owner
        .form(
            &format!("{page}/edit"),
            &[&fields[..], &[("shut_out", "yes")]].concat(),
        )
        .await
        .expect(303);
    let html = explanation(&owner, &key.get("/api/leads").await).await;
    html.has("The request came from 192.0.2.7, and only 10.0.0.0/8 can use the key.");
    owner
        .form(&format!("{page}/edit"), &fields[..2])
        .await
        .expect(303);

    owner.form(&format!("{page}/pause"), &[]).await.expect(303);
    let paused = key.get("/api/leads").await;
    explanation(&owner, &paused)
        .await
        .has("The key has been paused since 23 Nov 2026");
    owner.form(&format!("{page}/resume"), &[]).await.expect(303);
    explanation(&owner, &paused)
        .await
        .has("The key was paused at that time. It isn't paused any more.");

    owner.revoke(&key.id, "Feed").await.expect(200);
    let html = explanation(&owner, &key.get("/api/leads").await).await;
    html.has("The key was revoked by ada@example.com on 23 Nov 2026, 05:31:07 UTC, with the reason other.");
    let ended = owner.create("Ends", &["leads:read"]).await;
    world.clock.advance_seconds(90 * DAY);
    let owner = world.sign_in(OWNER).await;
    let html = explanation(&owner, &ended.get("/api/leads").await).await;
    html.has("The key expired on 21 Feb 2027");
}

/// Returns the address that the explanation's link with this text leads to.
fn step(page: &str, label: &str) -> String {
    let (before, _) = page.split_once(&format!(">{label}</a>")).expect(label);
    let (_, link) = before.rsplit_once("<a ").unwrap();
    let (_, href) = link.split_once("href=\"").unwrap();
    href.split_once('"').unwrap().0.replace("&amp;", "&")
}

#[tokio::test]
async fn explanation_leads_to_a_form_with_the_change_that_helps() {
    let (world, owner, key) = fixture().await;
    let viewer = world.join(&owner, "vera@example.com", "viewer").await;
    let mut limited = key.get("/api/inventory").await;
    while limited.status == 200 {
        limited = key.get("/api/inventory").await;
    }
    let raise = step(&explanation(&owner, &limited).await, "Raise rate limit");
    let form = owner.get_text(&raise).await;
    form.has_all([
        "The rate limit below was changed to 20 requests per second, with bursts of 200.",
        "value=\"200\"",
        "value=\"20\"",
    ]);
    explanation(&viewer, &limited)
        .await
        .lacks("Raise rate limit");
    let at = format!("/keys/{}/edit", key.id);
    for query in ["limit_depth=0&limit_per_second=1", "limit_depth=1"] {
        let form = owner.get_text(&format!("{at}?{query}")).await;
        form.lacks("The rate limit below was changed");
    }

    // A key that was not saved as a whole is rotated, as everywhere else.
    let cut = world.anonymous().with("x-api-key", &key.secret[..38]);
    let page = explanation(&owner, &cut.get("/api/inventory").await).await;
    page.has("rotate the key.");
    assert_eq!(step(&page, "Rotate"), format!("/keys/{}/rotate", key.id));

    owner.revoke(&key.id, "Feed").await.expect(200);
    let revoked = key.get("/api/inventory").await.expect(401);
    let page = explanation(&owner, &revoked).await;
    page.has("Create a new key for any system that still needs access.");
    let form = owner.get_text(&step(&page, "Create a new key")).await;
    form.has("value=\"Feed\"");
    for (scope, is_checked) in [("inventory:write", true), ("leads:read", false)] {
        let (_, rest) = form.split_once(&format!("value=\"{scope}\"")).unwrap();
        let (tag, _) = rest.split_once('>').unwrap();
        assert_eq!(tag.contains("checked"), is_checked, "{scope}: {tag}");
    }
    explanation(&viewer, &revoked)
        .await
        .lacks(">Create a new key<");
}

#[tokio::test]
async fn explanation_of_a_request_that_must_change_leads_to_its_description() {
    let (world, owner, key) = fixture().await;
    let crm = owner
        .create("CRM Sync", &["leads:read", "leads:write"])
        .await;
    let docs = owner.get_text("/docs").await;
    let conditional = crm.with("if-match", "\"a\"");
    let id = "0198c2a0-0000-7000-8000-000000000000";
    let lead = format!("/api/leads/{id}");
    for (response, why, target) in [
        (
            key.get("/api/inventory?limit=no").await,
            "A query parameter is unknown or has an invalid value.",
            "/docs#listItems",
        ),
        (
            key.get("/api/inventory/SKU-9").await,
            "The account has no item with this ID.",
            "/docs#getItem",
        ),
        (
            crm.get(&lead).await,
            "The account has no lead with this ID.",
            "/docs#getLead",
        ),
        (
            conditional.patch(&lead, &json!({ "status": "won" })).await,
            "header, which leads don't support",
            "/docs#editLead",
        ),
        (
            key.put("/api/inventory", &json!({})).await,
            "The path doesn't support this method.",
            "/docs#",
        ),
        (
            world.anonymous().get("/api/inventory").await,
            "No API key was sent.",
            "/docs#authentication",
        ),
    ] {
        let page = explanation(&owner, &response).await;
        page.has(why);
        let label = if why.starts_with("No API") {
            "How to send a key"
        } else {
            "View in API docs"
        };
        let href = step(&page, label);
        assert!(href.starts_with(target), "{why}: {href}");
        let (_, anchor) = href.split_once('#').unwrap();
        docs.has(&format!("id=\"{anchor}\""));
    }
    let unrouted = world.anonymous().get("/api/nothing").await;
    let page = explanation(&owner, &unrouted).await;
    page.has("There is nothing at that path.");
    page.lacks("View in API docs");
}

#[tokio::test]
async fn explanation_reports_that_the_cause_is_gone() {
    let (_world, owner, key) = fixture().await;
    let at = format!("/keys/{}/edit", key.id);
    let scope = key.get("/api/leads").await.expect(403);
    let scopes = [
        ("name", "Feed"),
        ("scopes", "inventory:read"),
        ("scopes", "leads:read"),
    ];
    let closed = [("allow_list", "203.0.113.9"), ("shut_out", "yes")];
    let fields = [&scopes[..], &closed].concat();
    owner.form(&at, &fields).await.expect(303);
    let address = key.get("/api/leads").await.expect(403);
    explanation(&owner, &scope)
        .await
        .has("The key has the permission now. Retry the request.");
    owner.form(&at, &scopes).await.expect(303);
    let page = explanation(&owner, &address).await;
    page.has_all([
        "The request came from 192.0.2.7, which wasn't allowed to use the key at that time.",
        "The address is allowed now. Retry the request.",
    ]);
}

#[tokio::test]
async fn explanation_names_the_limit_that_was_exceeded() {
    let (world, owner, key) = fixture().await;
    let mut last = key.get("/api/inventory").await;
    while last.status == 200 {
        last = key.get("/api/inventory").await;
    }
    explanation(&owner, &last)
        .await
        .has("The key exceeded its rate limit.");
    let wrong = world
        .anonymous()
        .with("x-api-key", "vx_")
        .with_ip([198, 51, 100, 9]);
    let mut last = wrong.get("/api/key").await;
    while last.status == 401 {
        last = wrong.get("/api/key").await;
    }
    explanation(&owner, &last)
        .await
        .has("requests with invalid keys came from this network");
}

#[tokio::test]
async fn every_code_of_the_api_has_its_own_explanation() {
    let (world, owner, _) = fixture().await;
    let api = world.anonymous().get("/api/openapi.json").await.json();
    let codes = api["components"]["schemas"]["Problem"]["properties"]["code"]["enum"].clone();
    let codes: Vec<String> = serde_json::from_value(codes).unwrap();
    assert!(codes.len() > 20, "{codes:?}");
    let mut connection = world.connection().await;
    let mut reasons = Vec::new();
    for (number, code) in codes
        .iter()
        .chain([&"from_the_future".to_owned()])
        .enumerate()
    {
        let id = format!("{number:032x}");
        sqlx::query("INSERT INTO refused_calls (request_id, at, code, cause, method, route) VALUES ($1, 1795411867000, $2, '\"nothing\"', 'GET', '')")
            .bind(&id)
            .bind(code)
            .execute(&mut connection)
            .await
            .unwrap();
        let page = look_up(&owner, &id).await;
        let (_, after) = page.split_once("<h2 id=\"why\">").expect("an explanation");
        reasons.push(after.split_once("</h2>").unwrap().0.to_owned());
    }
    let fallback = reasons.pop().unwrap();
    assert!(fallback.contains("rejected with the code from_the_future"));
    for (code, reason) in codes.iter().zip(&reasons) {
        assert!(!reason.contains("rejected with the code"), "{code}");
        let same = reasons.iter().filter(|other| *other == reason);
        assert_eq!(same.count(), 1, "{code}: {reason}");
    }
}

#[tokio::test]
async fn refusal_is_visible_only_to_its_account_and_for_a_week() {
    let (world, owner, key) = fixture().await;
    let stranger = world.stranger().await;
    let own_refusal = key.get("/api/leads").await;
    let anonymous_refusal = world.anonymous().get("/api/key").await;
    for flushed in [false, true] {
        if flushed {
            world.services.flush().await.unwrap();
        }
        explanation(&owner, &own_refusal).await.has("leads:read");
        explanation(&stranger, &own_refusal).await.has(UNKNOWN);
        for member in [&owner, &stranger] {
            explanation(member, &anonymous_refusal)
                .await
                .has("No API key was sent.");
        }
    }
    let accepted = key.get("/api/key").await.expect(200);
    look_up(&owner, accepted.header("x-request-id"))
        .await
        .has_all([
            UNKNOWN,
            "If the request was accepted, it's counted on the page of its key.",
            "<a href=\"/keys\">View all keys</a>",
        ]);
    world.clock.advance_seconds(7 * DAY);
    let owner = world.sign_in(OWNER).await;
    explanation(&owner, &own_refusal).await.has("leads:read");
    world.clock.advance_seconds(1);
    explanation(&owner, &own_refusal).await.has(UNKNOWN);
    world.services.refusals.sweep().await.unwrap();
    assert_eq!(world.count("SELECT count(*) FROM refused_calls").await, 0);
}

#[tokio::test]
async fn invalid_request_id_is_reported_and_a_key_is_not_echoed() {
    let (_world, owner, key) = fixture().await;
    let empty = owner.get_text("/requests").await;
    empty.lacks("Enter the 32-character ID");
    look_up(&owner, "abc")
        .await
        .has_all(["Enter the 32-character ID", "value=\"abc\""]);
    look_up(&owner, &"0".repeat(32)).await.has(UNKNOWN);
    let page = look_up(&owner, &key.secret).await;
    page.lacks(&key.secret);
    let response = key.get("/api/leads").await;
    let id = response.header("x-request-id").to_uppercase();
    look_up(&owner, &format!("+{id}+")).await.has("leads:read");
    let _: Value = response.json();
}
