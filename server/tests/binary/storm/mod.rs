//! A call that begins after a revocation was acknowledged is refused on every node, no matter how
//! many keys are revoked concurrently and which faults occur meanwhile.

mod call;
mod faults;
mod fleet;
mod recovery;

use crate::installation::Installation;
use crate::support::{Client, Server, voxum};
use call::{NodeCondition, RevocationOutcome, create_key, revoke};
use fleet::{run_in_parallel, start_behind_proxy, two_nodes};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use testkit::proxy::ProxyMode;

/// Returns how many keys are revoked; `make storm` sets 10,000.
fn trials() -> u32 {
    std::env::var("TRIALS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(200)
}

fn revoke_on_healthy_nodes(count: u32, servers: &[&Server], owner: &Client) {
    run_in_parallel(count, servers, owner, |number, nodes| {
        let at = number as usize % nodes.len();
        let outcome = revoke(&create_key(number, nodes), at, &[NodeCondition::Healthy; 2]);
        assert_eq!(outcome, RevocationOutcome::Acknowledged);
    });
}

#[test]
fn no_call_succeeds_after_an_acknowledged_revocation_on_one_sqlite_node() {
    let folder = tempfile::tempdir().unwrap();
    let server = start_behind_proxy(voxum(folder.path()), true);
    let owner = server.set_up(server.setup.as_deref().unwrap(), "ada@example.com");
    revoke_on_healthy_nodes(trials(), &[&server], &owner);
}

#[test]
fn no_call_succeeds_after_an_acknowledged_revocation_on_two_postgresql_nodes() {
    let installation = Installation::new();
    let (nodes, owner) = two_nodes(|| installation.node());
    revoke_on_healthy_nodes(trials(), &nodes.each_ref(), &owner);
    installation.end(nodes);
}

/// Sets the flag when dropped, so that a failed assertion also stops the other threads.
struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Revokes keys while `disturb` runs repeatedly, without any effect that a caller could notice.
fn revoke_while(count: u32, nodes: &[Server; 2], owner: &Client, mut disturb: impl FnMut() + Send) {
    let finished = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !finished.load(Ordering::SeqCst) {
                disturb();
            }
        });
        let _stop_disturbing = SetOnDrop(&finished);
        revoke_on_healthy_nodes(count, &nodes.each_ref(), owner);
    });
}

#[test]
fn no_call_succeeds_after_an_acknowledged_revocation_without_notifications() {
    let installation = Installation::new();
    let (nodes, owner) = two_nodes(|| installation.node());
    revoke_while((trials() / 4).max(1), &nodes, &owner, || {
        installation.change(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND query LIKE 'LISTEN%'",
        );
        std::thread::sleep(Duration::from_millis(10));
    });
    installation.end(nodes);
}

#[test]
fn no_call_succeeds_after_an_acknowledged_revocation_while_listener_connections_fail() {
    let installation = Installation::new();
    let proxies = [installation.proxy(), installation.proxy()];
    let mut remaining = proxies.iter();
    let (nodes, owner) = two_nodes(|| installation.node_behind(remaining.next().unwrap()));
    let mut remaining = [
        ProxyMode::Reset,
        ProxyMode::Silent,
        ProxyMode::Dropping,
        ProxyMode::Cut,
    ]
    .iter()
    .cycle();
    revoke_while((trials() / 4).max(1), &nodes, &owner, || {
        for mode in [*remaining.next().unwrap(), ProxyMode::Open] {
            for proxy in &proxies {
                proxy.set_listener(mode);
            }
            std::thread::sleep(Duration::from_millis(400));
        }
    });
    installation.end(nodes);
}
