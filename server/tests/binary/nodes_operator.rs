//! Commands on PostgreSQL: they change the database themselves and wait for every node, without
//! being nodes themselves.

use crate::installation::{Installation, signal, stop, wait_for};
use crate::nodes::known_everywhere;
use crate::support::{Client, Server, run};
use testkit::Text as _;

/// Runs a command that succeeds, and returns its output.
#[track_caller]
fn does(installation: &Installation, arguments: &[&str]) -> String {
    let (code, out, err) = run(installation.node().arg("key").args(arguments));
    assert_eq!((code, err.as_str()), (Some(0), ""), "{arguments:?}: {err}");
    out
}

#[track_caller]
fn are_refused(keys: &[Client], code: &str) {
    for key in keys {
        let answer = key.get("/api/key").unwrap();
        assert!(
            answer.status == 401 && answer.body.contains(code),
            "{}",
            answer.body
        );
    }
}

#[test]
fn key_disabled_by_a_command_is_refused_by_every_node_once_the_command_returns() {
    let installation = Installation::new();
    let (one, owner) = Server::with_owner(&mut installation.node());
    let two = Server::of(&mut installation.node(), false);
    let here = [one.again(&owner), two.again(&owner)];
    let registered = || installation.count("SELECT count(*) FROM nodes WHERE leaving = 0");
    wait_for("both nodes are registered", || registered() == 2);
    // The command itself is never one of the nodes.
    let mut both = 0;
    let mut tells = |out: &str| {
        out.has(" of 2 nodes after ");
        both += usize::from(out.contains(". Refused on 2 of 2 nodes after "));
    };
    for round in 0..20 {
        let name = format!("Key {round}");
        let (id, keys) = known_everywhere(&here, &name);
        if round % 4 == 0 {
            let out = does(&installation, &["pause", &id]);
            are_refused(&keys, "paused_key");
            tells(&out);
            does(&installation, &["resume", &id]);
            for key in &keys {
                assert_eq!(key.status("/api/key"), 200);
            }
        } else {
            let out = does(&installation, &["revoke", &id, "--reason", "leaked"]);
            are_refused(&keys, "revoked_key");
            tells(&out);
        }
    }
    // A node that does not acknowledge within a second is not waited for, which can happen on a
    // loaded machine.
    assert!(both >= 10, "both nodes said so in {both} of 20 rounds");
    let kept = "SELECT count(*) FROM api_keys WHERE receipt LIKE '{\"nodes\":2,%'";
    wait_for("the receipts", || installation.count(kept) == 15);
    let log = owner.get("/audit").unwrap().body;
    log.has(" of 2 nodes after ");

    // A suspended node cannot acknowledge, but accepts no key from its cache once the command has
    // ended.
    let (id, keys) = known_everywhere(&here, "Hanging");
    signal(&two, "-STOP");
    let out = does(&installation, &["revoke", &id]);
    are_refused(&keys[..1], "revoked_key");
    out.has_all([" of 2 nodes after ", " did not answer:"]);
    signal(&two, "-CONT");
    are_refused(&keys[1..], "revoked_key");

    // If no node is running, none is reported.
    let (id, _) = known_everywhere(&here, "Last");
    stop([one, two]);
    let out = does(&installation, &["revoke", &id]);
    assert!(out.ends_with(". No server was running.\n"), "{out}");
    assert_eq!(registered(), 0);
    installation.end([]);
}

#[test]
fn revocation_is_answered_before_its_receipt_is_stored_if_storing_is_slow() {
    let installation = Installation::new();
    let (_server, owner) = Server::with_owner(&mut installation.node());
    let secret = owner.create("Till", "form-token-of-the-till").unwrap();
    let key = owner.with_key(&secret);
    installation.change(
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN PERFORM pg_advisory_xact_lock(18, 19); RETURN NEW; END $$;
         CREATE TRIGGER wait BEFORE UPDATE OF receipt ON api_keys
         FOR EACH ROW EXECUTE FUNCTION wait()",
    );
    let held = installation.hold("SELECT pg_advisory_xact_lock(18, 19)");
    let answer = key.send("DELETE", "/api/key", "text/plain", "").unwrap();
    assert_eq!(answer.status, 204, "{}", answer.body);
    let receipts = || {
        let stored = "SELECT count(*) FROM api_keys WHERE receipt IS NOT NULL";
        installation.count(stored)
    };
    assert_eq!(receipts(), 0, "the answer came first");
    are_refused(&[key], "revoked_key");
    drop(held);
    wait_for("the receipt is stored", || receipts() == 1);
}
