//! A failover that reaches a standby first.

use crate::installation::{Installation, wait_for};
use crate::support::{Server, run};

#[test]
fn node_answers_503_while_its_database_is_a_standby_and_recovers_by_itself() {
    let installation = Installation::alone();
    let node = Server::of(&mut installation.node(), true);
    let owner = node.set_up(node.setup.as_deref().unwrap(), "ada@example.com");
    let key = owner.create("CRM Sync", "form-token-standby").unwrap();
    let (anyone, caller) = (node.client(None), node.key(&key));
    assert_eq!(anyone.get("/readyz").unwrap().status, 200);
    assert_eq!(caller.get("/api/key").unwrap().status, 200);

    installation.restart_database("standby");
    assert_eq!(anyone.get("/readyz").unwrap().status, 503);
    // The node's cache may be used for one second at most.
    wait_for("calls are answered with 503", || {
        caller.get("/api/key").unwrap().status == 503
    });
    for arguments in [&["serve"][..], &["key", "list"]] {
        let (code, out, err) = run(installation.node().args(arguments));
        assert_eq!(
            (code, out.as_str(), err.lines().count()),
            (Some(1), "", 1),
            "{err}"
        );
        assert!(err.contains("is on a standby"), "{err}");
    }

    installation.change("SELECT pg_promote()");
    wait_for("the node is ready again", || {
        anyone.get("/readyz").unwrap().status == 200
    });
    assert_eq!(caller.get("/api/key").unwrap().status, 200);
    installation.end([node]);
}
