//! An account's rules for the expiry of keys, and the console's notices about keys that expire
//! soon.

use crate::support::{Member, OWNER, TestResponse, Text as _, World};
use domain::seconds::DAY;
use serde_json::{Value, json};

async fn set_policy(owner: &Member, must_expire: &str, max_days: &str) -> TestResponse {
    let fields = [
        ("account_name", "Acme Motors"),
        ("currency", "USD"),
        ("limit_depth", "100"),
        ("limit_per_second", "10"),
        ("time_zone", "UTC"),
        ("keys_must_expire", must_expire),
        ("key_max_days", max_days),
    ];
    owner.form("/settings", &fields).await
}

/// Submits the create form with this choice, and returns the result.
async fn create(owner: &Member, expires: &str, last_day: &str) -> Value {
    let token = owner.keys().await["new_key"]["token"].clone();
    let form = json!({
        "name": "Feed", "scopes": ["leads:read"], "expires": expires, "last_day": last_day, "token": token,
    });
    let response = owner.call("keys/create", &json!({ "form": form })).await;
    response.expect(200).json()
}

#[track_caller]
fn assert_refused_at(field: &str, response: &Value) {
    let errors = &response["Err"]["invalid"]["errors"];
    assert_eq!(errors[0]["field"], field, "{response}");
}

fn choices(page: &Value) -> Vec<&str> {
    let ends = page["new_key"]["expiries"].as_array().unwrap();
    ends.iter().map(|end| end[0].as_str().unwrap()).collect()
}

#[tokio::test]
async fn expiry_policy_applies_when_keys_are_created_rotated_or_edited() {
    let (world, owner) = World::with_owner().await;
    let old = owner.create("Older", &["leads:read"]).await;
    world
        .sql("UPDATE api_keys SET expires_at = NULL WHERE name = 'Older'")
        .await;
    let page = owner.keys().await;
    assert_eq!(choices(&page), ["7d", "30d", "90d", "1y", "date", "never"]);
    set_policy(&owner, "", "60").await.expect(303);
    let settings = owner.get_text("/settings").await;
    settings.has("value=\"60\"");
    let (_, checkbox) = settings.split_once("name=\"keys_must_expire\"").unwrap();
    let (checkbox, _) = checkbox.split_once('>').unwrap();
    assert!(checkbox.contains("checked"), "a longest life means an end");

    // The form offers what the rules allow, and requests for more are refused.
    let page = owner.keys().await;
    assert_eq!(choices(&page), ["7d", "30d", "date"]);
    assert_eq!(page["new_key"]["preselected"], "30d");
    assert_eq!(page["new_key"]["days"], json!(["2026-11-23", "2027-01-22"]));
    for (expires, day, field) in [
        ("never", "", "expires"),
        ("90d", "", "expires"),
        ("date", "2027-01-23", "last_day"),
    ] {
        assert_refused_at(field, &create(&owner, expires, day).await);
    }
    for (expires, day) in [("30d", ""), ("date", "2027-01-22")] {
        let created = create(&owner, expires, day).await;
        assert!(created["Ok"]["secret"].is_string(), "{created}");
    }

    // Rotation replaces a key without an expiry by one that has one.
    let rotate = format!("/keys/{}/rotate", old.id);
    let form = owner.get_text(&rotate).await;
    form.has("value=\"30d\"");
    form.lacks("value=\"never\"");
    let fields = |expires| {
        [
            ("grace", "24h"),
            ("expires", expires),
            ("token", "0123456789abcdef"),
        ]
    };
    let response = owner.form(&rotate, &fields("never")).await.expect(422);
    response.has("Your account requires one.");

    // Editing: the present expiry may stay, but a later one must not be set.
    let edit = format!("/keys/{}/edit", old.id);
    let with = |name, last_day| {
        [
            ("name", name),
            ("scopes", "leads:read"),
            ("last_day", last_day),
        ]
    };
    let form = owner.get_text(&edit).await;
    form.has("Your account allows dates up to 2027-01-22.");
    owner.form(&edit, &with("Renamed", "")).await.expect(303);
    let late = owner.form(&edit, &with("Renamed", "2027-01-23")).await;
    late.expect(422).has("Select an earlier date.");
    owner
        .form(&edit, &with("Renamed", "2026-12-31"))
        .await
        .expect(303);
    let endless = owner.form(&edit, &with("Renamed", "")).await;
    endless.expect(422).has("Your account requires one");
    assert_eq!(
        old.get_json("/api/key").await["expires_at"],
        "2027-01-01T00:00:00Z"
    );

    set_policy(&owner, "", "").await.expect(303);
    let created = create(&owner, "never", "").await;
    assert!(created["Ok"]["secret"].is_string(), "{created}");
}

#[tokio::test]
async fn policy_can_require_expiry_without_a_maximum_lifetime() {
    let (world, owner) = World::with_owner().await;
    set_policy(&owner, "1", "").await.expect(303);
    assert_refused_at("expires", &create(&owner, "never", "").await);
    let created = create(&owner, "date", "2090-01-01").await;
    assert!(created["Ok"]["secret"].is_string(), "{created}");
    let page = set_policy(&owner, "1", "3651").await.expect(422).body;
    page.has_all(["value=\"3651\"", "1–3,650 days from creation"]);
    world.sql("UPDATE members SET role = 'viewer'").await;
    let page = owner.get_text("/settings").await;
    page.has("<dt>Expiration</dt><dd>Required</dd>");
    let refusal = set_policy(&owner, "", "").await.expect(403).body;
    refusal.has("You don't have permission to do this");
    assert_eq!(
        world.count("SELECT keys_must_expire FROM accounts").await,
        1
    );
}

#[tokio::test]
async fn console_warns_30_days_7_days_and_1_day_before_a_key_expires() {
    let (world, owner) = World::with_owner().await;
    // Expires after 90 days.
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let page = format!("/keys/{}", key.id);
    for path in ["/", "/keys", &page] {
        let html = owner.get_text(path).await;
        for text in ["key expires within", "This key expires"] {
            assert!(!html.contains(text), "{path}: {html}");
        }
    }
    world.clock.advance_seconds(60 * DAY);
    for (seconds, within, words) in [
        (0, "30 days", "in 1 month"),
        (23 * DAY, "7 days", "in 7 days"),
        (6 * DAY, "a day", "in 1 day"),
    ] {
        world.clock.advance_seconds(seconds);
        let owner = world.sign_in(OWNER).await;
        let list = owner.get_text("/keys").await;
        let title = format!("1 key expires within {within}</a>: ");
        assert!(list.contains(&title), "{title}: {list}");
        list.has(&format!("“CRM Sync” {words}"));
        let html = owner.get_text(&page).await;
        html.has(&format!("This key expires {words}, on "));
        let dashboard = owner.get_text("/").await;
        dashboard.has("Expiring in the next 30 days");
        dashboard.has(&format!("href=\"{page}\""));
    }
    world.clock.advance_seconds(DAY);
    let owner = world.sign_in(OWNER).await;
    let list = owner.get_text("/keys").await;
    assert!(!list.contains("expires within"), "it is over");
}

#[tokio::test]
async fn key_that_may_not_be_extended_is_offered_a_rotation() {
    let (world, owner) = World::with_owner().await;
    // Expires after 90 days.
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let page = format!("/keys/{}", key.id);
    world.clock.advance_seconds(86 * DAY);
    let owner = world.sign_in(OWNER).await;
    let rotate = format!("{page}/rotate\" class=\"button small\">Rotate</a>");
    let html = owner.get_text(&page).await;
    html.has("Extend to ");
    html.lacks(&rotate);
    set_policy(&owner, "on", "2").await.expect(303);
    let html = owner.get_text(&page).await;
    html.has(&rotate);
    html.lacks("Extend to ");
}

#[tokio::test]
async fn console_warns_if_a_replaced_key_is_still_used_shortly_before_it_expires() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let fields = [
        ("grace", "7d"),
        ("expires", "never"),
        ("token", "0123456789abcdef"),
    ];
    let rotate = format!("/keys/{}/rotate", key.id);
    owner.form(&rotate, &fields).await.expect(200);
    world.clock.advance_seconds(60);
    key.get("/api/key").await.expect(200);
    world.services.flush().await.unwrap();
    let list = owner.get_text("/keys").await;
    list.lacks("expires within");
    world.clock.advance_seconds(6 * DAY);
    let owner = world.sign_in(OWNER).await;
    let list = owner.get_text("/keys").await;
    let words = "“CRM Sync” in 1 day, replaced and still in use";
    list.has(words);
    let dashboard = owner.get_text("/").await;
    dashboard.has("still in use");
}

#[tokio::test]
async fn date_that_is_missing_is_marked_at_its_own_field() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["leads:read"]).await;
    let fields = [
        ("name", "Feed"),
        ("scopes", "leads:read"),
        ("grace", "24h"),
        ("expires", "date"),
        ("last_day", ""),
        ("token", "0123456789abcdef"),
    ];
    let tag = |page: &str, start: &str| {
        let (_, rest) = page.split_once(start).unwrap();
        rest.split_once('>').unwrap().0.to_owned()
    };
    for path in ["/keys".to_owned(), format!("/keys/{}/rotate", key.id)] {
        let page = owner.form(&path, &fields).await.expect(422).body;
        page.has("<a href=\"#last-day\">Expiration date</a>");
        page.has("Enter a valid date, such as 2027-01-31.");
        let (day, choice) = (
            tag(&page, "<input id=\"last-day\""),
            tag(&page, "<select id=\"expires\""),
        );
        day.has_all([
            "aria-invalid=\"true\"",
            "autofocus",
            "aria-describedby=\"expires-error\"",
        ]);
        choice.lacks_all(["aria-invalid", "autofocus"]);
    }
}
