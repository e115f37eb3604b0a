//! `voxum key list`, `revoke`, `pause` and `resume`: beside a running server, and without one.

use crate::installation::wait_for;
use crate::support::{Client, Server, TOKEN, change, count, refusal, run, voxum};
use std::path::Path;
use testkit::Text as _;

const EVENTS: &str = "SELECT count(*) FROM audit_events WHERE action LIKE 'key.%' AND actor_kind = 'system' AND ip IS NULL";

fn key(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    run(voxum(folder).arg("key").args(arguments))
}

/// Runs a command that succeeds, and returns its output.
#[track_caller]
fn run_successfully(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, err) = key(folder, arguments);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{arguments:?}: {err}");
    out
}

/// Checks that a line ends by reporting how a change reached the servers.
#[track_caller]
fn assert_reached(line: &str, nodes: &str) {
    let beginning = format!(". Rejected on {nodes} after ");
    let millis = line
        .trim_end()
        .split_once(&beginning)
        .and_then(|(_, rest)| rest.strip_suffix(" ms."));
    assert!(
        millis.is_some_and(|millis| millis.parse::<u32>().is_ok()),
        "{line}"
    );
}

/// Runs a command that fails, and returns the single line that it prints.
#[track_caller]
fn run_failing(folder: &Path, arguments: &[&str]) -> String {
    refusal(key(folder, arguments), 1)
}

/// Creates a key and uses it, so that the server has it in its cache.
fn create_cached_key(owner: &Client, number: usize) -> (String, Client) {
    let token = format!("form-token-{number:08}");
    let secret = owner.create(&format!("Key {number}"), &token).unwrap();
    let client = owner.with_key(&secret);
    assert_eq!(client.status("/api/key"), 200);
    let id = owner.keys()[0]["id"].as_str().unwrap().to_owned();
    (id, client)
}

#[track_caller]
fn assert_refused(client: &Client, code: &str) {
    let response = client.get("/api/key").unwrap();
    assert!(
        response.status == 401 && response.body.contains(code),
        "{}",
        response.body
    );
}

#[test]
fn key_disabled_by_a_command_is_refused_by_the_running_server_from_the_next_call() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (server, owner) = Server::with_owner(folder);
    for round in 0..40 {
        let (id, client) = create_cached_key(&owner, round);
        if round % 4 == 0 {
            assert_reached(&run_successfully(folder, &["pause", &id]), "1 of 1 node");
            assert_refused(&client, "paused_key");
            run_successfully(folder, &["resume", &id]);
            assert_eq!(client.status("/api/key"), 200);
        } else {
            let out = run_successfully(folder, &["revoke", &id, "--reason", "leaked"]);
            out.has(&format!("“Key {round}”"));
            assert_reached(&out, "1 of 1 node");
            assert_refused(&client, "revoked_key");
        }
    }
    assert_eq!(count(folder, EVENTS), 50);
    let (status, log, _) = server.stop();
    assert!(status.success() && !log.contains("panicked"), "{log}");
}

#[test]
fn console_attributes_the_revocation_to_the_operator_and_shows_its_receipt() {
    let (folder, _server, owner) = Server::with_folder();
    let (id, client) = create_cached_key(&owner, 1);
    run_successfully(folder.path(), &["pause", &id]);
    run_successfully(folder.path(), &["revoke", &id]);
    let response = client.get("/api/key").unwrap();
    let (_, request) = response.body.split_once("\"instance\":\"").expect("an id");
    let request = &request[..request.find('"').unwrap()];
    let text = |path: &str| owner.get(path).unwrap().body.replace("<!>", "");
    let key = format!("/keys/{id}");
    wait_for("the receipt", || text(&key).contains("Rejected on 1 of 1"));
    let page = text(&key);
    // The revocation in the details, and the revocation and the pause in the history.
    assert_eq!(page.matches("the operator").count(), 3, "{page}");
    let log = text("/audit");
    log.has("The operator");
    for html in [&page, &log] {
        html.has("Rejected on 1 of 1 node after ");
    }
    let explanation = text(&format!("/requests?id={request}"));
    explanation.has("revoked by the operator");
    for page in [page, log, explanation] {
        page.lacks_all(["the key itself"]);
    }
}

#[test]
fn commands_without_a_server_and_after_a_killed_one_wait_for_no_node() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (server, owner) = Server::with_owner(folder);
    let (first, first_client) = create_cached_key(&owner, 1);
    let (second, second_client) = create_cached_key(&owner, 2);
    let (third, _) = create_cached_key(&owner, 3);
    server.stop();
    let run_without_server = |arguments: &[&str]| {
        let out = run_successfully(folder, arguments);
        assert!(out.ends_with(". No server was running.\n"), "{out}");
    };
    run_without_server(&["revoke", &first]);
    run_without_server(&["pause", &third]);
    let mut server = Server::start(folder);
    assert_refused(&server.reconnect(&first_client), "revoked_key");
    assert_eq!(server.reconnect(&second_client).status("/api/key"), 200);
    server.kill();
    // Its row still exists, but its lock shows that the server has ended.
    run_without_server(&["revoke", &second]);
    let server = Server::start(folder);
    assert_refused(&server.reconnect(&second_client), "revoked_key");
    server.stop();
}

#[test]
fn command_waits_for_every_server_on_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (first_server, owner) = Server::with_owner(folder);
    let second_server = Server::start(folder);
    let (id, client) = create_cached_key(&owner, 1);
    assert_eq!(second_server.reconnect(&client).status("/api/key"), 200);
    assert_reached(&run_successfully(folder, &["revoke", &id]), "2 of 2 nodes");
    for server in [&first_server, &second_server] {
        assert_refused(&server.reconnect(&client), "revoked_key");
    }
}

#[test]
fn failed_key_commands_print_one_line_and_never_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (server, owner) = Server::with_owner(folder);
    let secret = owner.create("CRM Sync", TOKEN).unwrap();
    let (id, client) = create_cached_key(&owner, 1);
    // With a running server and without one.
    for mut server in [Some(server), None] {
        for change in ["revoke", "pause", "resume"] {
            let line = run_failing(folder, &[change, &secret]);
            line.has("key identify");
            line.lacks(&secret[3..20]);
            let line = run_failing(folder, &[change, "0199c0de-7a5b-7000-8000-00000000abcd"]);
            line.has("this installation has no key");
            let line = run_failing(folder, &[change, "CRM Sync"]);
            line.has("key list");
            line.lacks("CRM");
        }
        // A single argument that is a whole key stops the command.
        run_failing(folder, &["revoke", &id, &secret]);
        if let Some(server) = server.take() {
            assert_eq!(server.reconnect(&client).status("/api/key"), 200);
            let (_, log, _) = server.stop();
            log.lacks(&secret[3..20]);
        }
    }
    // Every one of several arguments is tried.
    let unknown = "0199c0de-7a5b-7000-8000-00000000abcd";
    let (code, out, err) = key(folder, &["revoke", unknown, &secret[..9]]);
    assert_eq!(
        (code, out.lines().count(), err.lines().count()),
        (Some(1), 1, 1),
        "{err}"
    );
    assert!(
        out.contains("“CRM Sync”") && err.contains("this installation has no key"),
        "{out}{err}"
    );
    let (code, _, err) = key(folder, &["revoke", &id, "--reason", "why"]);
    assert!(
        code == Some(2) && err.contains("leaked, replaced, unused, other"),
        "{err}"
    );
}

#[test]
fn revoking_an_ended_key_reports_when_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (server, owner) = Server::with_owner(folder);
    let (expired, _) = owner.issue("Over", TOKEN).unwrap();
    change(
        folder,
        "UPDATE api_keys SET created_at = 1, expires_at = 1000",
    );
    let (id, _) = create_cached_key(&owner, 1);
    run_successfully(folder, &["revoke", &id]);
    let since = owner.keys()[0]["revocation"]["at"]["iso"].clone();
    let since = since.as_str().unwrap();
    let mut server = Some(server);
    // With a running server and without one.
    for _ in 0..2 {
        let out = run_successfully(folder, &["revoke", &id, &expired]);
        let lines: Vec<_> = out.lines().collect();
        for (line, beginning, name) in [
            (
                lines[0],
                format!("Already revoked since {since}: "),
                "“Key 1”",
            ),
            (
                lines[1],
                "Already expired since 1970-01-01T00:00:01Z: ".to_owned(),
                "“Over”",
            ),
        ] {
            assert!(line.starts_with(&beginning) && line.contains(name), "{out}");
        }
        for change in ["pause", "resume"] {
            let line = run_failing(folder, &[change, &id]);
            line.has("is already revoked");
            let line = run_failing(folder, &[change, &expired]);
            line.has("has already expired");
        }
        drop(server.take());
    }
    // Nothing was changed a second time.
    assert_eq!(count(folder, EVENTS), 1);
}

/// Restores two keys from a backup. Returns their ids, and a caller with the second one.
fn restore_two_keys(to: &Path) -> (String, String, Client) {
    let from = tempfile::tempdir().unwrap();
    let from = from.path();
    let (server, owner) = Server::with_owner(from);
    let (first, _) = create_cached_key(&owner, 1);
    let (second, client) = create_cached_key(&owner, 2);
    server.stop();
    let pepper = "data/pepper";
    std::fs::create_dir(to.join("data")).unwrap();
    std::fs::copy(from.join(pepper), to.join(pepper)).unwrap();
    let backup = to.join("backup.db");
    for (folder, command) in [(from, "backup"), (to, "restore")] {
        let (code, _, err) = run(voxum(folder).arg(command).arg(&backup));
        assert_eq!(code, Some(0), "{err}");
    }
    (first, second, client)
}

#[test]
fn commands_distinguish_a_restored_key_from_a_paused_one_until_it_is_confirmed() {
    const ON_HOLD: &str = " is on hold, since its account was restored from a backup at ";
    let to = tempfile::tempdir().unwrap();
    let to = to.path();
    let (first, second, _) = restore_two_keys(to);
    let assert_on_hold = |line: &str, beginning: &str, end: &str| {
        let (before, at) = line.split_once(ON_HOLD).unwrap_or_else(|| panic!("{line}"));
        assert!(before.ends_with(beginning), "{line}");
        assert!(at.starts_with("20") && at.ends_with(end), "{line}");
    };
    for line in run_successfully(to, &["list"]).lines() {
        assert_on_hold(line, " of the account “Acme”, which", "Z");
    }
    // By the command alone, and by a server.
    let assert_already_paused = || {
        let out = run_successfully(to, &["pause", &second]);
        assert!(out.starts_with("Already paused: "), "{out}");
        assert_on_hold(&out, " of the account “Acme”. It", "Z.\n");
    };
    assert_already_paused();
    let server = Server::start(to);
    assert_already_paused();
    server.stop();

    run_successfully(to, &["resume", &first]);
    run_successfully(to, &["pause", &first]);
    let out = run_successfully(to, &["pause", &first]);
    assert!(
        out.starts_with("Already paused: ") && out.ends_with(" of the account “Acme”.\n"),
        "{out}"
    );
    // An expired key is no longer on hold.
    change(
        to,
        "UPDATE api_keys SET expires_at = 1000 WHERE name = 'Key 2'",
    );
    let list = run_successfully(to, &["list", "--all"]);
    list.has_all(["paused", "expired"]);
    list.lacks(ON_HOLD);
}

#[test]
fn resuming_a_restored_key_reports_that_it_awaited_confirmation() {
    const WAS_ON_HOLD: &str = ". It came back from a backup that was restored at ";
    let to = tempfile::tempdir().unwrap();
    let to = to.path();
    let (first, second, client) = restore_two_keys(to);
    let resume = |id: &str| run_successfully(to, &["resume", id]);
    let out = resume(&first);
    assert!(
        out.starts_with("Resumed: ") && out.contains(WAS_ON_HOLD),
        "{out}"
    );
    let end = "Z, and was paused, unconfirmed, until now. No server was running.\n";
    assert!(out.ends_with(end), "{out}");
    // Paused again, it is like any other paused key.
    run_successfully(to, &["pause", &first]);
    let out = resume(&first);
    assert!(
        out.starts_with("Resumed: ") && !out.contains(WAS_ON_HOLD),
        "{out}"
    );

    let server = Server::start(to);
    assert_refused(&server.reconnect(&client), "paused_key");
    let out = resume(&second);
    out.has(WAS_ON_HOLD);
    assert!(out.ends_with(". It is accepted again.\n"), "{out}");
    assert_eq!(server.reconnect(&client).status("/api/key"), 200);
}

#[test]
fn keys_are_listed_and_selected_by_unambiguous_previews() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (_server, owner) = Server::with_owner(folder);
    assert!(run_successfully(folder, &["list"]).contains("no key"));
    let (first, first_client) = create_cached_key(&owner, 1);
    let (second, second_client) = create_cached_key(&owner, 2);
    let preview = |number: usize| owner.keys()[number]["preview"].as_str().unwrap().to_owned();
    let out = run_successfully(folder, &["pause", &preview(1)]);
    out.has("“Key 1”");
    assert_refused(&first_client, "paused_key");
    let list = run_successfully(folder, &["list"]);
    let lines: Vec<_> = list.lines().collect();
    assert!(
        lines[0].starts_with(&first) && lines[0].contains("paused"),
        "{list}"
    );
    assert!(
        lines[1].starts_with(&second) && lines[1].contains("active"),
        "{list}"
    );
    assert!(lines[0].contains("“Key 1” of the account “Acme”"), "{list}");
    run_successfully(folder, &["revoke", &first]);
    assert_eq!(run_successfully(folder, &["list"]).lines().count(), 1);
    let all = run_successfully(folder, &["list", "--all"]);
    assert!(all.lines().count() == 2 && all.contains("revoked"), "{all}");

    change(folder, "UPDATE api_keys SET preview = 'vx_abc123…'");
    let line = run_failing(folder, &["revoke", "vx_abc123"]);
    line.has_all([&first, &second]);
    assert_eq!(second_client.status("/api/key"), 200);
}
