//! Calls on a key's page, and the notices that result from them.

use crate::support::{Key, LEADS, Member, OWNER, TestResponse, Text as _, World};
use domain::seconds::DAY;
use serde_json::{Value, json};

const NO_NOTICES: [&str; 0] = [];

async fn fixture(scopes: &[&str]) -> (World, Member, Key) {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", scopes).await;
    (world, owner, key)
}

async fn page(world: &World, member: &Member, key: &Key, query: &str) -> String {
    world.services.flush().await.unwrap();
    let page = member.get(&format!("/keys/{}{query}", key.id)).await;
    page.expect(200).body
}

/// Returns the notices of the only key, after checking that its row and its own page show them.
async fn notices(world: &World, member: &Member) -> Vec<String> {
    world.services.flush().await.unwrap();
    let keys = member.keys().await;
    let notices = keys["keys"][0]["notices"].as_array().unwrap().clone();
    let texts: Vec<String> = notices
        .iter()
        .map(|text| text.as_str().unwrap().to_owned())
        .collect();
    let row = member.get_text("/keys").await;
    let id = keys["keys"][0]["id"].as_str().unwrap().to_owned();
    let key_page = member.get_text(&format!("/keys/{id}")).await;
    for text in &texts {
        // The page of the key describes some conditions in more words.
        let on_page = match &**text {
            "Still in use" => "This key is still in use",
            "Unused permission: leads:write" => "leads:write unused for",
            text => text,
        };
        assert!(row.contains(text) && key_page.contains(on_page), "{text}");
    }
    texts
}

#[tokio::test]
async fn key_page_shows_callers_call_counts_and_refusals() {
    let (world, owner, key) = fixture(&LEADS).await;
    let empty = page(&world, &owner, &key, "").await;
    assert!(empty.contains("No requests were counted in the last 7 days."));
    empty.lacks("Requests by hour of the week");
    let feed = key.with("user-agent", "crm-sync/1.4");
    feed.get("/api/leads").await.expect(200);
    feed.get("/api/leads").await.expect(200);
    feed.with_ip([198, 51, 100, 9])
        .get("/api/inventory")
        .await
        .expect(403);
    let week = page(&world, &owner, &key, "").await;
    week.has_all([
        "3 requests",
        ", 1 rejected",
        "Requests per day over the last 7 days",
        "Missing permission",
        "192.0.2.7",
        "198.51.100.9",
        "crm-sync/1.4",
        "Permissions",
    ]);
    week.has(&format!(
        "/requests?key={}&amp;reason=missing_scope",
        key.id
    ));
    week.has_all([
        "Requests by hour of the week",
        "Busiest hour: Monday from 05:00 to 06:00, with 3 requests in 4 weeks.",
    ]);
    assert_eq!(week.matches("Not used yet").count(), 1, "leads:write");
    world.clock.advance_seconds(2 * DAY);
    let owner = world.sign_in(OWNER).await;
    let day = page(&world, &owner, &key, "?over=24h").await;
    assert!(day.contains("No requests were counted in the last 24 hours."));
    feed.get("/api/leads").await.expect(200);
    let day = page(&world, &owner, &key, "?over=24h").await;
    assert!(day.contains("Requests per hour over the last 24 hours"));
    day.has_all(["Mon, 05:00–06:00", "Wed, 05:00–06:00"]);
    let month = page(&world, &owner, &key, "?over=30d").await;
    assert!(
        month.contains("Requests per day over the last 30 days") && month.contains("4 requests")
    );
}

#[tokio::test]
async fn page_of_a_key_that_is_only_rejected_does_not_await_its_first_request() {
    let (world, owner, key) = fixture(&["leads:read"]).await;
    let html = page(&world, &owner, &key, "").await;
    html.has("No requests have been counted yet.");
    owner.revoke(&key.id, "").await.expect(200);
    key.get("/api/leads").await.expect(401);
    let html = page(&world, &owner, &key, "").await;
    html.has("No accepted requests.");
    html.lacks("No requests have been counted yet.");
}

#[tokio::test]
async fn revoked_key_that_is_still_in_use_is_shown_on_every_page_for_a_week() {
    let (world, owner, key) = fixture(&["leads:read"]).await;
    owner.revoke(&key.id, "").await.expect(200);
    let quiet_page = page(&world, &owner, &key, "").await;
    assert!(!quiet_page.contains("still in use"));
    assert_eq!(notices(&world, &owner).await, NO_NOTICES);
    let late_caller = key
        .with("user-agent", "old-feed/2")
        .with_ip([198, 51, 100, 9]);
    for _ in 0..2 {
        assert_eq!(
            late_caller.get("/api/leads").await.problem().1,
            "revoked_key"
        );
    }
    let html = page(&world, &owner, &key, "").await;
    html.has_all([
        "This key is still in use: 2 rejected requests since it was revoked or expired",
        "Rejected <time",
        "Rejected sources",
        "Revoked key",
        "198.51.100.9",
        "old-feed/2",
    ]);
    assert_eq!(notices(&world, &owner).await, ["Still in use"]);
    let dashboard = owner.get_text("/").await;
    dashboard.has("1 revoked or expired key is still in use.");
    world.clock.advance_seconds(7 * DAY);
    let owner = world.sign_in(OWNER).await;
    assert_eq!(notices(&world, &owner).await, NO_NOTICES);
    let dashboard = owner.get_text("/").await;
    dashboard.lacks("still in use");
}

#[tokio::test]
async fn call_from_a_new_network_is_shown_for_a_week() {
    let (world, _, key) = fixture(&["leads:read"]).await;
    key.get("/api/key").await.expect(200);
    world.services.flush().await.unwrap();
    world.clock.advance_seconds(DAY + 1);
    let owner = world.sign_in(OWNER).await;
    key.with_ip([192, 0, 2, 99])
        .get("/api/key")
        .await
        .expect(200);
    assert_eq!(notices(&world, &owner).await, NO_NOTICES, "of the same /24");
    key.with_ip([198, 51, 100, 9])
        .get("/api/key")
        .await
        .expect(200);
    let expected = ["New IP network"];
    assert_eq!(notices(&world, &owner).await, expected);
    let html = page(&world, &owner, &key, "").await;
    html.has("New IP network: 198.51.100.0/24 (198.51.100.9), first request just now. If this is unexpected,");
    world.clock.advance_seconds(7 * DAY);
    let owner = world.sign_in(OWNER).await;
    assert_eq!(notices(&world, &owner).await, NO_NOTICES);
}

/// Returns the ids of the keys in the saved view, and of those that the list marks.
async fn keys_that_need_attention(member: &Member) -> (Vec<String>, Vec<String>) {
    let search = |search: &str| json!({ "search": search });
    let ids = async |query: &str, is_chosen: fn(&Value) -> bool| {
        let list = member.call("keys/list", &search(query)).await.expect(200);
        let keys = list.json()["Ok"]["keys"].as_array().unwrap().clone();
        let chosen = keys.iter().filter(|key| is_chosen(key));
        let mut ids: Vec<_> = chosen
            .map(|key| key["id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort_unstable();
        ids
    };
    let view = ids("?status=attention", |_| true).await;
    let marked = ids("", |key| key["needs_attention"] == true).await;
    (view, marked)
}

#[tokio::test]
async fn view_list_key_page_and_dashboard_agree_on_which_keys_need_attention() {
    let (world, owner) = World::with_owner().await;
    let mut keys = Vec::new();
    for name in ["In use", "Unused", "Paused", "Dead", "Silent", "Roaming"] {
        keys.push(owner.create(name, &LEADS).await);
    }
    let [in_use, unused, paused, dead, silent, roaming] = &keys[..] else {
        panic!("six keys were created");
    };
    let pause = format!("/keys/{}/pause", paused.id);
    owner.form(&pause, &[]).await.expect(303);
    for key in [dead, silent] {
        owner.revoke(&key.id, "").await.expect(200);
    }
    for key in [in_use, roaming] {
        key.get("/api/key").await.expect(200);
    }
    world.services.flush().await.unwrap();
    let none = (Vec::new(), Vec::new());
    assert_eq!(keys_that_need_attention(&owner).await, none);
    owner.get_text("/").await.has("All keys are in order");

    world.clock.advance_seconds(31 * DAY);
    let owner = world.sign_in(OWNER).await;
    in_use.get("/api/key").await.expect(200);
    // Permissions that no call uses are worth knowing.
    roaming
        .with_ip([198, 51, 100, 9])
        .get("/api/key")
        .await
        .expect(200);
    dead.get("/api/key").await.expect(401);
    world.services.flush().await.unwrap();
    let mut expected: Vec<_> = [unused, paused, dead, roaming]
        .map(|key| key.id.clone())
        .to_vec();
    expected.sort_unstable();
    let (view, marked) = keys_that_need_attention(&owner).await;
    assert_eq!((&view, &marked), (&expected, &expected));
    let dashboard = owner.get_text("/").await;
    dashboard.has_all([
        "href=\"/keys?status=attention\"",
        "1 used from a new network",
    ]);
    let (_, tile) = dashboard.split_once("Needs attention").unwrap();
    let (figure, _) = tile.split_once("</strong>").unwrap();
    assert!(figure.trim_end().ends_with('4'), "{figure}");
    for (key, urgent, others) in [
        (in_use, false, true),
        (roaming, true, true),
        (unused, true, false),
        (paused, true, false),
        (dead, true, false),
        (silent, false, false),
    ] {
        let html = page(&world, &owner, key, "").await;
        assert_eq!(html.contains(">Needs attention<"), urgent, "{}", key.id);
        assert_eq!(html.contains(">Suggestions<"), others, "{}", key.id);
    }

    // All of them expire after 90 days.
    world.clock.advance_seconds(51 * DAY);
    for (seconds, is_near) in [(0, false), (DAY, true)] {
        world.clock.advance_seconds(seconds);
        let owner = world.sign_in(OWNER).await;
        in_use.get("/api/key").await.expect(200);
        world.services.flush().await.unwrap();
        let (view, marked) = keys_that_need_attention(&owner).await;
        assert_eq!(view, marked);
        assert_eq!(view.contains(&in_use.id), is_near);
        let html = page(&world, &owner, in_use, "").await;
        assert_eq!(html.contains(">Needs attention<"), is_near);
        html.has("This key expires in");
    }
}

#[tokio::test]
async fn key_page_names_permissions_that_no_call_uses() {
    let (world, _, key) = fixture(&LEADS).await;
    key.get("/api/leads").await.expect(200);
    world.services.flush().await.unwrap();
    world.clock.advance_seconds(31 * DAY);
    let owner = world.sign_in(OWNER).await;
    assert_eq!(notices(&world, &owner).await, ["Unused for 30 days"]);
    key.get("/api/leads").await.expect(200);
    assert_eq!(
        notices(&world, &owner).await,
        ["Unused permission: leads:write"]
    );
    let html = page(&world, &owner, &key, "").await;
    html.has("leads:write unused for 31 days");
    assert!(!html.contains("leads:read unused"));
    let lead = serde_json::json!({ "email": "buyer@example.com" });
    key.post("/api/leads", &lead).await.expect(201);
    assert_eq!(notices(&world, &owner).await, NO_NOTICES);
    world.clock.advance_seconds(58 * DAY);
    let owner = world.sign_in(OWNER).await;
    let html = page(&world, &owner, &key, "").await;
    html.has("leads:write unused for 58 days");
}

#[tokio::test]
async fn only_permission_of_a_key_is_offered_for_change_if_no_call_uses_it() {
    let (world, _, key) = fixture(&["leads:read"]).await;
    key.get("/api/key").await.expect(200);
    world.services.flush().await.unwrap();
    world.clock.advance_seconds(31 * DAY);
    key.get("/api/key").await.expect(200);
    let owner = world.sign_in(OWNER).await;
    let html = page(&world, &owner, &key, "").await;
    html.has("leads:read unused for 31 days");
    html.lacks("Remove permission");
    let id = &key.id;
    html.has(&format!(
        "/keys/{id}/edit\" class=\"button small\">Change permissions</a>"
    ));
}

#[tokio::test]
async fn watch_starts_with_the_addresses_of_the_last_days() {
    let (world, _, key) = fixture(&["leads:read"]).await;
    key.get("/api/key").await.expect(200);
    world.services.flush().await.unwrap();
    world.clock.advance_seconds(DAY);
    let owner = world.sign_in(OWNER).await;
    let watch = format!("/keys/{}/watch", key.id);
    let response = owner.form(&watch, &[("watch", "on")]).await;
    response.expect(303);
    let html = page(&world, &owner, &key, "").await;
    html.has("value=\"192.0.2.7\" checked");
    html.has("The list shows the addresses that used this key since 17 Nov 2026.");
    html.has("1 request, last ");
    html.has("1 request from 1 address. ");
    assert_eq!(newest_address(&html), "1 day ago");
    key.with_ip([203, 0, 113, 7])
        .get("/api/key")
        .await
        .expect(200);
    let html = page(&world, &owner, &key, "").await;
    html.has("2 requests from 2 addresses. ");
    assert_eq!(newest_address(&html), "just now");
}

/// Returns when the newest address appeared, by a time that the script of the page renews.
fn newest_address(html: &str) -> &str {
    let (_, after) = html.split_once("The newest address appeared ").unwrap();
    let (time, _) = after.split_once("</span>").unwrap();
    assert!(time.starts_with("<time datetime=") && time.contains("data-relative"));
    time.rsplit_once('>').unwrap().1
}

/// Returns the addresses and networks that the form reports as seen by the member.
fn offered(html: &str) -> Vec<(&'static str, String)> {
    let rows = html.split("name=\"offered\" value=\"").skip(1);
    let values = rows.map(|row| row.split_once('"').unwrap().0.to_owned());
    values.map(|value| ("offered", value)).collect()
}

/// Sends the form that allows only the chosen addresses and networks of a list.
async fn enforce(
    owner: &Member,
    key: &Key,
    offered: &[(&'static str, String)],
    chosen: &[&str],
) -> TestResponse {
    let offered = offered.iter().map(|(name, value)| (*name, value.as_str()));
    let chosen = chosen.iter().map(|value| ("networks", *value));
    let fields: Vec<_> = offered.chain(chosen).collect();
    let path = format!("/keys/{}/enforce", key.id);
    owner.form(&path, &fields).await
}

#[tokio::test]
async fn watched_networks_are_proposed_and_can_be_enforced() {
    let (world, _, key) = fixture(&["leads:read"]).await;
    let at = format!("/keys/{}", key.id);
    key.with_ip([10, 0, 0, 1]).get("/api/key").await.expect(200);
    world.services.flush().await.unwrap();
    world.clock.advance_seconds(8 * DAY);
    let owner = world.sign_in(OWNER).await;
    let response = owner.form(&format!("{at}/watch"), &[("watch", "on")]).await;
    assert_eq!(response.expect(303).header("location"), at);
    let watch_page = page(&world, &owner, &key, "").await;
    assert!(
        watch_page.contains("Learning started")
            && watch_page.contains("No requests since 24 Nov 2026.")
    );
    for ip in [[203, 0, 113, 7], [198, 51, 100, 1], [198, 51, 100, 2]] {
        key.with_ip(ip).get("/api/key").await.expect(200);
    }
    let proposal_page = page(&world, &owner, &key, "").await;
    let (addresses, networks) = proposal_page.split_once("Whole networks").unwrap();
    for value in ["203.0.113.7", "198.51.100.1", "198.51.100.2"] {
        addresses.has(&format!("value=\"{value}\" checked"));
    }
    // The network of the two addresses is the wider choice.
    networks.has("value=\"198.51.100.0/24\"");
    networks.lacks("value=\"198.51.100.0/24\" checked");
    assert!(
        !proposal_page.contains("value=\"10.0.0.1\""),
        "more than a week before the watch"
    );

    let response = enforce(&owner, &key, &offered(&proposal_page), &[]).await;
    response
        .expect(422)
        .has("Select at least one address or network.");
    let chosen = ["203.0.113.7", "198.51.100.0/24"];
    let response = enforce(&owner, &key, &offered(&proposal_page), &chosen).await;
    let response = response.expect(303);
    assert_eq!(response.header("location"), at);
    for (ip, status) in [
        ([203, 0, 113, 7], 200),
        ([203, 0, 113, 8], 403),
        ([198, 51, 100, 77], 200),
        ([10, 0, 0, 1], 403),
    ] {
        key.with_ip(ip).get("/api/key").await.expect(status);
    }
    let html = page(&world, &owner, &key, "").await;
    html.has_all([
        "Requests from any other address are rejected.",
        "Change allowed IPs",
        "Allowed IPs: any → 198.51.100.0/24, 203.0.113.7",
        "<p>IP learning started</p>",
        "IP address not allowed",
    ]);
    // One of the addresses that have used the key is not allowed any more.
    assert_eq!(
        html.matches("Rejected now: not in the allowed IPs").count(),
        1
    );
    let (list, _) = html
        .split_once("Requests from any other address are rejected.")
        .unwrap();
    list.has("<code>198.51.100.0/24</code>");
    let edits = "SELECT count(*) FROM audit_events WHERE action = 'key.edited'";
    assert_eq!(world.count(edits).await, 1, "one event");
}

#[tokio::test]
async fn addresses_that_call_after_the_list_was_shown_are_listed_before_they_are_excluded() {
    let (world, owner, key) = fixture(&["leads:read"]).await;
    let at = format!("/keys/{}", key.id);
    owner.form(&format!("{at}/watch"), &[]).await.expect(303);
    let call = async |ip: [u8; 4], status| {
        let response = key.with_ip(ip).get("/api/key").await;
        response.expect(status);
    };
    for tail in [7, 8] {
        call([203, 0, 113, tail], 200).await;
    }
    let shown = page(&world, &owner, &key, "").await;
    let mut values: Vec<_> = offered(&shown)
        .into_iter()
        .map(|(_, value)| value)
        .collect();
    values.sort_unstable();
    assert_eq!(values, ["203.0.113.0/24", "203.0.113.7", "203.0.113.8"]);
    shown.lacks("<strong>New</strong>");

    // One address of a network that is known and one of another. Neither is stored yet.
    for ip in [[203, 0, 113, 9], [198, 51, 100, 9]] {
        call(ip, 200).await;
    }
    let chosen = ["203.0.113.7"];
    let again = enforce(&owner, &key, &offered(&shown), &chosen).await;
    let again = again.expect(422).body.replace("<!>", "");
    again.has_all([
        "2 addresses used this key after this list was shown, and are marked as new.",
        "href=\"#allow-list\"",
        "value=\"203.0.113.7\" checked",
        "value=\"198.51.100.9\" checked id=\"allow-list\" autofocus",
        "value=\"203.0.113.9\" checked",
        "<code>203.0.113.9</code> <strong>New</strong>",
        "<code>198.51.100.9</code> <strong>New</strong>",
    ]);
    assert_eq!(again.matches("<strong>New</strong>").count(), 2, "{again}");
    again.lacks("value=\"203.0.113.8\" checked");
    for ip in [[203, 0, 113, 8], [203, 0, 113, 9]] {
        call(ip, 200).await;
    }
    let edits = "SELECT count(*) FROM audit_events WHERE action = 'key.edited'";
    assert_eq!(world.count(edits).await, 0, "nothing is stored");

    // A form that does not name the list that was seen, or names another one, asks as well.
    let odd = [
        ("offered", "everything".to_owned()),
        ("offered", "9999999999999".to_owned()),
    ];
    for offered in [&[][..], &odd] {
        let asked = enforce(&owner, &key, offered, &chosen).await.expect(422);
        asked.has("3 addresses used this key");
    }
    assert_eq!(world.count(edits).await, 0);

    // What was listed and is not chosen is excluded. The same form again changes nothing.
    for _ in 0..2 {
        let response = enforce(&owner, &key, &offered(&again), &chosen).await;
        assert_eq!(response.expect(303).header("location"), at);
    }
    assert_eq!(world.count(edits).await, 1);
    call([203, 0, 113, 7], 200).await;
    call([203, 0, 113, 8], 403).await;
    call([198, 51, 100, 9], 403).await;
    // Another member has stored other addresses meanwhile.
    let late = enforce(&owner, &key, &offered(&again), &["203.0.113.8"]).await;
    late.expect(422).has("Someone else has changed this key");
    call([203, 0, 113, 8], 403).await;
}

/// The form is not on the page that would report what is wrong with it.
#[tokio::test]
async fn choice_of_addresses_is_outdated_once_learning_is_canceled_and_it_would_need_a_correction()
{
    let (world, owner, key) = fixture(&["leads:read"]).await;
    key.get("/api/key").await.expect(200);
    for chosen in [&[][..], &["203.0.113.7"]] {
        let response = enforce(&owner, &key, &[], chosen).await.expect(422);
        response.has("Someone else has changed this key, so your change was not made.");
    }
    key.get("/api/key").await.expect(200);
    assert_eq!(
        world
            .count("SELECT count(*) FROM api_keys WHERE allow_list IS NULL")
            .await,
        1
    );
}

#[tokio::test]
async fn learning_is_canceled_without_a_restriction() {
    let (world, owner, key) = fixture(&["leads:read"]).await;
    let watch = format!("/keys/{}/watch", key.id);
    owner.form(&watch, &[]).await.expect(303);
    key.get("/api/key").await.expect(200);
    let html = page(&world, &owner, &key, "").await;
    html.has_all([
        "This completes learning: requests from any other address will be rejected.",
        "To restrict nothing, cancel: this list is discarded, and the key stays usable from any IP address.",
        "Cancel learning",
    ]);
    let canceled = owner.form(&watch, &[("watch", "off")]).await;
    let html = owner.follow(&canceled.expect(303)).await.expect(200).body;
    html.has_all(["Learning canceled.", "<p>IP learning canceled</p>"]);
    html.lacks("name=\"networks\"");
    key.with_ip([203, 0, 113, 7])
        .get("/api/key")
        .await
        .expect(200);
}

#[tokio::test]
async fn allow_list_that_excludes_recent_callers_must_be_confirmed() {
    let (world, owner, key) = fixture(&["leads:read"]).await;
    key.get("/api/key").await.expect(200);
    world.services.flush().await.unwrap();
    let edit = async |list: &str, confirmation: &str| {
        let fields = [
            ("name", "CRM Sync"),
            ("scopes", "leads:read"),
            ("allow_list", list),
            ("shut_out", confirmation),
        ];
        owner.form(&format!("/keys/{}/edit", key.id), &fields).await
    };
    edit("192.0.2.0/24", "").await.expect(303);
    let question = edit("203.0.113.0/24", "").await.expect(422).body;
    question.has("This would block 192.0.2.7, used with this key in the last 7 days");
    question.has_all([
        "I understand that these requests will be rejected",
        "203.0.113.0/24",
    ]);
    key.get("/api/key").await.expect(200);
    edit("203.0.113.0/24", "yes").await.expect(303);
    key.get("/api/key").await.expect(403);
    // Submitting the current list again refuses no additional callers.
    edit("203.0.113.0/24", "").await.expect(303);
    // So does a list that allows one more network.
    edit("203.0.113.0/24\n198.51.100.0/24", "")
        .await
        .expect(303);
}

#[tokio::test]
async fn addresses_that_are_learned_are_reported_to_an_open_page() {
    let (world, owner, key) = fixture(&["leads:read"]).await;
    let at = format!("/keys/{}", key.id);
    let learned = format!("{at}/learned");
    owner.get(&learned).await.expect(404);
    let watch = format!("{at}/watch");
    owner.form(&watch, &[("watch", "on")]).await.expect(303);
    let page = owner.get_text(&at).await;
    page.has(&format!("data-follow=\"{learned}\""));
    let report = owner.get_text(&learned).await;
    report.has("No requests since 16 Nov 2026. Addresses appear here automatically.");
    report.lacks("name=\"networks\"");
    page.has("No requests had been counted at 05:31.");
    page.lacks("Refresh this page");
    for tail in 1..=2 {
        key.with_ip([203, 0, 113, tail])
            .get("/api/key")
            .await
            .expect(200);
        world.services.flush().await.unwrap();
        let report = owner.get_text(&learned).await;
        report.has(&format!("value=\"203.0.113.{tail}\" checked"));
        report.lacks("<header");
        // The last use in the list of details is renewed with the addresses.
        report.has("<span class=\"summary\"><time");
        report.has(&format!(" from <!>203.0.113.{tail}"));
    }
    let page = owner.get_text(&at).await;
    page.has("<span class=\"summary\"><time");
    page.has("As of 05:31. The list of addresses above is newer while this page is open.");
    let report = owner.get_text(&learned).await;
    report.has("2 addresses so far. New ones appear automatically.");
    owner.get("/keys/none/learned").await.expect(404);
    world.sql("DELETE FROM sessions").await;
    owner.get(&learned).await.expect(204);
}

#[tokio::test]
async fn viewer_can_see_the_origin_of_calls_but_not_change_the_watch() {
    let (world, owner, key) = fixture(&["leads:read"]).await;
    let at = format!("/keys/{}", key.id);
    owner.form(&format!("{at}/watch"), &[]).await.expect(303);
    key.get("/api/key").await.expect(200);
    world.sql("UPDATE members SET role = 'viewer'").await;
    let html = page(&world, &owner, &key, "").await;
    assert!(html.contains("192.0.2.7") && !html.contains("Allow only these"));
    html.lacks_all(["Cancel learning", "name=\"offered\""]);
    for (verb, field) in [
        ("watch", ("watch", "off")),
        ("enforce", ("networks", "10.0.0.1")),
    ] {
        let response = owner
            .form(&format!("{at}/{verb}"), &[field])
            .await
            .expect(403);
        response.has("You don't have permission to do this.");
    }
    key.get("/api/key").await.expect(200);
    let watched = "SELECT count(*) FROM api_keys WHERE watched_since IS NOT NULL";
    assert_eq!(world.count(watched).await, 1);
}

/// In time zones whose midnight is between two full hours of UTC, and on days of 23 and 25 hours.
#[tokio::test]
async fn days_follow_the_accounts_time_zone_on_every_page() {
    // Seconds from the clock's start, 23 Nov 2026, 05:31:07 UTC, to the last second of a day.
    for (zone, end_of_day, days) in [
        // 18:15 UTC.
        (
            "UPDATE accounts SET time_zone = 'Asia/Kathmandu'",
            45_832,
            ["23 Nov", "24 Nov"],
        ),
        // 18:30 UTC.
        (
            "UPDATE accounts SET time_zone = 'Asia/Kolkata'",
            46_732,
            ["23 Nov", "24 Nov"],
        ),
        // A day of 23 hours, which ends at 22:00 UTC.
        (
            "UPDATE accounts SET time_zone = 'Europe/Berlin'",
            10_859_332,
            ["28 Mar", "29 Mar"],
        ),
        // A day of 25 hours, which ends at 23:00 UTC.
        (
            "UPDATE accounts SET time_zone = 'Europe/Berlin'",
            29_611_732,
            ["31 Oct", "1 Nov"],
        ),
    ] {
        let world = World::new().await;
        world.clock.advance_seconds(end_of_day);
        let owner = world.owner().await;
        world.sql(zone).await;
        let key = owner.create("CRM Sync", &["leads:read"]).await;
        key.get("/api/key").await.expect(200);
        world.clock.advance_seconds(2);
        for _ in 0..2 {
            key.get("/api/key").await.expect(200);
        }
        let owner = world.sign_in(OWNER).await;
        for page in [
            page(&world, &owner, &key, "?over=7d").await,
            page(&world, &owner, &key, "?over=30d").await,
            owner.get_text("/").await,
        ] {
            for (day, calls) in days.into_iter().zip([1, 2]) {
                let row = format!("{day}</th><td class=\"number\">{calls}</td>");
                assert!(page.contains(&row), "{zone} {day}: {page}");
            }
        }
    }
}
