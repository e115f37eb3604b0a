//! Commands on PostgreSQL: they change the database themselves and wait for every node, without
//! being nodes themselves.

use crate::installation::{Installation, signal, stop, wait_for};
use crate::nodes::cache_key_on_all_nodes;
use crate::support::{Client, Server, run};
use testkit::Text as _;

/// Runs a command that succeeds, and returns its output.
#[track_caller]
fn run_successfully(installation: &Installation, arguments: &[&str]) -> String {
    let (code, out, err) = run(installation.node().arg("key").args(arguments));
    assert_eq!((code, err.as_str()), (Some(0), ""), "{arguments:?}: {err}");
    out
}

#[track_caller]
fn assert_refused(keys: &[Client], code: &str) {
    for key in keys {
        let response = key.get("/api/key").unwrap();
        assert!(
            response.status == 401 && response.body.contains(code),
            "{}",
            response.body
        );
    }
}

#[test]
fn key_disabled_by_a_command_is_refused_by_every_node_once_the_command_returns() {
    let installation = Installation::new();
    let (node_a, owner) = Server::spawn_with_owner(&mut installation.node());
    let node_b = Server::spawn(&mut installation.node(), false);
    let owners = [node_a.reconnect(&owner), node_b.reconnect(&owner)];
    let registered = || installation.count("SELECT count(*) FROM nodes WHERE leaving = 0");
    wait_for("both nodes are registered", || registered() == 2);
    // The command itself is never one of the nodes.
    let mut both = 0;
    let mut check_receipt = |out: &str| {
        out.has(" of 2 nodes after ");
        both += usize::from(out.contains(". Rejected on 2 of 2 nodes after "));
    };
    for round in 0..20 {
        let name = format!("Key {round}");
        let (id, keys) = cache_key_on_all_nodes(&owners, &name);
        if round % 4 == 0 {
            let out = run_successfully(&installation, &["pause", &id]);
            assert_refused(&keys, "paused_key");
            check_receipt(&out);
            run_successfully(&installation, &["resume", &id]);
            for key in &keys {
                assert_eq!(key.status("/api/key"), 200);
            }
        } else {
            let out = run_successfully(&installation, &["revoke", &id, "--reason", "leaked"]);
            assert_refused(&keys, "revoked_key");
            check_receipt(&out);
        }
    }
    // A node that does not acknowledge within a second is not waited for, which can happen on a
    // loaded machine.
    assert!(both >= 10, "both nodes said so in {both} of 20 rounds");
    let stored_receipts = "SELECT count(*) FROM api_keys WHERE receipt LIKE '{\"nodes\":2,%'";
    wait_for("the receipts", || installation.count(stored_receipts) == 15);
    let log = owner.get("/audit").unwrap().body;
    log.has(" of 2 nodes after ");

    // A suspended node cannot acknowledge, but accepts no key from its cache once the command has
    // ended.
    let (id, keys) = cache_key_on_all_nodes(&owners, "Hanging");
    signal(&node_b, "-STOP");
    let out = run_successfully(&installation, &["revoke", &id]);
    assert_refused(&keys[..1], "revoked_key");
    out.has_all([" of 2 nodes after ", " did not respond:"]);
    signal(&node_b, "-CONT");
    assert_refused(&keys[1..], "revoked_key");

    // If no node is running, none is reported.
    let (id, _) = cache_key_on_all_nodes(&owners, "Last");
    stop([node_a, node_b]);
    let out = run_successfully(&installation, &["revoke", &id]);
    assert!(out.ends_with(". No server was running.\n"), "{out}");
    assert_eq!(registered(), 0);
    installation.end([]);
}

#[test]
fn revocation_is_answered_before_its_receipt_is_stored_if_storing_is_slow() {
    let installation = Installation::new();
    let (_server, owner) = Server::spawn_with_owner(&mut installation.node());
    let secret = owner.create("Till", "form-token-of-the-till").unwrap();
    let key = owner.with_key(&secret);
    installation.change(
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN PERFORM pg_advisory_xact_lock(18, 19); RETURN NEW; END $$;
         CREATE TRIGGER wait BEFORE UPDATE OF receipt ON api_keys
         FOR EACH ROW EXECUTE FUNCTION wait()",
    );
    let lock = installation.hold("SELECT pg_advisory_xact_lock(18, 19)");
    let response = key.send("DELETE", "/api/key", "text/plain", "").unwrap();
    assert_eq!(response.status, 204, "{}", response.body);
    let receipts = || {
        let stored = "SELECT count(*) FROM api_keys WHERE receipt IS NOT NULL";
        installation.count(stored)
    };
    assert_eq!(receipts(), 0, "the answer came first");
    assert_refused(&[key], "revoked_key");
    drop(lock);
    wait_for("the receipt is stored", || receipts() == 1);
}
