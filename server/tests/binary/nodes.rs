//! Two servers on one PostgreSQL database: each sees the changes of the other.

use crate::installation::{Installation, PEPPER, signal, wait_for};
use crate::support::{Client, PASSWORD, Server, TOKEN, refusal, run};
use serde_json::json;
use std::process::Command;
use std::time::{Duration, Instant};
use testkit::Text as _;
use testkit::postgres::PASSWORD as DATABASE_PASSWORD;
use testkit::proxy::ProxyMode;

#[test]
fn two_nodes_share_links_keys_sessions_uses_and_sign_in_delays() {
    let installation = Installation::new();
    let node_a = Server::spawn(&mut installation.node(), true);
    let node_b = Server::spawn(&mut installation.node(), true);

    // The second start did not invalidate the link that the first one printed, since that node is
    // still running. Each link works on either node, and once one of them has been used, none does.
    let (first, link) = (node_a.setup.clone().unwrap(), node_b.setup.clone().unwrap());
    assert_ne!(first, link);
    for (node, link) in [
        (&node_a, &first),
        (&node_a, &link),
        (&node_b, &first),
        (&node_b, &link),
    ] {
        assert_eq!(node.client(None).status(link), 200);
    }
    let owner = node_a.set_up(&link, "ada@example.com");
    assert_eq!(node_b.client(None).status(&first), 404);
    let repeat = node_b.client(None).form(
        &link,
        "account_name=Acme&email=eve%40example.com&password=correct+horse+battery",
    );
    assert_ne!(repeat.unwrap().status, 303, "the link worked twice");
    let owners = [node_a.reconnect(&owner), node_b.reconnect(&owner)];

    revoked_keys_are_refused(&owners);
    uses_add_up(&installation, &owners);
    failures_delay(&[node_a.client(None), node_b.client(None)]);

    // A session that is ended on one node is ended on both.
    assert_eq!(
        owners.each_ref().map(|node| node.status("/keys")),
        [200, 200]
    );
    assert_eq!(owners[1].form("/sign-out", "").unwrap().status, 303);
    assert_eq!(
        owners.each_ref().map(|node| node.status("/keys")),
        [303, 303]
    );
    installation.end([node_a, node_b]);
}

fn revoked_keys_are_refused(owners: &[Client; 2]) {
    // A key works on every node as soon as it has been created, and on none as soon as it has been
    // revoked.
    for round in 0..20 {
        let (maker, other) = (&owners[round % 2], &owners[(round + 1) % 2]);
        let name = format!("Key {round}");
        let secret = maker
            .create(&name, &format!("form-token-{round:08}"))
            .unwrap();
        let keys = [maker.with_key(&secret), other.with_key(&secret)];
        assert_eq!(keys[1].status("/api/key"), 200);
        assert_eq!(keys[0].status("/api/key"), 200);
        let id = maker.keys()[0]["id"].as_str().unwrap().to_owned();
        let form = json!({ "id": id, "form": { "reason": "other", "confirm": name } });
        let response = other.call("keys/revoke", &form).unwrap();
        assert!(response["Ok"].is_object(), "{response}");
        for key in &keys {
            let refusal = key.get("/api/key").unwrap();
            assert!(
                refusal.status == 401 && refusal.body.contains("revoked_key"),
                "round {round}: {}",
                refusal.body
            );
        }
    }
}

fn uses_add_up(installation: &Installation, owners: &[Client; 2]) {
    // The uses on both nodes add up.
    let secret = owners[0].create("Counted", "form-token-counted").unwrap();
    let calls = [(&owners[0], 3), (&owners[1], 4)];
    for (client, times) in calls {
        for _ in 0..times {
            assert_eq!(client.with_key(&secret).status("/api/inventory"), 200);
        }
    }
    wait_for("the calls of both nodes are counted", || {
        installation.count(
            "SELECT coalesce(sum(c.calls), 0)::bigint FROM key_calls c JOIN api_keys k ON k.id = c.key_id
             WHERE k.name = 'Counted' AND c.outcome = 'accepted'",
        ) == 7
    });
    let used = "SELECT count(*) FROM api_keys WHERE name = 'Counted' AND last_used_at IS NOT NULL";
    assert_eq!(installation.count(used), 1);
}

fn failures_delay(anonymous: &[Client; 2]) {
    // Failures on one node delay sign-ins on the other.
    let form = |password: &str| format!("email=ada%40example.com&password={password}");
    let (right, wrong) = (form(&PASSWORD.replace(' ', "+")), form("not+the+password"));
    let mut failures = 0;
    while anonymous[failures % 2]
        .form("/sign-in", &wrong)
        .unwrap()
        .status
        != 429
    {
        failures += 1;
        assert!(failures < 12, "nothing delays the guesses");
    }
    for node in anonymous {
        assert_eq!(node.form("/sign-in", &right).unwrap().status, 429);
    }
}

#[test]
fn request_with_an_idempotency_key_sent_to_both_nodes_runs_once() {
    let installation = Installation::new();
    let (node_a, owner) = Server::spawn_with_owner(&mut installation.node());
    let node_b = Server::spawn(&mut installation.node(), false);
    let secret = owner
        .create_with(
            "CRM Sync",
            "0123456789abcdef",
            &["leads:read", "leads:write"],
        )
        .unwrap();
    let send = |node: &Server, name: &str| {
        let request = ureq::post(format!("{}/api/leads", node.url))
            .config()
            .http_status_as_error(false)
            .build()
            .header("x-api-key", &secret)
            .header("content-type", "application/json")
            .header("idempotency-key", name);
        let body = json!({ "name": name, "email": "buyer@example.net" }).to_string();
        request.send(body).unwrap().status().as_u16()
    };
    for round in 0..10 {
        let name = format!("request-{round}");
        let responses = std::thread::scope(|scope| {
            let both = [&node_a, &node_b].map(|node| scope.spawn(|| send(node, &name)));
            both.map(|response| response.join().unwrap())
        });
        // The second request replays the response of the first, or reports that the first is in
        // progress.
        assert!(
            responses.contains(&201) && responses.iter().all(|code| [201, 409].contains(code)),
            "{responses:?}"
        );
        // Once there is a response, both nodes return it.
        assert_eq!([send(&node_a, &name), send(&node_b, &name)], [201, 201]);
    }
    assert_eq!(installation.count("SELECT count(*) FROM leads"), 10);
    installation.end([node_a, node_b]);
}

#[test]
fn notice_is_sent_by_only_one_of_the_nodes() {
    let installation = Installation::new();
    let inbox = tempfile::tempdir().unwrap();
    let (node_a, owner) = Server::spawn_with_owner(&mut installation.node());
    for key in 0..8 {
        owner
            .create(&format!("Key {key}"), &format!("form-token-{key:08}"))
            .unwrap();
    }
    node_a.stop();
    // The keys expire in five days and were created long ago.
    installation.change(
        "UPDATE api_keys SET created_at = created_at - 86400000::bigint * 80,
            expires_at = extract(epoch FROM now())::bigint * 1000 + 86400000::bigint * 5 + 3600000",
    );
    let mail = crate::mail::MailServer::start(0, inbox.path());
    let node = || {
        let mut command = installation.node();
        command
            .env("VOXUM_SMTP_URL", format!("smtp://127.0.0.1:{}", mail.port))
            .env("VOXUM_SMTP_FROM", "Voxum <voxum@example.com>");
        command
    };
    let nodes = std::thread::scope(|scope| {
        let both = [node(), node()]
            .map(|mut command| scope.spawn(move || Server::spawn(&mut command, false)));
        both.map(|node| node.join().unwrap())
    });
    wait_for("the notices came", || {
        crate::mail::messages(inbox.path()).len() >= 8
    });
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(
        crate::mail::messages(inbox.path()).len(),
        8,
        "a notice went twice"
    );
    assert_eq!(installation.count("SELECT count(*) FROM key_notices"), 8);
    installation.end(nodes);
}

#[test]
fn commands_work_on_postgresql_and_require_the_pepper() {
    let installation = Installation::new();
    let line = run_failing(installation.node().args(["admin", "setup-link"]));
    line.has("empty");
    let line = run_failing(installation.node().env_remove("VOXUM_PEPPER"));
    line.has("VOXUM_PEPPER");

    let (server, owner) = Server::spawn_with_owner(&mut installation.node());
    let secret = owner.create("CRM Sync", TOKEN).unwrap();
    let other = "00".repeat(32);
    let line = run_failing(installation.node().env("VOXUM_PEPPER", &other));
    line.has("not the one");
    line.lacks(&other);

    let (code, out, err) = run(installation
        .node()
        .args(["admin", "reset", "ada@example.com"]));
    assert_eq!(code, Some(0), "{err}");
    let path = &out[out.find("/setup/").expect(&out)..];
    assert_eq!(server.client(None).status(path.trim()), 200);
    let key = installation.folder().join("key.txt");
    std::fs::write(&key, &secret).unwrap();
    let input = std::fs::File::open(&key).unwrap();
    let (code, out, err) = run(installation.node().args(["key", "identify"]).stdin(input));
    assert_eq!(code, Some(0), "{err}");
    out.has("CRM Sync");
    out.lacks(&secret);
    std::fs::remove_file(&key).unwrap();

    installation.change(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', TRUE, '', 0)",
    );
    let line = run_failing(&mut installation.node());
    line.has("use the newer version");
    let file = installation.folder().join("data");
    assert!(!file.exists(), "a file was made beside the database");
    server.stop();
    installation.end([]);
}

/// Runs a program that fails, and returns the single line that it prints.
#[track_caller]
fn run_failing(command: &mut Command) -> String {
    let err = refusal(run(command), 1);
    err.lacks_all([DATABASE_PASSWORD, PEPPER]);
    err
}

/// Creates a key on one node and uses it on both, so that it is in the cache of each.
pub fn cache_key_on_all_nodes(owners: &[Client; 2], name: &str) -> (String, [Client; 2]) {
    let token = format!("form-token-{name:-<20}").replace(' ', "-");
    let secret = owners[0].create(name, &token).unwrap();
    let keys = [owners[0].with_key(&secret), owners[1].with_key(&secret)];
    for key in keys.iter().chain(&keys) {
        assert_eq!(key.status("/api/key"), 200);
    }
    let id = owners[0].keys()[0]["id"].as_str().unwrap().to_owned();
    (id, keys)
}

fn revoke(client: &Client, id: &str, name: &str) -> Duration {
    let form = json!({ "id": id, "form": { "reason": "leaked", "confirm": name } });
    let start = Instant::now();
    let response = client.call("keys/revoke", &form).unwrap();
    assert!(response["Ok"].is_object(), "{response}");
    start.elapsed()
}

#[test]
fn cached_key_is_refused_by_every_node_once_one_node_has_revoked_it() {
    let installation = Installation::new();
    let (node_a, owner) = Server::spawn_with_owner(&mut installation.node());
    let node_b = Server::spawn(&mut installation.node(), false);
    let owners = [node_a.reconnect(&owner), node_b.reconnect(&owner)];
    wait_for("both nodes are registered", || {
        installation.count("SELECT count(*) FROM nodes") == 2
    });
    let mut slow = 0;
    for round in 0..200 {
        let name = format!("Key {round}");
        let (id, keys) = cache_key_on_all_nodes(&owners, &name);
        let elapsed = revoke(&owners[round % 2], &id, &name);
        for key in &keys {
            assert_eq!(key.status("/api/key"), 401, "round {round}");
        }
        slow += usize::from(elapsed > Duration::from_millis(900));
    }
    // Nodes acknowledge the change, so revocations do not wait for a lease to expire.
    assert!(slow < 20, "{slow} of 200 took as long as a lease");

    // A suspended node cannot acknowledge: the revocation waits until its lease has expired.
    let (id, keys) = cache_key_on_all_nodes(&owners, "Hanging");
    signal(&node_b, "-STOP");
    let elapsed = revoke(&owners[0], &id, "Hanging");
    assert_eq!(keys[0].status("/api/key"), 401);
    assert!(
        elapsed > Duration::from_millis(900) && elapsed < Duration::from_secs(3),
        "it took {elapsed:?}"
    );
    signal(&node_b, "-CONT");
    assert_eq!(keys[1].status("/api/key"), 401);
    // Suspended long enough to be considered dead and removed, the node resumes with an empty
    // cache.
    let (id, keys) = cache_key_on_all_nodes(&owners, "Sleeping");
    signal(&node_b, "-STOP");
    wait_for("the node is removed", || {
        installation.count("SELECT count(*) FROM nodes") == 1
    });
    let elapsed = revoke(&owners[0], &id, "Sleeping");
    assert!(elapsed < Duration::from_millis(900), "it took {elapsed:?}");
    signal(&node_b, "-CONT");
    assert_eq!(keys[1].status("/api/key"), 401);
    wait_for("the node is back", || {
        installation.count("SELECT count(*) FROM nodes WHERE leaving = 0") == 2
    });
    installation.end([node_a, node_b]);
}

#[test]
fn node_without_its_database_answers_503_after_its_lease_and_recovers_by_itself() {
    let installation = Installation::new();
    let proxies = [installation.proxy(), installation.proxy()];
    let (node_a, owner) = Server::spawn_with_owner(&mut installation.node_behind(&proxies[0]));
    let node_b = Server::spawn(&mut installation.node_behind(&proxies[1]), false);
    let owners = [node_a.reconnect(&owner), node_b.reconnect(&owner)];
    let (_, keys) = cache_key_on_all_nodes(&owners, "CRM Sync");
    for mode in [ProxyMode::Cut, ProxyMode::Silent] {
        for proxy in &proxies {
            proxy.set(mode);
        }
        let fault_start = Instant::now();
        let mut last = 200;
        while fault_start.elapsed() < Duration::from_secs(3) {
            // Slow enough to stay below every rate limit.
            std::thread::sleep(Duration::from_millis(60));
            let call_start = fault_start.elapsed();
            last = keys[0].status("/api/key");
            let leased = last == 200 && call_start < Duration::from_millis(1_100);
            assert!(
                leased || last == 503,
                "{mode:?}: {last} after {call_start:?}"
            );
        }
        assert_eq!(last, 503, "{mode:?}");
        for proxy in &proxies {
            proxy.set(ProxyMode::Open);
        }
        std::thread::sleep(Duration::from_secs(2));
        for key in &keys {
            assert_eq!(key.status("/api/key"), 200, "{mode:?}");
        }
    }
    installation.end([node_a, node_b]);
}

#[test]
fn revocation_is_fast_while_key_uses_are_being_stored() {
    const KEYS: usize = 120;
    let installation = Installation::new();
    let (node, owner) = Server::spawn_with_owner(&mut installation.node());
    let keys: Vec<_> = (0..KEYS)
        .map(|key| format!("form-token-{key:08}"))
        .map(|name| owner.with_key(&owner.create(&name, &name).unwrap()))
        .collect();
    // A slow database, which needs six seconds for all of the keys together.
    installation.change(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN PERFORM pg_sleep(0.05); RETURN NEW; END $$;
         CREATE TRIGGER slow AFTER UPDATE OF last_used_at ON api_keys FOR EACH ROW EXECUTE FUNCTION slow()",
    );
    for key in &keys {
        assert_eq!(key.status("/api/key"), 200);
    }
    for key in keys.iter().step_by(5) {
        let start = Instant::now();
        let response = key.send("DELETE", "/api/key", "text/plain", "").unwrap();
        let elapsed = start.elapsed();
        assert_eq!(response.status, 204, "after {elapsed:?}: {}", response.body);
        assert!(
            elapsed < Duration::from_millis(2_500),
            "it took {elapsed:?}"
        );
        std::thread::sleep(Duration::from_millis(200));
    }
    installation.end([node]);
}
