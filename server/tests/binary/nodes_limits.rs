//! Rate limits are not shared between nodes: each counts the calls of a key for itself.

use crate::installation::{Installation, wait_for};
use crate::support::{Client, Server, TOKEN};
use std::time::Instant;

/// Bucket size. It refills by one call per second, the slowest possible rate.
const DEPTH: usize = 60;
const CALLERS: usize = 8;

/// Makes twice as many simultaneous calls as the bucket holds, and returns how many were accepted.
fn count_accepted(key: &Client) -> usize {
    let calls = 2 * DEPTH / CALLERS;
    let call = || {
        let statuses = (0..calls).map(|_| key.status("/api/key"));
        statuses.collect::<Vec<_>>()
    };
    let statuses: Vec<_> = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS).map(|_| scope.spawn(call)).collect();
        let each = callers.into_iter();
        each.flat_map(|caller| caller.join().unwrap()).collect()
    });
    assert!(
        statuses.iter().all(|status| matches!(status, 200 | 429)),
        "{statuses:?}"
    );
    statuses.iter().filter(|status| **status == 200).count()
}

#[test]
fn each_node_applies_the_rate_limit_of_a_key_separately() {
    let installation = Installation::new();
    let (first, owner) = Server::spawn_with_owner(&mut installation.node());
    let second = Server::spawn(&mut installation.node(), false);
    let registered = || installation.count("SELECT count(*) FROM nodes");
    wait_for("both nodes are registered", || registered() == 2);
    let secret = owner.create("Feed", TOKEN).unwrap();
    installation.change(&format!(
        "UPDATE api_keys SET limit_depth = {DEPTH}, limit_per_second = 1"
    ));
    // Both nodes concurrently, and then again, when only refilled calls are left.
    let start = Instant::now();
    let mut accepted = [0, 0];
    for round in 0..2 {
        let [first, second] = std::thread::scope(|scope| {
            [&first, &second]
                .map(|node| scope.spawn(|| count_accepted(&node.key(&secret))))
                .map(|node| node.join().unwrap())
        });
        accepted = [accepted[0] + first, accepted[1] + second];
        let refilled = usize::try_from(start.elapsed().as_secs()).unwrap() + 1;
        for accepted in accepted {
            assert!(
                (DEPTH..=DEPTH + refilled).contains(&accepted),
                "{accepted} calls passed at one node after {refilled} s, in round {round}"
            );
        }
    }
    installation.end([first, second]);
}
