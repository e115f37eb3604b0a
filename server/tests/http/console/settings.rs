//! The Settings page, and its form.

use super::key_allow_list::seen_field;
use crate::support::{INVENTORY, Member, OWNER, TestResponse, World};
use serde_json::{Value, json};
use service::store::{Action, InstallationStore as _};

const FIELDS: [(&str, &str); 5] = [
    ("account_name", "Acme & Sons"),
    ("currency", "EUR"),
    ("limit_depth", "5"),
    ("limit_per_second", "2"),
    ("time_zone", "Europe/Berlin"),
];

async fn event(world: &World) -> Value {
    let session = world.sign_in(OWNER).await;
    let member = world
        .services
        .sessions
        .member_without_renewal(session.token())
        .await;
    let account = member.unwrap().unwrap().view().account_id;
    let events = world.store.audit_events(&account, 9).await.unwrap();
    let found = events
        .iter()
        .find(|event| event.action == Action::AccountUpdated);
    found.map_or(Value::Null, |event| event.detail.clone())
}

fn contains_text(page: &TestResponse, text: &str) -> bool {
    page.body.contains(text)
}

async fn demote(world: &World) {
    world.sql("UPDATE members SET role = 'viewer'").await;
}

#[tokio::test]
async fn owner_can_change_every_setting() {
    let (world, owner) = World::with_owner().await;
    let page = owner.get("/settings").await.expect(200);
    for text in [
        "value=\"Acme Motors\"",
        "value=\"USD\" selected",
        "value=\"UTC\" selected",
        "value=\"100\"",
        "value=\"10\"",
    ] {
        assert!(contains_text(&page, text), "{text}");
    }
    assert!(!contains_text(&page, "Settings saved."));
    let response = owner.form("/settings", &FIELDS).await.expect(303);
    assert_eq!(response.header("location"), "/settings");
    let page = owner.follow(&response).await.expect(200);
    for text in [
        "Settings saved.",
        "<strong>Acme &amp; Sons</strong>",
        "value=\"Acme &amp; Sons\"",
        "value=\"EUR\" selected",
        "value=\"Europe/Berlin\" selected",
        "value=\"5\"",
        "value=\"2\"",
    ] {
        assert!(contains_text(&page, text), "{text}");
    }
    let settings = |name: &str, currency: &str, depth: u32, per_second: u32, zone: &str| {
        let limit = json!({ "depth": depth, "per_second": per_second });
        json!({
            "name": name, "currency": currency, "limit": limit, "time_zone": zone,
            "keys_must_expire": false, "longest_life_of_keys_in_days": null,
        })
    };
    let expected = json!({
        "before": settings("Acme Motors", "USD", 100, 10, "UTC"),
        "after": settings("Acme & Sons", "EUR", 5, 2, "Europe/Berlin"),
    });
    assert_eq!(event(&world).await, expected);
}

#[tokio::test]
async fn invalid_settings_are_marked_at_their_fields_and_kept() {
    let (world, owner) = World::with_owner().await;
    let fields = [
        ("account_name", "<b>Typed"),
        ("currency", "XYZ"),
        ("limit_depth", "0"),
        ("limit_per_second", "many"),
        ("time_zone", "Mars/Olympus"),
    ];
    let page = owner.form("/settings", &fields).await.expect(422);
    assert_eq!(page.body.matches("aria-invalid=\"true\"").count(), 4);
    for text in [
        "Fix the 4 highlighted fields.",
        "value=\"&lt;b&gt;Typed\"",
        "value=\"XYZ\" selected",
        "value=\"0\"",
        "value=\"many\"",
        "value=\"Mars/Olympus\" selected",
        "Enter a whole number from 1 to 100,000.",
        "Select a time zone.",
    ] {
        assert!(contains_text(&page, text), "{text}");
    }
    assert_eq!(event(&world).await, Value::Null);
    let page = owner.get("/settings").await.expect(200);
    assert!(contains_text(&page, "value=\"Acme Motors\""));
}

#[tokio::test]
async fn form_that_is_sent_twice_is_saved_once() {
    let (world, owner) = World::with_owner().await;
    let seen = seen_field(&owner.get_text("/settings").await);
    let save = async |name: &'static str| {
        let mut fields = FIELDS.to_vec();
        fields[0].1 = name;
        fields.push(("seen", &seen));
        owner.form("/settings", &fields).await
    };
    let changes = "SELECT count(*) FROM audit_events WHERE action = 'account.updated'";
    for _ in 0..2 {
        let response = save("Acme & Sons").await.expect(303);
        let page = owner.follow(&response).await.expect(200);
        assert!(contains_text(&page, "Settings saved."));
        assert_eq!(world.count(changes).await, 1);
    }
    // Other values are still those of a form that is out of date.
    save("Acme & Daughters").await.expect(422);
    save(" ").await.expect(422);
    assert_eq!(world.count(changes).await, 1);
}

#[tokio::test]
async fn stale_form_is_refused_with_the_differences() {
    let (world, owner) = World::with_owner().await;
    let first = seen_field(&owner.get_text("/settings").await);
    let save = async |zone: &str, expire: &str, seen: &str| {
        let fields = [
            ("account_name", "Acme Motors"),
            ("currency", "USD"),
            ("limit_depth", "100"),
            ("limit_per_second", "10"),
            ("time_zone", zone),
            ("keys_must_expire", expire),
            ("seen", seen),
        ];
        owner.form("/settings", &fields).await
    };
    save("UTC", "1", &first).await.expect(303);
    let before = event(&world).await;
    let refusal = save("Europe/Berlin", "", &first).await.expect(422);
    for text in [
        "This was changed while you were editing it, so your changes weren't saved.",
        "Require expiration: “no” is now “yes”.",
        "value=\"Europe/Berlin\" selected",
        "Review them and save again.",
    ] {
        assert!(contains_text(&refusal, text), "{text}: {}", refusal.body);
    }
    assert!(
        !contains_text(&refusal, "Time zone: "),
        "only what is different"
    );
    assert_eq!(event(&world).await, before, "nothing was changed");
    let (_, checkbox) = refusal
        .body
        .split_once("name=\"keys_must_expire\"")
        .unwrap();
    let (checkbox, _) = checkbox.split_once('>').unwrap();
    assert!(
        checkbox.contains("checked"),
        "it was left as it was: {checkbox}"
    );

    // Saving again keeps both changes.
    let current = seen_field(&refusal.body);
    save("Europe/Berlin", "1", &current).await.expect(303);
    let event = event(&world).await;
    let after = &event["after"];
    assert_eq!(after["time_zone"], "Europe/Berlin");
    assert_eq!(after["keys_must_expire"], true);
}

#[tokio::test]
async fn viewer_can_view_the_settings_but_not_change_them() {
    let (world, owner) = World::with_owner().await;
    demote(&world).await;
    let page = owner.get("/settings").await.expect(200);
    assert!(contains_text(&page, "Acme Motors") && contains_text(&page, "USD"));
    assert!(
        !contains_text(&page, "Save settings") && !contains_text(&page, "action=\"/settings\"")
    );
    assert!(
        !contains_text(&page, "Nothing was changed"),
        "nothing was tried"
    );
    // Values instead of fields that cannot be used, and no notice about what is not allowed.
    let body = page.body.replace("<!>", "");
    let (_, main) = body.split_once("<main").unwrap();
    for text in [
        "<input",
        "<select",
        "disabled",
        "class=\"notice\"",
        "Danger zone",
    ] {
        assert!(!main.contains(text), "{text}: {main}");
    }
    for text in [
        "<dt>Burst size</dt><dd>100</dd>",
        "<dt>Time zone</dt><dd>UTC</dd>",
    ] {
        assert!(main.contains(text), "{text}: {main}");
    }
    let response = owner.form("/settings", &FIELDS).await.expect(403);
    assert!(contains_text(
        &response,
        "You don't have permission to do this"
    ));
    assert_eq!(event(&world).await, Value::Null);
    assert!(contains_text(&owner.get("/settings").await, "Acme Motors"));
}

#[tokio::test]
async fn visitor_without_a_session_is_redirected_to_sign_in() {
    let world = World::new().await;
    let response = world
        .anonymous()
        .form("/settings", &FIELDS)
        .await
        .expect(303);
    assert_eq!(response.header("location"), "/sign-in?next=%2Fsettings");
}

async fn set_limit(owner: &Member, depth: &str) {
    let fields = FIELDS.map(|(name, value)| match name {
        "limit_depth" => (name, depth),
        _ => (name, value),
    });
    owner.form("/settings", &fields).await.expect(303);
}

#[tokio::test]
async fn new_rate_limit_applies_at_once_to_keys_without_their_own() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["inventory:read"]).await;
    let own_limit_key = owner.create("Own", &["inventory:read"]).await;
    world
        .sql("UPDATE api_keys SET limit_depth = 50, limit_per_second = 5 WHERE name = 'Own'")
        .await;
    for _ in 0..4 {
        key.get("/api/key").await.expect(200);
    }
    set_limit(&owner, "5").await;
    key.get("/api/key").await.expect(200);
    key.get("/api/key").await.expect(429);
    let response = own_limit_key.get("/api/key").await.expect(200);
    assert_eq!(response.header("ratelimit-policy"), "\"default\";q=50;w=10");
    set_limit(&owner, "10").await;
    for _ in 0..5 {
        key.get("/api/key").await.expect(200);
    }
    key.get("/api/key").await.expect(429);
}

#[tokio::test]
async fn new_default_currency_does_not_change_stored_items() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &INVENTORY).await;
    let item = |id: &str| json!({ "id": id, "name": "Honda Accord 2024", "price": 32500.5 });
    let push = async |items: Value| {
        let body = json!({ "items": items });
        let counts = key.post("/api/inventory", &body).await.expect(200).json();
        ["created", "updated", "unchanged"].map(|name| counts[name].as_u64().unwrap())
    };
    push(json!([item("new"), item("old")])).await;
    // As releases stored items that were sent without a currency, until the upgrade.
    world
        .sql("UPDATE items SET currency = NULL WHERE id = 'old'")
        .await;
    let read = async |id: &str| key.get(&format!("/api/inventory/{id}")).await.expect(200);
    let before = [read("new").await, read("old").await];
    let changes = key.get_json("/api/inventory/changes").await;
    let cursor = changes["next_cursor"].as_str().unwrap();

    let calls = |(name, value)| (name, if name == "limit_depth" { "100" } else { value });
    owner
        .form("/settings", &FIELDS.map(calls))
        .await
        .expect(303);
    for (id, before) in ["new", "old"].into_iter().zip(before) {
        let after = read(id).await;
        assert_eq!(after.json()["currency"], "USD");
        assert_eq!(after.body, before.body);
        assert_eq!(after.header("etag"), before.header("etag"));
        assert_eq!(
            push(json!([after.json_without(&["updated_at"])])).await,
            [0, 0, 1]
        );
    }
    let page = owner.get("/inventory").await.expect(200);
    assert!(contains_text(&page, "32,500.50 USD") && !contains_text(&page, "32,500.50 EUR"));
    let path = format!("/api/inventory/changes?cursor={cursor}");
    let changes = key.get_json(&path).await;
    assert_eq!(changes["items"], json!([]));
    let edited = json!({ "price": 31900 });
    let edited = key.patch("/api/inventory/old", &edited).await.expect(200);
    assert_eq!(edited.json()["currency"], "USD");

    // The new default is that of items which are sent without a currency from now on.
    let yen = json!({ "id": "yen", "name": "Honda", "price": 32500, "currency": "JPY" });
    assert_eq!(
        push(json!([item("new"), item("newer"), yen])).await,
        [2, 1, 0]
    );
    for (id, currency) in [("new", "EUR"), ("newer", "EUR"), ("yen", "JPY")] {
        assert_eq!(read(id).await.json()["currency"], currency);
    }
}

#[tokio::test]
async fn console_shows_times_in_the_accounts_zone_and_the_api_in_utc() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["inventory:read"]).await;
    let utc = owner.get("/keys").await.expect(200);
    assert!(contains_text(&utc, "23 Nov 2026, 05:31:07 UTC"));
    owner.form("/settings", &FIELDS).await.expect(303);
    let page = owner.get("/keys").await.expect(200);
    assert!(contains_text(&page, "23 Nov 2026, 06:31:07 CET"));
    assert!(!contains_text(&page, "05:31:07 UTC"));
    assert!(contains_text(&page, "datetime=\"2026-11-23T05:31:07Z\""));
    let response = key.get_json("/api/key").await;
    assert_eq!(response["created_at"], "2026-11-23T05:31:07Z");
}
