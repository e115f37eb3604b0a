//! Faults of the nodes, and of their connections to the database.

use super::call::NodeCondition::{Faulty, Healthy, Suspended};
use super::fleet::two_nodes;
use super::recovery::Storm;
use super::trials;
use crate::installation::{Installation, signal};
use std::thread::sleep;
use std::time::Duration;
use testkit::proxy::{Proxy, ProxyMode};

/// Longer than a lease, and longer than a call waits for the database.
const HOLD: Duration = Duration::from_secs(2);

/// Returns how often each fault is repeated.
fn rounds() -> u32 {
    (trials() / 1_000).max(1)
}

/// Runs `work` with a separate proxy for each node.
fn with_faulty_proxies(work: impl FnOnce(&[Proxy; 2], &mut Storm<'_>)) {
    let installation = Installation::new();
    let proxies = [installation.proxy(), installation.proxy()];
    let mut remaining = proxies.iter();
    let (nodes, owner) = two_nodes(|| installation.node_behind(remaining.next().unwrap()));
    let mut storm = Storm::new(&nodes, &owner);
    work(&proxies, &mut storm);
    storm.end();
    installation.end(nodes);
}

/// Breaks all of these connections at the same time, and restores them.
fn fail(proxies: &[Proxy], mode: ProxyMode) {
    for mode in [mode, ProxyMode::Open] {
        for proxy in proxies {
            proxy.set(mode);
        }
        if mode != ProxyMode::Open {
            sleep(HOLD);
        }
    }
}

#[test]
fn no_call_succeeds_after_an_acknowledged_revocation_while_database_connections_fail() {
    with_faulty_proxies(|proxies, storm| {
        let modes = [
            ProxyMode::Reset,
            ProxyMode::Silent,
            ProxyMode::Cut,
            ProxyMode::Dropping,
        ];
        for mode in (0..rounds()).flat_map(|_| modes) {
            println!("{mode:?}");
            storm.during([Faulty; 2], || fail(proxies, mode));
        }
    });
}

#[test]
fn no_call_succeeds_after_an_acknowledged_revocation_if_one_node_loses_the_database() {
    with_faulty_proxies(|proxies, storm| {
        let modes = [
            ProxyMode::Silent,
            ProxyMode::Cut,
            ProxyMode::Dropping,
            ProxyMode::Reset,
        ];
        for mode in (0..rounds()).flat_map(|_| modes) {
            println!("{mode:?}");
            // The other node neither fails nor waits for long.
            storm.during([Healthy, Faulty], || fail(&proxies[1..], mode));
        }
    });
}

#[test]
fn no_call_succeeds_after_an_acknowledged_revocation_while_the_database_restarts() {
    let installation = Installation::with_own_database_server();
    let (nodes, owner) = two_nodes(|| installation.node());
    let mut storm = Storm::new(&nodes, &owner);
    for mode in (0..rounds()).flat_map(|_| ["immediate", "fast"]) {
        println!("{mode}");
        storm.during([Faulty; 2], || installation.restart_database(mode));
    }
    storm.end();
    installation.end(nodes);
}

#[test]
fn no_call_succeeds_after_an_acknowledged_revocation_if_one_node_is_suspended() {
    let (times, suspended_seconds) = if rounds() > 1 { (3, 10) } else { (1, 3) };
    let installation = Installation::new();
    let (nodes, owner) = two_nodes(|| installation.node());
    let mut storm = Storm::new(&nodes, &owner);
    for _ in 0..times {
        storm.during([Healthy, Suspended], || {
            // Also shorter than a lease, so that the node resumes while its lease is still valid.
            for millis in [400, 600, 800, suspended_seconds * 1_000] {
                signal(&nodes[1], "-STOP");
                sleep(Duration::from_millis(millis));
                signal(&nodes[1], "-CONT");
                sleep(Duration::from_millis(if millis < 1_000 { 300 } else { 0 }));
            }
        });
    }
    storm.end();
    installation.end(nodes);
}

#[test]
fn no_call_succeeds_after_an_acknowledged_revocation_under_several_faults_at_once() {
    let installation = Installation::new();
    let (nodes, owner) = two_nodes(|| installation.node());
    let mut storm = Storm::new(&nodes, &owner);
    for _ in 0..rounds() {
        storm.during([Faulty, Suspended], || {
            // Connections are terminated repeatedly, and one node is suspended for longer than a
            // lease.
            signal(&nodes[1], "-STOP");
            for _ in 0..10 {
                installation.change(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE datname = current_database() AND pid <> pg_backend_pid()",
                );
                sleep(Duration::from_millis(150));
            }
            signal(&nodes[1], "-CONT");
        });
    }
    storm.end();
    installation.end(nodes);
}
