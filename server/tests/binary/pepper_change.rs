//! Changing the pepper while nodes keep answering calls.

use crate::installation::{Installation, PEPPER, signal, wait_for};
use crate::support::{Client, Server, TOKEN, count, refusal, run, voxum};
use serde_json::json;
use std::process::Command;
use testkit::Text as _;

const NEW_PEPPER: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// Returns a node with the new pepper and the old one.
fn node_with_both_peppers(installation: &Installation) -> Command {
    let mut command = installation.node();
    command
        .env("VOXUM_PEPPER", NEW_PEPPER)
        .env("VOXUM_PEPPER_OLD", PEPPER);
    command
}

fn status(node: &Client, secret: &str) -> u16 {
    node.with_key(secret).status("/api/key")
}

/// Returns the number of keys that are stored under the new pepper.
fn count_rehashed(installation: &Installation) -> i64 {
    let id = service::Pepper::parse(NEW_PEPPER).unwrap().id();
    let sql = format!(
        "SELECT count(*) FROM api_keys WHERE pepper_id = '{}'",
        id.as_str()
    );
    installation.count(&sql)
}

#[track_caller]
fn run_failing(command: &mut Command) -> String {
    let err = refusal(run(command), 1);
    err.lacks_all([NEW_PEPPER, PEPPER]);
    err
}

#[test]
fn keys_keep_working_while_nodes_change_the_pepper_one_by_one() {
    let installation = Installation::new();
    let (node_a, owner) = Server::spawn_with_owner(&mut installation.node());
    let used_key = owner.create("Used", "form-token-used-0001").unwrap();
    let idle_key = owner.create("Idle", "form-token-idle-0001").unwrap();
    let node_b = Server::spawn(&mut node_with_both_peppers(&installation), false);
    let second_owner = node_b.reconnect(&owner);
    let new_key = second_owner.create("Made", "form-token-made-0001").unwrap();
    for secret in [&used_key, &idle_key, &new_key] {
        assert_eq!(status(&owner, secret), 200);
        assert_eq!(status(&second_owner, secret), 200);
    }
    // The first node does not accept the new pepper yet.
    assert_eq!(count_rehashed(&installation), 0);

    let (exit_status, log, _) = node_a.stop();
    assert!(exit_status.success(), "{log}");
    let node_a = Server::spawn(&mut node_with_both_peppers(&installation), false);
    let owner = node_a.reconnect(&owner);
    wait_for("the keys that are used are re-hashed", || {
        assert_eq!(status(&owner, &used_key), 200);
        assert_eq!(status(&second_owner, &new_key), 200);
        count_rehashed(&installation) == 2
    });
    let line = run_failing(&mut installation.node());
    line.has("not the one");
    let line = run_failing(installation.node().env("VOXUM_PEPPER", NEW_PEPPER));
    line.has_all(["API keys: 1", "VOXUM_PEPPER_OLD"]);
    let (code, out, err) = run(node_with_both_peppers(&installation).arg("doctor"));
    assert_eq!(code, Some(0), "{err}");
    out.has("keep VOXUM_PEPPER_OLD, which API keys (1)");

    // A re-hashed key can be revoked like any other, and so can the last one that needs the old
    // pepper.
    let keys = second_owner.keys();
    for (name, secret) in [("Used", &used_key), ("Idle", &idle_key)] {
        let key = keys.iter().find(|key| key["name"] == name).unwrap();
        let form = json!({ "id": key["id"], "form": { "reason": "other", "confirm": name } });
        let response = second_owner.call("keys/revoke", &form).unwrap();
        assert!(response["Ok"].is_object(), "{response}");
        assert_eq!(
            (status(&owner, secret), status(&second_owner, secret)),
            (401, 401)
        );
    }
    let (code, out, err) = run(node_with_both_peppers(&installation).arg("doctor"));
    assert_eq!(code, Some(0), "{err}");
    out.has("VOXUM_PEPPER_OLD is no longer needed");
    let last = Server::spawn(&mut node_with_both_peppers(&installation), false);
    assert_eq!(status(&last.reconnect(&owner), &new_key), 200);
    let (_, log, _) = last.stop();
    log.has("remove VOXUM_PEPPER_OLD");
    let last = Server::spawn(installation.node().env("VOXUM_PEPPER", NEW_PEPPER), false);
    assert_eq!(status(&last.reconnect(&owner), &new_key), 200);
    installation.end([node_a, node_b, last]);
}

#[test]
fn node_suspended_during_a_pepper_change_answers_503_instead_of_unknown_key() {
    let installation = Installation::new();
    let (node_a, owner) = Server::spawn_with_owner(&mut installation.node());
    let secret = owner.create("CRM Sync", "form-token-crm-00001").unwrap();
    assert_eq!(status(&owner, &secret), 200);
    let node_b = Server::spawn(&mut node_with_both_peppers(&installation), false);
    let second_owner = node_b.reconnect(&owner);
    signal(&node_a, "-STOP");
    wait_for("the key is re-hashed without the first node", || {
        assert_eq!(status(&second_owner, &secret), 200);
        count_rehashed(&installation) == 1
    });
    signal(&node_a, "-CONT");
    for _ in 0..50 {
        assert_eq!(status(&owner, &secret), 503);
        assert_eq!(status(&second_owner, &secret), 200);
    }
    installation.end([node_a, node_b]);
}

/// Counts keys stored under the installation's pepper, which is the current one of the node.
pub const REHASHED: &str = "SELECT count(*) FROM api_keys, installation, nodes
    WHERE pepper_id = substr(pepper_fingerprint, 1, 16) AND peppers LIKE pepper_id || '%'";

#[test]
fn pepper_file_is_replaced_when_the_old_pepper_is_configured() {
    let (folder, server, owner) = Server::with_folder();
    let secret = owner.create("CRM Sync", TOKEN).unwrap();
    server.stop();
    let data = folder.path().join("data");
    std::fs::rename(data.join("pepper"), data.join("pepper.old")).unwrap();
    let line = run_failing(&mut voxum(folder.path()));
    line.has("is missing");
    let mut command = voxum(folder.path());
    command.env("VOXUM_PEPPER_OLD_FILE", "data/pepper.old");
    let server = Server::spawn(&mut command, false);
    let key = server.key(&secret);
    wait_for("the only key is re-hashed", || {
        assert_eq!(key.status("/api/key"), 200);
        count(folder.path(), REHASHED) == 1
    });
    let (_, log, _) = server.stop();
    log.has("the pepper was changed");
    let server = Server::start(folder.path());
    assert_eq!(server.key(&secret).status("/api/key"), 200);
    server.stop();
}
