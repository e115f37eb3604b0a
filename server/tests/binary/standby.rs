//! A failover that reaches a standby first.

use crate::installation::{Installation, wait_for};
use crate::support::{Server, refusal, run};
use testkit::Text as _;

#[test]
fn node_answers_503_while_its_database_is_a_standby_and_recovers_by_itself() {
    let installation = Installation::with_own_database_server();
    let (node, owner) = Server::spawn_with_owner(&mut installation.node());
    let key = owner.create("CRM Sync", "form-token-standby").unwrap();
    let (anonymous, caller) = (node.client(None), node.key(&key));
    assert_eq!(anonymous.status("/readyz"), 200);
    assert_eq!(caller.status("/api/key"), 200);

    installation.restart_database("standby");
    assert_eq!(anonymous.status("/readyz"), 503);
    // The node's cache may be used for one second at most.
    wait_for("calls are answered with 503", || {
        caller.status("/api/key") == 503
    });
    for arguments in [&["serve"][..], &["key", "list"]] {
        let err = refusal(run(installation.node().args(arguments)), 1);
        err.has("is on a standby");
    }

    installation.change("SELECT pg_promote()");
    wait_for("the node is ready again", || {
        anonymous.status("/readyz") == 200
    });
    assert_eq!(caller.status("/api/key"), 200);
    installation.end([node]);
}
