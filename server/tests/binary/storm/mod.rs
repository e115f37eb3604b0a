//! A call that begins after a revocation was acknowledged is refused on every node, no matter how
//! many keys are revoked at once and which faults occur meanwhile.

mod call;
mod faults;
mod fleet;
mod under;

use crate::installation::Installation;
use crate::support::{Client, Server, voxum};
use call::{Asked, Weather, made, revoke};
use fleet::{behind_a_proxy, by_many, two_nodes};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use testkit::proxy::Way;

/// Returns how many keys are revoked; `make storm` sets 10,000.
fn trials() -> u32 {
    std::env::var("TRIALS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(200)
}

fn in_calm(count: u32, servers: &[&Server], owner: &Client) {
    by_many(count, servers, owner, |number, nodes| {
        let at = number as usize % nodes.len();
        let asked = revoke(&made(number, nodes), at, &[Weather::Calm; 2]);
        assert_eq!(asked, Asked::Acknowledged);
    });
}

#[test]
fn no_call_succeeds_after_an_acknowledged_revocation_on_one_sqlite_node() {
    let folder = tempfile::tempdir().unwrap();
    let server = behind_a_proxy(voxum(folder.path()), true);
    let owner = server.set_up(server.setup.as_deref().unwrap(), "ada@example.com");
    in_calm(trials(), &[&server], &owner);
}

#[test]
fn no_call_succeeds_after_an_acknowledged_revocation_on_two_postgresql_nodes() {
    let installation = Installation::new();
    let (nodes, owner) = two_nodes(|| installation.node());
    in_calm(trials(), &nodes.each_ref(), &owner);
    installation.end(nodes);
}

/// Sets the flag when dropped, so that a failed assertion also stops the other threads.
struct ClearsUp<'a>(&'a AtomicBool);

impl Drop for ClearsUp<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Revokes keys while `again` runs repeatedly, without any effect that a caller could notice.
fn while_nobody_notices(
    count: u32,
    nodes: &[Server; 2],
    owner: &Client,
    mut again: impl FnMut() + Send,
) {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                again();
            }
        });
        let _clears_up = ClearsUp(&over);
        in_calm(count, &nodes.each_ref(), owner);
    });
}

#[test]
fn no_call_succeeds_after_an_acknowledged_revocation_without_notifications() {
    let installation = Installation::new();
    let (nodes, owner) = two_nodes(|| installation.node());
    while_nobody_notices((trials() / 4).max(1), &nodes, &owner, || {
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
    let mut ways = proxies.iter();
    let (nodes, owner) = two_nodes(|| installation.node_behind(ways.next().unwrap()));
    let mut ways = [Way::Reset, Way::Silent, Way::Lost, Way::Cut]
        .iter()
        .cycle();
    while_nobody_notices((trials() / 4).max(1), &nodes, &owner, || {
        for way in [*ways.next().unwrap(), Way::Open] {
            for proxy in &proxies {
                proxy.set_listener(way);
            }
            std::thread::sleep(Duration::from_millis(400));
        }
    });
    installation.end(nodes);
}
