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
fn does(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, err) = key(folder, arguments);
    assert_eq!((code, err.as_str()), (Some(0), ""), "{arguments:?}: {err}");
    out
}

/// Checks that a line ends by reporting how a change reached the servers.
#[track_caller]
fn reached(line: &str, nodes: &str) {
    let beginning = format!(". Refused on {nodes} after ");
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
fn refused(folder: &Path, arguments: &[&str]) -> String {
    refusal(key(folder, arguments), 1)
}

/// Creates a key and uses it, so that the server has it in its cache.
fn known(owner: &Client, number: usize) -> (String, Client) {
    let token = format!("form-token-{number:08}");
    let secret = owner.create(&format!("Key {number}"), &token).unwrap();
    let client = owner.with_key(&secret);
    assert_eq!(client.status("/api/key"), 200);
    let id = owner.keys()[0]["id"].as_str().unwrap().to_owned();
    (id, client)
}

#[track_caller]
fn is_refused(client: &Client, code: &str) {
    let answer = client.get("/api/key").unwrap();
    assert!(
        answer.status == 401 && answer.body.contains(code),
        "{}",
        answer.body
    );
}

#[test]
fn key_disabled_by_a_command_is_refused_by_the_running_server_from_the_next_call() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (server, owner) = Server::fresh(folder);
    for round in 0..40 {
        let (id, client) = known(&owner, round);
        if round % 4 == 0 {
            reached(&does(folder, &["pause", &id]), "1 of 1 node");
            is_refused(&client, "paused_key");
            does(folder, &["resume", &id]);
            assert_eq!(client.status("/api/key"), 200);
        } else {
            let out = does(folder, &["revoke", &id, "--reason", "leaked"]);
            out.has(&format!("“Key {round}”"));
            reached(&out, "1 of 1 node");
            is_refused(&client, "revoked_key");
        }
    }
    assert_eq!(count(folder, EVENTS), 50);
    let (status, log, _) = server.stop();
    assert!(status.success() && !log.contains("panicked"), "{log}");
}

#[test]
fn console_attributes_the_revocation_to_the_operator_and_shows_its_receipt() {
    let (folder, _server, owner) = Server::with_folder();
    let (id, client) = known(&owner, 1);
    does(folder.path(), &["pause", &id]);
    does(folder.path(), &["revoke", &id]);
    let answer = client.get("/api/key").unwrap();
    let (_, request) = answer.body.split_once("\"instance\":\"").expect("an id");
    let request = &request[..request.find('"').unwrap()];
    let text = |path: &str| owner.get(path).unwrap().body.replace("<!>", "");
    let key = format!("/keys/{id}");
    wait_for("the receipt", || text(&key).contains("Refused on 1 of 1"));
    let page = text(&key);
    page.has_all(["the operator", "The operator"]);
    let log = text("/audit");
    log.has("The operator");
    for told in [&page, &log] {
        told.has("Refused on 1 of 1 node after ");
    }
    let why = text(&format!("/refusals?id={request}"));
    why.has("revoked by the operator");
    for page in [page, log, why] {
        page.lacks_all(["the key itself", "own holder"]);
    }
}

#[test]
fn commands_without_a_server_and_after_a_killed_one_wait_for_no_node() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (server, owner) = Server::fresh(folder);
    let (first, one) = known(&owner, 1);
    let (second, two) = known(&owner, 2);
    let (third, _) = known(&owner, 3);
    server.stop();
    let alone = |arguments: &[&str]| {
        let out = does(folder, arguments);
        assert!(out.ends_with(". No server was running.\n"), "{out}");
    };
    alone(&["revoke", &first]);
    alone(&["pause", &third]);
    let mut server = Server::start(folder);
    is_refused(&server.again(&one), "revoked_key");
    assert_eq!(server.again(&two).status("/api/key"), 200);
    server.kill();
    // Its row is still there, yet the server is known to be gone.
    alone(&["revoke", &second]);
    let server = Server::start(folder);
    is_refused(&server.again(&two), "revoked_key");
    server.stop();
}

#[test]
fn command_waits_for_every_server_on_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (one, owner) = Server::fresh(folder);
    let two = Server::start(folder);
    let (id, client) = known(&owner, 1);
    assert_eq!(two.again(&client).status("/api/key"), 200);
    reached(&does(folder, &["revoke", &id]), "2 of 2 nodes");
    for server in [&one, &two] {
        is_refused(&server.again(&client), "revoked_key");
    }
}

#[test]
fn failed_key_commands_print_one_line_and_never_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (server, owner) = Server::fresh(folder);
    let secret = owner.create("CRM Sync", TOKEN).unwrap();
    let (id, client) = known(&owner, 1);
    // With a running server and without one.
    for mut server in [Some(server), None] {
        for change in ["revoke", "pause", "resume"] {
            let line = refused(folder, &[change, &secret]);
            line.has("key identify");
            line.lacks(&secret[3..20]);
            let line = refused(folder, &[change, "0199c0de-7a5b-7000-8000-00000000abcd"]);
            line.has("this installation has no key");
            let line = refused(folder, &[change, "CRM Sync"]);
            line.has("key list");
            line.lacks("CRM");
        }
        // A single argument that is a whole key stops the command.
        refused(folder, &["revoke", &id, &secret]);
        if let Some(server) = server.take() {
            assert_eq!(server.again(&client).status("/api/key"), 200);
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
    let (server, owner) = Server::fresh(folder);
    let (over, _) = owner.issue("Over", TOKEN).unwrap();
    change(
        folder,
        "UPDATE api_keys SET created_at = 1, expires_at = 1000",
    );
    let (id, _) = known(&owner, 1);
    does(folder, &["revoke", &id]);
    let since = owner.keys()[0]["revocation"]["at"]["iso"].clone();
    let since = since.as_str().unwrap();
    let mut server = Some(server);
    // With a running server and without one.
    for _ in 0..2 {
        let out = does(folder, &["revoke", &id, &over]);
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
            let line = refused(folder, &[change, &id]);
            line.has("is already revoked");
            let line = refused(folder, &[change, &over]);
            line.has("has already expired");
        }
        drop(server.take());
    }
    // Nothing was changed a second time.
    assert_eq!(count(folder, EVENTS), 1);
}

/// Restores two keys from a backup. Returns their ids, and a caller with the second one.
fn restored(to: &Path) -> (String, String, Client) {
    let from = tempfile::tempdir().unwrap();
    let from = from.path();
    let (server, owner) = Server::fresh(from);
    let (first, _) = known(&owner, 1);
    let (second, client) = known(&owner, 2);
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
    const WAITS: &str = " waits to be confirmed, since its account was restored from a backup at ";
    let to = tempfile::tempdir().unwrap();
    let to = to.path();
    let (first, second, _) = restored(to);
    let waits = |line: &str, beginning: &str, end: &str| {
        let (before, at) = line.split_once(WAITS).unwrap_or_else(|| panic!("{line}"));
        assert!(before.ends_with(beginning), "{line}");
        assert!(at.starts_with("20") && at.ends_with(end), "{line}");
    };
    for line in does(to, &["list"]).lines() {
        waits(line, " of the account “Acme”, which", "Z");
    }
    // By the command alone, and by a server.
    let already = || {
        let out = does(to, &["pause", &second]);
        assert!(out.starts_with("Already paused: "), "{out}");
        waits(&out, " of the account “Acme”. It", "Z.\n");
    };
    already();
    let server = Server::start(to);
    already();
    server.stop();

    does(to, &["resume", &first]);
    does(to, &["pause", &first]);
    let out = does(to, &["pause", &first]);
    assert!(
        out.starts_with("Already paused: ") && out.ends_with(" of the account “Acme”.\n"),
        "{out}"
    );
    // An expired key is no longer on hold.
    change(
        to,
        "UPDATE api_keys SET expires_at = 1000 WHERE name = 'Key 2'",
    );
    let listed = does(to, &["list", "--all"]);
    listed.has_all(["paused", "expired"]);
    listed.lacks(WAITS);
}

#[test]
fn resuming_a_restored_key_reports_that_it_awaited_confirmation() {
    const WAITED: &str = ". It came back from a backup that was restored at ";
    let to = tempfile::tempdir().unwrap();
    let to = to.path();
    let (first, second, client) = restored(to);
    let resumed = |id: &str| does(to, &["resume", id]);
    let out = resumed(&first);
    assert!(
        out.starts_with("Resumed: ") && out.contains(WAITED),
        "{out}"
    );
    let end = "Z, and was paused, unconfirmed, until now. No server was running.\n";
    assert!(out.ends_with(end), "{out}");
    // Paused again, it is like any other paused key.
    does(to, &["pause", &first]);
    let out = resumed(&first);
    assert!(
        out.starts_with("Resumed: ") && !out.contains(WAITED),
        "{out}"
    );

    let server = Server::start(to);
    is_refused(&server.again(&client), "paused_key");
    let out = resumed(&second);
    out.has(WAITED);
    assert!(out.ends_with(". It is accepted again.\n"), "{out}");
    assert_eq!(server.again(&client).status("/api/key"), 200);
}

#[test]
fn keys_are_listed_and_selected_by_unambiguous_previews() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (_server, owner) = Server::fresh(folder);
    assert!(does(folder, &["list"]).contains("no key"));
    let (first, one) = known(&owner, 1);
    let (second, two) = known(&owner, 2);
    let preview = |number: usize| owner.keys()[number]["preview"].as_str().unwrap().to_owned();
    let out = does(folder, &["pause", &preview(1)]);
    out.has("“Key 1”");
    is_refused(&one, "paused_key");
    let listed = does(folder, &["list"]);
    let lines: Vec<_> = listed.lines().collect();
    assert!(
        lines[0].starts_with(&first) && lines[0].contains("paused"),
        "{listed}"
    );
    assert!(
        lines[1].starts_with(&second) && lines[1].contains("active"),
        "{listed}"
    );
    assert!(
        lines[0].contains("“Key 1” of the account “Acme”"),
        "{listed}"
    );
    does(folder, &["revoke", &first]);
    assert_eq!(does(folder, &["list"]).lines().count(), 1);
    let all = does(folder, &["list", "--all"]);
    assert!(all.lines().count() == 2 && all.contains("revoked"), "{all}");

    change(folder, "UPDATE api_keys SET preview = 'vx_abc123…'");
    let line = refused(folder, &["revoke", "vx_abc123"]);
    line.has_all([&first, &second]);
    assert_eq!(two.status("/api/key"), 200);
}
