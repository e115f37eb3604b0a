//! `/requests`: the list of refused calls, its filters, and the changes that it offers.

use crate::support::{INVENTORY, Key, Member, OWNER, Text as _, World};
use domain::seconds::DAY;
use serde_json::json;

/// A world with a key that may read and write the inventory.
async fn fixture() -> (World, Member, Key) {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &INVENTORY).await;
    (world, owner, key)
}

/// Returns the list, once it contains all calls so far.
async fn list(world: &World, member: &Member, address: &str) -> String {
    world.services.flush().await.unwrap();
    let page = member.get(address).await.expect(200);
    page.body.replace("&amp;", "&")
}

fn rows(page: &str) -> usize {
    page.matches("<th role=\"rowheader\"").count()
}

/// Returns the number of rows whose key has been changed since.
fn count_fixed(page: &str) -> usize {
    page.matches("Fixed</span>").count()
}

/// Returns the address of the frame that reports newer calls.
fn frame(page: &str) -> String {
    let (_, after) = page.split_once("<iframe").expect("a frame");
    let (_, after) = after.split_once("src=\"").unwrap();
    after.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn refused_calls_are_listed_with_their_facts_and_links() {
    let (world, owner, key) = fixture().await;
    let empty = list(&world, &owner, "/requests").await;
    empty.has_all([
        "<h1>Requests</h1>",
        "No requests were sent with your API keys",
        "No rejected requests",
    ]);
    key.get("/api/inventory?q=vx_secret").await.expect(200);
    list(&world, &owner, "/requests").await.has_all([
        "The only request of the last 7 days was accepted.",
        "Only rejected requests are listed here.",
        "No rejected requests",
    ]);
    let refused = key.get("/api/leads?q=vx_secret").await.expect(403);
    let unrouted = key.get("/api/nothing/vx_secret").await.expect(404);
    let page = list(&world, &owner, "/requests").await;
    assert_eq!(
        rows(&page),
        1,
        "an unknown path is refused before the key is read: {page}"
    );
    let id = refused.header("x-request-id");
    page.has_all([
        "GET /api/leads",
        &format!("/requests?id={id}"),
        "403",
        "Missing permission",
        "/requests?reason=missing_scope",
        &format!("/requests?key={}", key.id),
        "192.0.2.7",
        "/requests?address=192.0.2.7",
        "1 request was accepted and 1 was rejected in the last 7 days.",
    ]);
    page.lacks_all(["vx_secret", unrouted.header("x-request-id")]);
    // Calls without a key of the account are not listed.
    world.anonymous().get("/api/leads").await.expect(401);
    assert_eq!(rows(&list(&world, &owner, "/requests").await), 1);
    // The explanation leads back to the filtered list.
    let address = format!("/requests?key={}&id={id}", key.id);
    let explanation = list(&world, &owner, &address).await;
    explanation.has_all(["leads:read", &format!("href=\"/requests?key={}\"", key.id)]);
    assert_eq!(rows(&explanation), 0);
}

#[tokio::test]
async fn list_is_filtered_by_reason_key_and_address() {
    let (world, owner, key) = fixture().await;
    let other = owner.create("CRM Sync", &["leads:read"]).await;
    key.get("/api/leads").await.expect(403);
    other.get("/api/inventory").await.expect(403);
    let elsewhere = other.with_ip([203, 0, 113, 9]);
    elsewhere.get("/api/inventory").await.expect(403);
    elsewhere.get("/api/leads?limit=no").await.expect(400);
    let all = list(&world, &owner, "/requests").await;
    assert_eq!(rows(&all), 4);
    all.has_all(["Missing permission (3)", "Invalid parameter (1)"]);
    for (query, count, chip) in [
        (
            "reason=missing_scope".to_owned(),
            3,
            "Reason: Missing permission",
        ),
        (format!("key={}", key.id), 1, "Key: Feed"),
        (format!("key={}", other.id), 3, "Key: CRM Sync"),
        (
            "address=203.0.113.9".to_owned(),
            2,
            "IP address: 203.0.113.9",
        ),
        (
            "reason=missing_scope&address=203.0.113.9".to_owned(),
            1,
            "Clear filters",
        ),
        ("reason=internal".to_owned(), 0, "Reason: Server error"),
    ] {
        let page = list(&world, &owner, &format!("/requests?{query}")).await;
        assert_eq!(rows(&page), count, "{query}: {page}");
        page.has(chip);
        let (_, summary) = page.split_once("class=\"summary\"><strong>").unwrap();
        let (summary, _) = summary.split_once(" of the last 7 days").unwrap();
        let plural = if count == 1 { "" } else { "s" };
        assert_eq!(
            summary,
            format!("{count} rejected request{plural}"),
            "{query}"
        );
        if count == 0 {
            page.has("No matching requests");
        }
    }
    // A value that does not name anything of the account matches nothing, and is not shown.
    for query in ["reason=vx_odd", "key=vx_odd", "key=%20!", "address=vx_odd"] {
        let page = list(&world, &owner, &format!("/requests?{query}")).await;
        assert_eq!(rows(&page), 0, "{query}");
        page.has_all([": unknown", "No matching requests"]);
        page.split_once("<main").unwrap().1.lacks("vx_odd");
    }
}

/// A call with a mistyped key, and a refusal that is repeated for the same idempotency key.
#[tokio::test]
async fn every_listed_request_is_counted_and_every_counted_one_is_listed() {
    let (world, owner, key) = fixture().await;
    key.get("/api/inventory").await.expect(200);
    let mistyped = world.anonymous().with("x-api-key", &key.secret[..38]);
    for _ in 0..3 {
        mistyped.get("/api/inventory").await.expect(401);
    }
    let repeated = key.with("idempotency-key", "a");
    let mut ids = Vec::new();
    for _ in 0..2 {
        let bad = json!({ "items": [{ "id": "A" }] });
        let response = repeated.post("/api/inventory", &bad).await.expect(422);
        ids.push(response.header("x-request-id").to_owned());
    }
    let page = list(&world, &owner, "/requests").await;
    assert_eq!(rows(&page), 5, "{page}");
    page.has("1 request was accepted and 5 were rejected in the last 7 days.");
    page.has_all(["Mistyped key (3)", "Invalid values (2)"]);
    for id in &ids {
        let explanation = list(&world, &owner, &format!("/requests?id={id}")).await;
        explanation.has_all(["POST /api/inventory", "invalid_body"]);
    }
    // The other pages that count them.
    let dashboard = owner.get_text("/").await;
    dashboard.has_all(["83.3%", "5 rejected"]);
    let page = owner.get_text(&format!("/keys/{}", key.id)).await;
    page.has(", 5 rejected</span>");
    let (_, sources) = page.split_once("Rejected sources").unwrap();
    sources.has("Mistyped key");
}

#[tokio::test]
async fn list_has_pages_and_lasts_a_week() {
    let (world, owner, key) = fixture().await;
    let elsewhere = key.with_ip([203, 0, 113, 9]);
    elsewhere.get("/api/leads").await.expect(403);
    for _ in 0..50 {
        key.get("/api/leads").await.expect(403);
        world.clock.advance_seconds(1);
    }
    let first = list(&world, &owner, "/requests").await;
    assert_eq!(rows(&first), 50);
    first.lacks("203.0.113.9");
    let (before, _) = first.split_once("Next page").unwrap();
    let (_, next) = before.rsplit_once("href=\"").unwrap();
    let next = next.split('"').next().unwrap();
    let second = list(&world, &owner, next).await;
    assert_eq!(rows(&second), 1);
    second.has_all(["203.0.113.9", "First page"]);
    second.lacks_all(["Next page", "<iframe"]);
    owner.get("/requests?cursor=00").await.expect(404);
    world.clock.advance_seconds(7 * DAY);
    let owner = world.sign_in(OWNER).await;
    assert_eq!(rows(&list(&world, &owner, "/requests").await), 0);
}

#[tokio::test]
async fn each_refusal_leads_to_the_change_that_its_key_needs_now() {
    let (world, owner, key) = fixture().await;
    let viewer = world.join(&owner, "vera@example.com", "viewer").await;
    let at = format!("/keys/{}", key.id);
    let refused = key.get("/api/leads").await.expect(403);
    let explained = format!("/requests?id={}", refused.header("x-request-id"));
    let add = format!("{at}/edit?add=leads:read");
    for address in ["/requests", &explained] {
        let page = list(&world, &owner, address).await;
        page.has_all([&*add, "Add permission leads:read to Feed"]);
        list(&world, &viewer, address).await.lacks("Add permission");
    }
    let form = owner.get_text(&add).await;
    form.has("leads:read is selected. Save your changes to add it.");
    let fields = [("name", "Feed"), ("scopes", "leads:read")];
    owner.form(&format!("{at}/edit"), &fields).await.expect(303);
    // The key has the permission now, so the old refusal is fixed, which all roles see.
    for member in [&owner, &viewer] {
        let page = list(&world, member, "/requests").await;
        page.lacks("Add permission");
        assert_eq!(count_fixed(&page), 1, "{page}");
    }
    let fields = [
        ("name", "Feed"),
        ("scopes", "leads:read"),
        ("allow_list", "203.0.113.9"),
        ("shut_out", "yes"),
    ];
    owner.form(&format!("{at}/edit"), &fields).await.expect(303);
    let page = list(&world, &owner, "/requests").await;
    assert_eq!(count_fixed(&page), 0, "the caller is not allowed: {page}");

    let refused = key.get("/api/leads").await.expect(403);
    let allow = format!("{at}/edit?allow=192.0.2.7");
    let page = list(&world, &owner, "/requests").await;
    page.has_all([&*allow, "Allow this address for Feed: 192.0.2.7"]);
    list(&world, &viewer, "/requests")
        .await
        .lacks("Allow this address");
    let explained = format!("/requests?id={}", refused.header("x-request-id"));
    list(&world, &owner, &explained).await.has(&allow);
    let form = owner.get_text(&allow).await;
    form.has_all([
        "203.0.113.9\n192.0.2.7",
        "192.0.2.7 was added to the allowed IPs below. Save your changes to allow it.",
    ]);
    let fields = [("name", "Feed"), ("scopes", "leads:read")];
    owner.form(&format!("{at}/edit"), &fields).await.expect(303);
    let page = list(&world, &owner, "/requests").await;
    page.lacks("Allow this address");
    assert_eq!(count_fixed(&page), 2, "{page}");
    // Every address is allowed now, and an entry would exclude all others.
    owner
        .get_text(&allow)
        .await
        .lacks("was added to the allowed IPs");

    owner.form(&format!("{at}/pause"), &[]).await.expect(303);
    key.get("/api/leads").await.expect(401);
    let resume = format!("action=\"{at}/resume\"");
    let page = list(&world, &owner, "/requests").await;
    page.has(&resume);
    assert_eq!(count_fixed(&page), 0, "the key is paused: {page}");
    list(&world, &viewer, "/requests").await.lacks(&resume);
    owner.form(&format!("{at}/resume"), &[]).await.expect(303);
    let page = list(&world, &owner, "/requests").await;
    page.lacks(&resume);
    assert_eq!(count_fixed(&page), 3, "{page}");
    let other = [
        ("name", "Feed"),
        ("scopes", "leads:read"),
        ("allow_list", "203.0.113.0/24"),
        ("shut_out", "yes"),
    ];
    owner.form(&format!("{at}/edit"), &other).await.expect(303);
    let page = list(&world, &owner, "/requests").await;
    page.has("Allow this address");
    assert_eq!(count_fixed(&page), 0, "the caller is not allowed: {page}");
    let fields = [("name", "Feed"), ("scopes", "leads:read")];
    owner.form(&format!("{at}/edit"), &fields).await.expect(303);

    key.get("/api/inventory").await.expect(403);
    list(&world, &owner, "/requests")
        .await
        .has("Add permission");
    owner.revoke(&key.id, "Feed").await.expect(200);
    let page = list(&world, &owner, "/requests").await;
    page.has("Feed");
    page.lacks("Add permission");
    assert_eq!(
        count_fixed(&page),
        0,
        "no request with a revoked key is accepted"
    );
}

#[tokio::test]
async fn edit_form_ignores_proposals_that_are_not_a_permission_or_an_address() {
    let (_world, owner, key) = fixture().await;
    let at = format!("/keys/{}/edit", key.id);
    let fields = [
        ("name", "Feed"),
        ("scopes", "leads:read"),
        ("allow_list", "203.0.113.9"),
    ];
    owner.form(&at, &fields).await.expect(303);
    for query in [
        "add=everything",
        "add=leads:read",
        "allow=0.0.0.0/0",
        "allow=203.0.113.9",
    ] {
        let form = owner.get_text(&format!("{at}?{query}")).await;
        form.lacks("Save your changes to");
        form.has(">203.0.113.9</textarea>");
    }
}

#[tokio::test]
async fn frame_reports_new_calls_that_match_the_filter() {
    let (world, owner, key) = fixture().await;
    key.get("/api/leads").await.expect(403);
    let all = frame(&list(&world, &owner, "/requests").await);
    let filtered = frame(&list(&world, &owner, "/requests?reason=paused_key").await);
    let open = async |address: &str| owner.get(address).await.expect(200);
    for address in [&all, &filtered] {
        let response = open(address).await;
        response.has("No newer rejected requests");
        assert_eq!(response.header("refresh"), "5");
        let policy = response.header("content-security-policy");
        assert!(policy.contains("frame-ancestors 'self'"), "{policy}");
    }
    for _ in 0..2 {
        key.get("/api/leads").await.expect(403);
    }
    world.services.flush().await.unwrap();
    let response = open(&all).await;
    response.has_all(["2 new rejected requests", "href=\"/requests\""]);
    assert_eq!(response.header("refresh"), "30");
    // The first new one that matches is reported, although the list was empty.
    assert!(filtered.contains("reason=paused_key"), "{filtered}");
    open(&filtered).await.has("No newer rejected requests");

    // Neither a stranger nor a visitor without a session sees them.
    let stranger = world.stranger().await;
    stranger
        .get(&all)
        .await
        .expect(200)
        .has("No newer rejected requests");
    world.anonymous().get(&all).await.expect(204);
    owner.get("/requests/new").await.expect(404);
    owner.get("/requests/new?after=00").await.expect(404);
}

#[tokio::test]
async fn script_of_an_open_list_gets_new_rows_and_the_address_for_the_next_ones() {
    let (world, owner, key) = fixture().await;
    let follow = |page: &str| {
        let (_, after) = page.split_once("data-follow=\"").expect("a followed list");
        after.split_once('"').unwrap().0.to_owned()
    };
    key.get("/api/leads").await.expect(403);
    let all = follow(&list(&world, &owner, "/requests").await);
    let filtered = follow(&list(&world, &owner, "/requests?reason=paused_key").await);
    let open = async |address: &str| {
        owner
            .get(address)
            .await
            .expect(200)
            .body
            .replace("&amp;", "&")
    };
    for (address, has_summary) in [(&all, true), (&filtered, false)] {
        let quiet = open(address).await;
        quiet.has("05:31</time>");
        let all = "The only request of the last 7 days was rejected.";
        assert_eq!(quiet.contains(all), has_summary, "{quiet}");
        quiet.lacks_all(["data-follow", "<table"]);
    }
    key.get("/api/leads").await.expect(403);
    world.services.flush().await.unwrap();
    let news = open(&all).await;
    news.has_all([
        "1 new rejected request at 05:31:07 UTC",
        "All 2 requests of the last 7 days were rejected.",
        "Missing permission (2)",
    ]);
    assert_eq!(rows(&news), 2, "the whole first page");
    open(&filtered).await.lacks("data-follow");
    open(&follow(&news)).await.lacks("data-follow");
    // The filter also applies to the newer requests of the list.
    let filtered = open(&format!("{all}&reason=missing_scope")).await;
    follow(&filtered).has("reason=missing_scope");
    filtered.has("2 rejected requests of the last 7 days match these filters.");

    // The requests of the script do not keep the session alive, and return 204 after it has ended.
    owner.form("/sign-out", &[]).await.expect(303);
    owner.get(&all).await.expect(204);
}

#[tokio::test]
async fn calls_and_keys_of_other_accounts_are_not_disclosed() {
    let (world, owner, key) = fixture().await;
    key.get("/api/leads").await.expect(403);
    let stranger = world.stranger().await;
    let unknown = list(&world, &stranger, "/requests?key=unknown").await;
    let foreign = list(&world, &stranger, &format!("/requests?key={}", key.id)).await;
    let without_id = |page: &str| {
        let (_, main) = page.split_once("<main").unwrap();
        // After it are nonces.
        let (main, _) = main.split_once("</main>").unwrap();
        main.replace(&key.id, "unknown")
    };
    assert_eq!(without_id(&foreign), without_id(&unknown));
    assert_eq!(rows(&list(&world, &stranger, "/requests").await), 0);
    assert_eq!(rows(&list(&world, &owner, "/requests").await), 1);
}
