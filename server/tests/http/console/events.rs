//! `/keys/events`

use crate::support::{Member, OWNER, TestClient, Text as _, World, sha256};
use axum::body::Body;
use domain::seconds::HOUR;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use std::time::Duration;

/// An open event stream of a list.
struct Events(Body);

impl Events {
    async fn open(http: &TestClient, query: &str) -> Self {
        let response = http.open(&format!("/keys/events{query}")).await;
        assert_eq!(response.status(), 200);
        let header = |name| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "text/event-stream");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("x-accel-buffering"), "no");
        Self(response.into_body())
    }

    /// Returns the next event; `None` at the end.
    async fn next(&mut self) -> Option<Value> {
        let text = self.frame().await?;
        let data = text.strip_prefix("data: ").expect("an event");
        Some(serde_json::from_str(data.trim_end()).unwrap())
    }

    /// Returns the next piece of the stream, as it is sent.
    async fn frame(&mut self) -> Option<String> {
        let next = tokio::time::timeout(Duration::from_secs(30), self.0.frame());
        let frame = next.await.expect("something within half a minute")?;
        let bytes = frame.unwrap().into_data().unwrap();
        Some(String::from_utf8(bytes.to_vec()).unwrap())
    }

    async fn next_update(&mut self) -> Value {
        self.next().await.expect("the stream goes on")
    }
}

fn names(update: &Value) -> Vec<&str> {
    let keys = update["changed"].as_array().unwrap();
    keys.iter()
        .map(|key| key["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn open_list_receives_changes_by_other_admins_and_uses_of_keys() {
    let (world, owner) = World::with_owner().await;
    let bob = world.join(&owner, "bob@example.com", "admin").await;
    let crm = owner.create("CRM Sync", &["leads:read"]).await;
    let mut events = Events::open(&owner, "").await;
    let all = events.next_update().await;
    assert_eq!(names(&all), ["CRM Sync"]);
    assert_eq!(all["order"], json!([crm.id]));
    assert_eq!(
        all["count"],
        json!({ "keys": 1, "active": 1, "is_lower_bound": false })
    );
    assert_eq!(all["no_keys"], false);
    assert_eq!(all["first_call"], Value::Null);

    world.clock.advance_seconds(1);
    let feed = bob.create("Feed", &["inventory:read"]).await;
    let update = events.next_update().await;
    assert_eq!(
        names(&update),
        ["Feed"],
        "what is the same is not told again"
    );
    assert_eq!(update["order"], json!([feed.id, crm.id]));
    assert_eq!(
        update["count"],
        json!({ "keys": 2, "active": 2, "is_lower_bound": false })
    );

    world.clock.advance_seconds(5);
    crm.get("/api/leads").await.expect(200);
    let update = events.next_update().await;
    assert_eq!(names(&update), ["CRM Sync"]);
    assert_eq!(update["changed"][0]["last_use"]["ip"], "192.0.2.7");

    bob.revoke(&crm.id, "CRM Sync").await.expect(200);
    let update = events.next_update().await;
    assert_eq!(update["changed"][0]["status"], "revoked");
    assert_eq!(update["changed"][0]["revocation"]["by"], "bob@example.com");
    assert_eq!(update["order"], json!([feed.id, crm.id]));
    assert_eq!(
        update["count"],
        json!({ "keys": 2, "active": 1, "is_lower_bound": false })
    );

    // The passage of time alone changes a key, too.
    world.clock.advance_seconds(8 * HOUR);
    owner.get("/keys").await.expect(200);
    world
        .sql("UPDATE api_keys SET expires_at = created_at + 1 WHERE name = 'Feed'")
        .await;
    let update = events.next_update().await;
    assert_eq!(update["changed"][0]["status"], "expired");
}

#[tokio::test]
async fn open_list_receives_only_the_keys_that_match_its_filter() {
    let (_world, owner) = World::with_owner().await;
    owner.create("CRM Sync", &["leads:read"]).await;
    let mut events = Events::open(&owner, "?q=feed&sort=name").await;
    let update = events.next_update().await;
    assert_eq!(names(&update), Vec::<&str>::new());
    assert_eq!(update["no_keys"], false);
    owner.create("Other", &["leads:read"]).await;
    owner.create("Feed", &["leads:read"]).await;
    assert_eq!(names(&events.next_update().await), ["Feed"]);
}

#[tokio::test]
async fn open_list_reports_the_first_call_of_a_new_key_or_why_it_was_refused() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let mut events = Events::open(&owner, &format!("?await={}", key.id)).await;
    let first_call = async |events: &mut Events| {
        let call = events.next_update().await["first_call"].clone();
        let text = |name: &str| call[name].as_str().unwrap().to_owned();
        (text("stage"), text("text"), text("detail"))
    };
    let (stage, text, _) = first_call(&mut events).await;
    assert_eq!(
        (&*stage, &*text),
        ("waiting", "Waiting for your first request…")
    );

    // Truncated when it was copied: not a valid key, and yet attributed to this one.
    let truncated = world.anonymous().with("x-api-key", &key.secret[..38]);
    assert_eq!(
        truncated.get("/api/leads").await.problem().1,
        "malformed_key"
    );
    let (stage, text, more) = first_call(&mut events).await;
    assert_eq!(stage, "refused");
    text.has("38 of 52 characters");
    more.has("Copy the full key");

    assert_eq!(key.get("/api/inventory").await.problem().1, "missing_scope");
    let (stage, text, _) = first_call(&mut events).await;
    assert_eq!(stage, "refused");
    text.has("the permission inventory:read");

    // The result is the same after it has been written to the database.
    world.services.flush().await.unwrap();
    let mut later = Events::open(&owner, &format!("?await={}", key.id)).await;
    assert_eq!(first_call(&mut later).await.1, text);

    let curl = key.with("user-agent", "curl/8.5.0");
    curl.get("/api/leads").await.expect(200);
    let (stage, text, more) = first_call(&mut events).await;
    assert_eq!(stage, "accepted");
    assert_eq!(text, "First request received.");
    assert_eq!(more, "From 192.0.2.7 (curl/8.5.0)");

    // Neither later calls nor a restart of the server change this.
    assert_eq!(key.get("/api/inventory").await.problem().1, "missing_scope");
    world.services.flush().await.unwrap();
    let mut later = Events::open(&owner, &format!("?await={}", key.id)).await;
    assert_eq!(first_call(&mut later).await.0, "accepted");
    let unknown = Events::open(&owner, "?await=nothing").await.next().await;
    assert_eq!(unknown.unwrap()["first_call"], Value::Null);
}

#[tokio::test]
async fn truncated_key_is_counted_and_explained_only_in_its_account() {
    let world = World::new().await;
    let (owner, stranger) = (world.owner().await, world.stranger().await);
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let truncated = world.anonymous().with("x-api-key", &key.secret[..38]);
    let response = truncated.get("/api/leads").await;
    let id = response.header("x-request-id").to_owned();
    world.services.flush().await.unwrap();
    let count = "SELECT count(*) FROM key_calls WHERE outcome <> 'accepted' AND calls = 1";
    assert_eq!(world.count(count).await, 1);
    let page = format!("/requests?id={id}");
    let html = owner.get_text(&page).await;
    html.has_all(["38 of 52 characters", "CRM Sync"]);
    let html = stranger.get_text(&page).await;
    html.lacks_all(["38 of 52", "CRM Sync"]);
}

#[tokio::test]
async fn open_list_does_not_extend_its_session_and_ends_with_it() {
    let (world, owner) = World::with_owner().await;
    owner.create("CRM Sync", &["leads:read"]).await;
    let mut events = Events::open(&owner, "").await;
    events.next_update().await;
    // Within the twelve hours. If an open list counted as activity, the session would outlive them.
    world.clock.advance_seconds(11 * HOUR);
    Events::open(&owner, "").await.next_update().await;
    world.clock.advance_seconds(2 * HOUR);
    assert!(events.next().await.is_none(), "the session is over");
    owner.get("/keys/events").await.expect(204);

    let bob = world.sign_in(OWNER).await;
    let mut events = Events::open(&bob, "").await;
    events.next_update().await;
    bob.form("/sign-out", &[]).await.expect(303);
    assert!(events.next().await.is_none(), "it was ended");
}

#[tokio::test]
async fn open_list_ends_at_once_if_its_session_is_ended_from_another_browser() {
    let (world, owner) = World::with_owner().await;
    let other = world.sign_in(OWNER).await;
    let mut events = Events::open(&other, "").await;
    events.next_update().await;
    let page = owner.get_text("/account").await;
    let (_, rest) = page.split_once("name=\"end\" value=\"").unwrap();
    let (id, _) = rest.split_once('"').unwrap();
    let ended = owner.form("/account/sessions", &[("end", id)]).await;
    ended.expect(303);
    owner.create("CRM Sync", &["leads:read"]).await;
    assert!(events.next().await.is_none(), "the session was ended");
}

/// Adds another member to the owner's account, with a session.
async fn colleague(world: &World, owner: &Member, number: usize) -> TestClient {
    let (cookie, _) = owner.cookie.split_once('=').unwrap();
    let token = format!("{number:064x}");
    let mut connection = world.connection().await;
    sqlx::query(
        "INSERT INTO members (id, account_id, email, role, password_hash, created_at)
         SELECT 'member-' || $1, account_id, 'member' || $1 || '@example.com', role, password_hash, created_at
         FROM members WHERE email = $2",
    )
    .bind(i64::try_from(number).unwrap())
    .bind(OWNER)
    .execute(&mut connection)
    .await
    .unwrap();
    sqlx::query(
        "INSERT INTO sessions (digest, member_id, created_at, last_seen_at, expires_at)
         SELECT $1, 'member-' || $2, created_at, last_seen_at, expires_at FROM sessions LIMIT 1",
    )
    .bind(hex::decode(sha256(&token)).unwrap())
    .bind(i64::try_from(number).unwrap())
    .execute(&mut connection)
    .await
    .unwrap();
    world
        .anonymous()
        .with("cookie", format!("{cookie}={token}"))
}

#[tokio::test]
async fn fourth_open_list_of_a_member_closes_the_oldest() {
    let (world, owner) = World::with_owner().await;
    let bob = colleague(&world, &owner, 1).await;
    let mut open = Vec::new();
    for _ in 0..3 {
        let mut events = Events::open(&owner, "").await;
        events.next_update().await;
        open.push(events);
    }
    let mut bob_events = Events::open(&bob, "").await;
    bob_events.next_update().await;
    let mut fourth = Events::open(&owner, "").await;
    fourth.next_update().await;
    open.push(fourth);
    // The retry interval keeps its browser from reopening it immediately, which would close another
    // one.
    let mut oldest = open.remove(0);
    assert_eq!(oldest.frame().await.as_deref(), Some("retry: 60000\n\n"));
    assert_eq!(oldest.frame().await, None);
    // All the others continue, and show the same.
    owner.create("CRM Sync", &["leads:read"]).await;
    open.push(bob_events);
    for mut events in open {
        assert_eq!(names(&events.next_update().await), ["CRM Sync"]);
    }
}

#[tokio::test]
async fn open_lists_are_limited_to_500_and_end_when_the_server_stops() {
    let (world, owner) = World::with_owner().await;
    let mut open = Vec::new();
    for number in 0..167 {
        let member = colleague(&world, &owner, number).await;
        for _ in 0..3 {
            if open.len() < 500 {
                open.push(Events::open(&member, "").await);
            }
        }
    }
    let refusal = owner.get("/keys/events").await.expect(503);
    assert_eq!(refusal.header("retry-after"), "2");
    open.truncate(1);
    let mut events = Events::open(&owner, "").await;
    events.next_update().await;
    world.state.stopping.cancel();
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn frame_without_script_refreshes_until_the_first_call_is_accepted() {
    let world = World::new().await;
    let (owner, stranger) = (world.owner().await, world.stranger().await);
    let token = "0123456789abcdef";
    let fields = [
        ("name", "CRM Sync"),
        ("scopes", "leads:read"),
        ("expires", "90d"),
        ("token", token),
    ];
    let saved = owner.form("/keys", &fields).await.expect(200).body;
    let id = owner.keys().await["keys"][0]["id"].clone();
    let at = format!("/keys/{}/first-call", id.as_str().unwrap());
    saved.has(&format!("<iframe src=\"{at}\""));
    let (_, rest) = saved.split_once("value=\"vx_").unwrap();
    let secret = format!("vx_{}", &rest[..49]);

    let frame = owner.get(&at).await.expect(200);
    frame.has("Waiting for your first request…");
    assert!(!frame.body.contains("API Keys</a>"), "no menu in a frame");
    assert_eq!(frame.header("refresh"), "2");
    let policy = frame.header("content-security-policy");
    policy.has("frame-ancestors 'self'");
    let policy = owner.header_of("/keys", "content-security-policy").await;
    policy.has("frame-ancestors 'none'");

    let key = world.anonymous().with("x-api-key", &secret);
    assert_eq!(key.get("/api/inventory").await.problem().1, "missing_scope");
    let frame = owner.get(&at).await.expect(200);
    frame.has("the permission inventory:read");
    assert_eq!(frame.header("refresh"), "2");
    key.get("/api/leads").await.expect(200);
    let frame = owner.get(&at).await.expect(200);
    frame.has("First request received.");
    // With script, the page around the frame has the only way out.
    frame.has("<noscript><a class=\"button\" href=\"/keys\" target=\"_top\">");
    assert!(!frame.headers.contains_key("refresh"));
    stranger.get(&at).await.expect(404);
    // Like an open list, it does not keep the session alive.
    world.clock.advance_seconds(11 * HOUR);
    owner.get(&at).await.expect(200);
    world.clock.advance_seconds(2 * HOUR);
    owner.get(&at).await.expect(303);
}
