//! A key or a session that ends while the body is still arriving changes nothing.

use super::forged_requests::fixture;
use crate::support::{
    ALL_SCOPES, Key, Member, OWNER, PASSWORD, PUBLIC_URL, Text as _, World, multipart,
};
use serde_json::{Value, json};

/// Every request of the API that has a body, with a body that would succeed.
fn api(lead: &str) -> Vec<(&'static str, String, &'static str, String)> {
    let json = "application/json";
    let item = json!({ "id": "late", "name": "Late" });
    let post = |kind, body: &str| ("POST", "/api/inventory".into(), kind, body.to_owned());
    vec![
        post(json, &json!({ "items": [item] }).to_string()),
        post("text/csv", "id,name\nlate,Late\n"),
        post(
            "application/xml",
            "<inventory><item><id>late</id><name>Late</name></item></inventory>",
        ),
        (
            "PUT",
            "/api/inventory/late".into(),
            json,
            json!({ "name": "Late" }).to_string(),
        ),
        (
            "PATCH",
            "/api/inventory/kept".into(),
            "application/merge-patch+json",
            json!({ "name": "Late" }).to_string(),
        ),
        (
            "POST",
            "/api/leads".into(),
            json,
            json!({ "email": "late@example.com" }).to_string(),
        ),
        (
            "PATCH",
            lead.to_owned(),
            json,
            json!({ "status": "won" }).to_string(),
        ),
    ]
}

struct ApiFixture {
    world: World,
    owner: Member,
    /// A key to read the current data with.
    reader: Key,
    /// The path of a lead.
    lead: String,
}

impl ApiFixture {
    async fn new() -> Self {
        let (world, owner) = World::with_owner().await;
        let reader = owner.create("Reader", &ALL_SCOPES).await;
        let item = json!({ "name": "Kept" });
        let put = reader.put("/api/inventory/kept", &item).await;
        put.expect(201);
        let lead = json!({ "email": "buyer@example.com" });
        let created = reader.post("/api/leads", &lead).await.expect(201);
        Self {
            lead: created.header("location").to_owned(),
            world,
            owner,
            reader,
        }
    }

    /// Everything that a request of the API can change.
    async fn data(&self) -> Value {
        let items = self.reader.get_json("/api/inventory").await;
        let leads = self.reader.get_json("/api/leads").await;
        json!([items, leads])
    }

    /// Sends every body with a new key that loses its access while the body arrives, with and
    /// without an `Idempotency-Key`, and checks that the request is refused and that nothing was
    /// changed.
    async fn assert_each_is_refused(&self, lose: impl AsyncFn(&Key), status: u16, code: &str) {
        let before = self.data().await;
        for (method, path, kind, body) in api(&self.lead) {
            for idempotent in [false, true] {
                let key = self.owner.create("Sender", &ALL_SCOPES).await;
                let mut http = key.with("content-type", kind);
                if idempotent {
                    http = http.with("idempotency-key", &key.id);
                }
                let response = http
                    .send_slowly(method, &path, &body, async { lose(&key).await })
                    .await;
                let refusal = (status, code.to_owned());
                assert_eq!(response.problem(), refusal, "{method} {path} as {kind}");
                assert_eq!(self.data().await, before, "{method} {path} as {kind}");
            }
        }
    }
}

#[tokio::test]
async fn request_changes_nothing_if_its_key_is_revoked_while_the_body_arrives() {
    let fixture = ApiFixture::new().await;
    let by_holder = async |key: &Key| drop(key.delete("/api/key").await.expect(204));
    fixture
        .assert_each_is_refused(by_holder, 401, "revoked_key")
        .await;
    let by_owner = async |key: &Key| {
        fixture.owner.revoke(&key.id, "Sender").await.expect(200);
    };
    fixture
        .assert_each_is_refused(by_owner, 401, "revoked_key")
        .await;
}

#[tokio::test]
async fn request_changes_nothing_if_its_key_is_paused_while_the_body_arrives() {
    let fixture = ApiFixture::new().await;
    let pause = async |key: &Key| {
        let path = format!("/keys/{}/pause", key.id);
        fixture.owner.form(&path, &[]).await.expect(303);
    };
    fixture
        .assert_each_is_refused(pause, 401, "paused_key")
        .await;
}

#[tokio::test]
async fn request_changes_nothing_if_its_key_is_restricted_while_the_body_arrives() {
    let fixture = ApiFixture::new().await;
    let narrow = async |_: &Key| {
        let narrowed = "UPDATE api_keys SET scopes = 'inventory:read' WHERE name = 'Sender'";
        fixture.world.sql(narrowed).await;
    };
    fixture
        .assert_each_is_refused(narrow, 403, "missing_scope")
        .await;
    let shut_out = async |_: &Key| {
        let listed = "UPDATE api_keys SET allow_list = '203.0.113.0/24' WHERE name = 'Sender'";
        fixture.world.sql(listed).await;
    };
    fixture
        .assert_each_is_refused(shut_out, 403, "ip_not_allowed")
        .await;
}

#[tokio::test]
async fn stored_response_is_not_replayed_if_the_key_is_revoked_while_the_body_arrives() {
    let fixture = ApiFixture::new().await;
    let key = fixture.owner.create("Sender", &ALL_SCOPES).await;
    let http = key
        .with("idempotency-key", "one")
        .with("content-type", "application/json");
    let body = json!({ "email": "once@example.com" }).to_string();
    http.send("POST", "/api/leads", body.clone())
        .await
        .expect(201);
    let revoke = async { drop(key.delete("/api/key").await.expect(204)) };
    let response = http.send_slowly("POST", "/api/leads", &body, revoke).await;
    response.refusal(401, "revoked_key");
    response.lacks("once@example.com");
}

/// Paths that need no session, or that end it.
const WITHOUT_SESSION: [&str; 4] = ["/sign-in", "/sign-in/code", "/sign-out", "/theme"];

#[tokio::test]
async fn form_changes_nothing_if_its_session_ends_while_it_arrives() {
    let fixture = fixture(PUBLIC_URL).await;
    let changes = "SELECT count(*) FROM audit_events WHERE action NOT LIKE 'session.%'";
    let before = fixture.world.count(changes).await;
    for (path, body) in fixture.targets() {
        if WITHOUT_SESSION.contains(&path.as_str()) || path.starts_with("/setup/") {
            continue;
        }
        // A form without fields has no body that could arrive late.
        if body.is_empty() {
            continue;
        }
        let call = path.starts_with("/call/");
        let kind = match path.as_str() {
            "/inventory/import" => "multipart/form-data; boundary=x",
            _ if call => "application/json",
            _ => "application/x-www-form-urlencoded",
        };
        let member = fixture.world.sign_in(OWNER).await;
        let http = member
            .with("sec-fetch-site", "same-origin")
            .with("content-type", kind);
        let sign_out = async { drop(member.form("/sign-out", &[]).await.expect(303)) };
        let response = http.send_slowly("POST", &path, &body, sign_out).await;
        if call {
            assert!(
                response.body.contains("signed_out"),
                "{path}: {}",
                response.body
            );
        } else {
            assert_eq!(response.status, 303, "{path}: {}", response.body);
            let target = response.header("location");
            assert!(target.starts_with("/sign-in"), "{path}: {target}");
        }
        assert_eq!(fixture.world.count(changes).await, before, "{path}");
    }
}

#[tokio::test]
async fn no_key_is_created_if_its_admin_loses_access_while_the_form_arrives() {
    let fixture = ApiFixture::new().await;
    let (world, owner) = (&fixture.world, &fixture.owner);
    world.join(owner, "bob@example.com", "admin").await;
    let bob = world.member_id("bob@example.com").await;
    let keys = "SELECT count(*) FROM api_keys";
    let before = world.count(keys).await;
    for loss in ["role", "password", "deactivate"] {
        let admin = world.sign_in("bob@example.com").await;
        let http = admin
            .with("sec-fetch-site", "same-origin")
            .with("content-type", "application/x-www-form-urlencoded");
        let body = "name=Late&scopes=leads:read&expires=7d&token=0123456789abcdef";
        let lose = async {
            match loss {
                "role" => {
                    let path = format!("/team/{bob}/role");
                    owner.form(&path, &[("role", "viewer")]).await.expect(303);
                }
                "password" => {
                    let path = world.reset_link("bob@example.com").await;
                    let fields = [("password", PASSWORD)];
                    world.anonymous().form(&path, &fields).await.expect(303);
                }
                _ => {
                    let path = format!("/team/{bob}/deactivate");
                    owner.form(&path, &[]).await.expect(303);
                }
            }
        };
        let response = http.send_slowly("POST", "/keys", body, lose).await;
        assert!(!response.body.contains("vx_"), "{loss}: {}", response.body);
        assert_eq!(world.count(keys).await, before, "{loss}");
        if loss == "role" {
            let path = format!("/team/{bob}/role");
            owner.form(&path, &[("role", "admin")]).await.expect(303);
        }
    }
}

#[tokio::test]
async fn uploaded_file_is_not_read_if_the_visitor_has_no_session() {
    let world = World::new().await;
    let http = world
        .anonymous()
        .with("sec-fetch-site", "same-origin")
        .with("content-type", "multipart/form-data; boundary=x");
    let body = multipart("feed.csv", "id,name\nA,a\n", &[]);
    let read = std::cell::Cell::new(false);
    let response = http
        .send_slowly("POST", "/inventory/import", &body, async { read.set(true) })
        .await;
    assert!(!read.get(), "the body was read");
    assert_eq!(
        response.header("location"),
        "/sign-in?next=%2Finventory%2Fimport"
    );
}
