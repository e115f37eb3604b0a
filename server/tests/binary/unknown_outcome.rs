//! In-doubt commits: if a COMMIT is not answered, every interface reports an unknown outcome, and
//! nothing is done twice.

use crate::installation::{Installation, wait_for};
use crate::support::{Client, Server, TOKEN, run};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use testkit::Text as _;
use testkit::proxy::{CommitMode, ProxyMode};

/// Sends a JSON body, and returns the status, the body and `Retry-After`.
fn post(client: &Client, path: &str, body: &Value) -> (u16, Value, Option<String>) {
    let response = client
        .send("POST", path, "application/json", &body.to_string())
        .unwrap();
    let text = serde_json::from_str(&response.body).unwrap_or(Value::Null);
    (response.status, text, response.retry_after)
}

fn multipart(name: &str, file: &str) -> String {
    format!(
        "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{file}\r\n--x--\r\n"
    )
}

#[test]
fn every_interface_reports_an_unknown_outcome_when_a_commit_is_not_answered() {
    let installation = Installation::new();
    let proxy = installation.proxy();
    let (node, owner) = Server::spawn_with_owner(&mut installation.node_behind(&proxy));
    let crm = owner.create_with("CRM", TOKEN, &["leads:read", "leads:write"]);
    let crm = owner.with_key(&crm.unwrap());

    // The API, without an idempotency key: a repeat could store the lead twice, so none is
    // suggested.
    proxy.set_commit_of("buyer@example.net", CommitMode::Unanswered);
    let lead = json!({ "email": "buyer@example.net" });
    let (status, problem, retry_after) = post(&crm, "/api/leads", &lead);
    assert_eq!((status, retry_after), (503, None), "{problem}");
    assert_eq!(problem["code"], "outcome_unknown");
    let detail = problem["detail"].as_str().unwrap();
    detail.has("Check before you repeat it");
    assert_eq!(installation.count("SELECT count(*) FROM leads"), 1);

    // The console's form. Submitting it again creates no second key, and reports what happened to
    // the first.
    proxy.set_commit_of("Marked by form", CommitMode::Unanswered);
    let form = "name=Marked+by+form&scopes=leads%3Aread&expires=90d&token=form-token-0000001";
    let response = owner.form("/keys", form).unwrap();
    assert_eq!(response.status, 503);
    response.has("may or may not have been made");
    response.lacks("Nothing was changed");
    proxy.set_commit(CommitMode::Passes);
    let repeat = owner.form("/keys", form).unwrap();
    repeat.has("has already been created");

    // The console's server function.
    proxy.set_commit_of("Marked by call", CommitMode::Unanswered);
    let form = json!({ "form": {
        "name": "Marked by call", "scopes": ["leads:read"], "expires": "90d", "token": "form-token-0000002",
    } });
    let (status, error, retry_after) = post(&owner, "/call/keys/create", &form);
    assert_eq!((status, retry_after), (503, None), "{error}");
    assert_eq!(error, "outcome_unknown");
    proxy.set_commit(CommitMode::Passes);
    let (_, repeat, _) = post(&owner, "/call/keys/create", &form);
    assert!(repeat["Err"]["already_created"].is_object(), "{repeat}");
    let marked = "SELECT count(*) FROM api_keys WHERE name LIKE 'Marked%'";
    assert_eq!(installation.count(marked), 2);

    // A file in the console, and a form that is not on a separate page.
    let file = multipart("items.csv", "id,name\nA,Marked item\n");
    let kind = "multipart/form-data; boundary=x";
    let upload = owner
        .send("POST", "/inventory/import", kind, &file)
        .unwrap();
    assert_eq!(upload.status, 303);
    let page = owner.get("/inventory/import").unwrap().body;
    let (_, import) = page.split_once("href=\"/inventory/import/").unwrap();
    let (import, _) = import.split_once('"').unwrap();
    let import = format!("/inventory/import/{import}");
    let mapping_response = owner.form(&import, "column-0=id&column-1=name").unwrap();
    assert_eq!(mapping_response.status, 303);
    proxy.set_commit_of("Marked item", CommitMode::Unanswered);
    let preview = owner.get(&format!("{import}/preview")).unwrap().body;
    let (_, digest) = preview.split_once("name=\"preview\" value=\"").unwrap();
    let (digest, _) = digest.split_once('"').unwrap();
    let confirmation = format!("preview={digest}");
    let response = owner
        .form(&format!("{import}/apply"), &confirmation)
        .unwrap();
    assert_eq!(response.status, 503);
    response.has("may or may not have been made");
    response.lacks("Nothing was stored");
    proxy.set_commit_of("key.creation_stopped", CommitMode::Unanswered);
    let response = owner.form("/settings/key-creation", "stop=1").unwrap();
    assert_eq!(response.status, 503);
    response.has("may or may not have been made");
    proxy.set_commit(CommitMode::Passes);

    // The operator's command.
    let keys = owner.keys();
    let id = keys[0]["id"].as_str().unwrap();
    proxy.set_commit_of("key.paused", CommitMode::Unanswered);
    let (code, out, err) = run(installation.node_behind(&proxy).args(["key", "pause", id]));
    assert_eq!((code, out.as_str()), (Some(1), ""));
    err.has("may or may not have been made");
    proxy.set_commit(CommitMode::Passes);
    let (_, out, _) = run(installation.node_behind(&proxy).args(["key", "pause", id]));
    out.has("Already paused");
    installation.end([node]);
}

/// The response to a request with an idempotency key: status, body, `Retry-After`, and whether it
/// was replayed.
type IdempotentResponse = (u16, Value, Option<String>, bool);

struct Sender<'a> {
    node: &'a Server,
    secret: &'a str,
}

impl Sender<'_> {
    fn send(&self, method: &str, path: &str, key: &str, body: &Value) -> IdempotentResponse {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.node.url))
            .header("x-api-key", self.secret)
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .body(body.to_string());
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .build()
            .into();
        let mut response = agent.run(request.unwrap()).unwrap();
        let header = |name: &str| {
            let line = response.headers().get(name)?;
            Some(line.to_str().unwrap().to_owned())
        };
        let (retry_after, replayed) = (header("retry-after"), header("idempotency-replayed"));
        let body = response.body_mut().read_to_string().unwrap();
        let body = serde_json::from_str(&body).unwrap_or(Value::Null);
        (
            response.status().as_u16(),
            body,
            retry_after,
            replayed.is_some(),
        )
    }

    /// Repeats the request until it is carried out, like a client that honours `Retry-After`.
    fn send_until_done(
        &self,
        method: &str,
        path: &str,
        key: &str,
        body: &Value,
    ) -> IdempotentResponse {
        let start = Instant::now();
        loop {
            let response = self.send(method, path, key, body);
            if response.0 < 400 {
                return response;
            }
            assert!([409, 503].contains(&response.0), "{response:?}");
            assert!(start.elapsed() < Duration::from_secs(20), "{response:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

#[test]
fn retry_with_the_same_idempotency_key_gets_the_outcome_and_repeats_nothing() {
    let installation = Installation::new();
    let proxy = installation.proxy();
    let (node, owner) = Server::spawn_with_owner(&mut installation.node_behind(&proxy));
    let scopes = ["leads:read", "leads:write", "inventory:write"];
    let secret = owner.create_with("CRM", TOKEN, &scopes).unwrap();
    let secret = secret.as_str();
    let other_node = Server::spawn(&mut installation.node(), false);
    let [sender, other_sender] = [&node, &other_node].map(|node| Sender { node, secret });

    let lead = |email: &str| json!({ "email": email });
    let cases = [
        ("answered@example.net", CommitMode::Unanswered, true),
        ("silent@example.net", CommitMode::Silent, true),
        ("unsent@example.net", CommitMode::Unsent, false),
    ];
    for (email, commit, committed) in cases {
        proxy.set_commit_of(email, commit);
        let (status, problem, retry_after, _) =
            sender.send("POST", "/api/leads", email, &lead(email));
        assert_eq!(
            (status, retry_after.as_deref()),
            (503, Some("2")),
            "{problem}"
        );
        assert_eq!(problem["code"], "outcome_unknown");
        proxy.set_commit(CommitMode::Passes);
        // Through another node, and through the same one.
        let first = other_sender.send_until_done("POST", "/api/leads", email, &lead(email));
        assert_eq!((first.0, first.3), (201, committed), "{first:?}");
        assert_eq!(first.1["email"], email);
        let replay = sender.send_until_done("POST", "/api/leads", email, &lead(email));
        assert_eq!((replay.0, replay.3, &replay.1), (201, true, &first.1));
        let stored = format!("SELECT count(*) FROM leads WHERE email = '{email}'");
        assert_eq!(installation.count(&stored), 1);
    }

    // The other requests that accept an idempotency key.
    let (_, created, ..) = sender.send(
        "POST",
        "/api/leads",
        "patched",
        &lead("patched@example.net"),
    );
    let path = format!("/api/leads/{}", created["id"].as_str().unwrap());
    let feed = json!({ "items": [{ "id": "A", "name": "An item of the feed" }] });
    let edit = json!({ "note": "A note of the edit" });
    let cases = [
        ("PATCH", path.as_str(), "A note of the edit", &edit),
        ("POST", "/api/inventory", "An item of the feed", &feed),
    ];
    for (method, path, marker, body) in cases {
        proxy.set_commit_of(marker, CommitMode::Unanswered);
        let (status, problem, ..) = sender.send(method, path, marker, body);
        assert_eq!((status, &problem["code"]), (503, &json!("outcome_unknown")));
        proxy.set_commit(CommitMode::Passes);
        let (status, response, _, replayed) = sender.send_until_done(method, path, marker, body);
        assert!(status == 200 && replayed, "{response}");
        let fields = (&response["note"], &response["created"]);
        assert!(fields == (&json!(marker), &Value::Null) || fields == (&Value::Null, &json!(1)));
    }
    for action in ["lead.updated", "inventory.updated"] {
        let events = format!("SELECT count(*) FROM audit_events WHERE action = '{action}'");
        assert_eq!(installation.count(&events), 1, "{action}");
    }
    installation.end([node, other_node]);
}

#[test]
fn retry_at_another_node_must_wait_while_the_first_request_is_in_progress() {
    let installation = Installation::new();
    let (mut node_a, owner) = Server::spawn_with_owner(&mut installation.node());
    let secret = owner.create_with("CRM", TOKEN, &["leads:write"]);
    let secret = secret.unwrap();
    let node_b = Server::spawn(&mut installation.node(), false);
    let other_sender = Sender {
        node: &node_b,
        secret: &secret,
    };
    let lead = json!({ "email": "buyer@example.net" });
    let in_progress = "SELECT count(*) FROM idempotent_requests WHERE status IS NULL";
    let lock = "LOCK TABLE leads IN EXCLUSIVE MODE";
    let send = |node: &Server| {
        let secret = &secret;
        Sender { node, secret }.send("POST", "/api/leads", "one", &lead)
    };

    let first = std::thread::scope(|scope| {
        let first = installation.during(lock, || {
            let first = scope.spawn(|| send(&node_a));
            wait_for("the first is at work", || {
                installation.count(in_progress) == 1
            });
            let (status, problem, retry_after, _) = send(&node_b);
            assert_eq!((status, &problem["code"]), (409, &json!("conflict")));
            assert_eq!(retry_after.as_deref(), Some("2"));
            let other = other_sender.send("POST", "/api/leads", "one", &json!({ "phone": "1" }));
            assert_eq!(other.1["code"], "idempotency_key_reused");
            first
        });
        first.join().unwrap()
    });
    assert_eq!((first.0, first.3), (201, false), "{first:?}");
    let replay = send(&node_b);
    assert_eq!((replay.0, replay.3, &replay.1), (201, true, &first.1));

    // If a node dies while it works on a request, its claim lapses, and the request can be carried
    // out.
    let lead = json!({ "email": "second@example.net" });
    std::thread::scope(|scope| {
        installation.during(lock, || {
            let url = format!("{}/api/leads", node_a.url);
            scope.spawn({
                let (secret, lead) = (secret.clone(), lead.to_string());
                move || {
                    let request = ureq::post(url).header("x-api-key", secret);
                    let request = request.header("content-type", "application/json");
                    let response = request.header("idempotency-key", "two").send(lead);
                    assert!(response.is_err(), "the node was killed");
                }
            });
            wait_for("the first is at work", || {
                installation.count(in_progress) == 1
            });
            node_a.kill();
        });
    });
    let (status, problem, ..) = other_sender.send("POST", "/api/leads", "two", &lead);
    assert_eq!((status, &problem["code"]), (409, &json!("conflict")));
    // Simulates the end of the claim's lease after two minutes.
    installation.change("UPDATE idempotent_requests SET lapses_at = begun_at");
    let (status, ..) = other_sender.send_until_done("POST", "/api/leads", "two", &lead);
    assert_eq!(status, 201);
    assert_eq!(installation.count("SELECT count(*) FROM leads"), 2);
    drop(node_a);
    installation.end([node_b]);
}

#[test]
fn secret_reaches_the_admin_when_the_database_fails_after_the_commit() {
    let installation = Installation::new();
    let proxy = installation.proxy();
    let node = Server::spawn(&mut installation.node_behind(&proxy), true);
    let anonymous = node.client(None);
    // The account's link leads to the sign-in page, since no session can be opened.
    let setup = node.setup.as_deref().unwrap();
    let form = "account_name=Acme&email=ada%40example.com&password=correct+horse+battery";
    proxy.set_commit_of("account.created", CommitMode::AnsweredLast);
    let response = anonymous.form(setup, form).unwrap();
    assert_eq!(response.status, 303, "{}", response.body);
    assert!(response.cookie.starts_with("voxum_flash") && response.cookie.contains("=link:"));
    let page = node.client(Some(("cookie", response.cookie)));
    let page = page.get("/sign-in").unwrap();
    page.has("Password saved");

    let ready = || {
        proxy.set_commit(CommitMode::Passes);
        proxy.set(ProxyMode::Open);
        wait_for("the node is ready", || {
            anonymous
                .get("/readyz")
                .is_ok_and(|response| response.status == 200)
        });
    };
    ready();
    let form = "email=ada%40example.com&password=correct+horse+battery";
    let signed_in = anonymous.form("/sign-in", form).unwrap();
    assert_eq!(signed_in.status, 303, "{}", signed_in.body);
    let owner = node.client(Some(("cookie", signed_in.cookie)));

    let key = "name=By+form&scopes=leads%3Aread&expires=90d&token=form-token-0000001";
    proxy.set_commit_of("By form", CommitMode::AnsweredLast);
    let response = owner.form("/keys", key).unwrap();
    assert_eq!(response.status, 200, "{}", response.body);
    response.has("vx_");
    ready();

    let key = json!({ "form": {
        "name": "By call", "scopes": ["leads:read"], "expires": "90d", "token": "form-token-0000002",
    } });
    proxy.set_commit_of("By call", CommitMode::AnsweredLast);
    let (status, response, _) = post(&owner, "/call/keys/create", &key);
    assert_eq!(status, 200, "{response}");
    assert!(
        response["Ok"]["secret"]
            .as_str()
            .unwrap()
            .starts_with("vx_")
    );
    ready();

    let id = owner.keys()[0]["id"].as_str().unwrap().to_owned();
    proxy.set_commit_of("key.rotated", CommitMode::AnsweredLast);
    let rotation = "grace=7d&expires=90d&token=form-token-0000003";
    let response = owner.form(&format!("/keys/{id}/rotate"), rotation).unwrap();
    assert_eq!(response.status, 200, "{}", response.body);
    response.has("vx_");
    ready();

    proxy.set_commit_of("invitation.created", CommitMode::AnsweredLast);
    let form = "email=grace%40example.com&role=admin";
    let response = owner.form("/team/invite", form).unwrap();
    assert_eq!(response.status, 200, "{}", response.body);
    response.has("/setup/");
    ready();
    installation.end([node]);
}
