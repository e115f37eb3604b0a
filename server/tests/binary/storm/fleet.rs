//! Several servers, and many threads that use them concurrently.

use crate::support::{Client, Server};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// Number of keys that are revoked at the same time.
pub const REVOKERS: u32 = 8;

pub fn start_behind_proxy(mut command: Command, expect_setup_link: bool) -> Server {
    Server::spawn(
        command.env("VOXUM_TRUSTED_PROXIES", "127.0.0.1"),
        expect_setup_link,
    )
}

/// Starts two nodes, each with the next command.
pub fn two_nodes(mut command: impl FnMut() -> Command) -> ([Server; 2], Client) {
    let first = start_behind_proxy(command(), true);
    let owner = first.set_up(first.setup.as_deref().unwrap(), "ada@example.com");
    ([first, start_behind_proxy(command(), false)], owner)
}

/// Returns the owner's client for each node, each with its own connections, so that none waits for
/// another.
pub fn owner_clients(servers: &[&Server], owner: &Client) -> Vec<Client> {
    let cookie = || Some(("cookie", owner.cookie().to_owned()));
    servers.iter().map(|node| node.client(cookie())).collect()
}

/// Has several threads work through `count` tasks.
pub fn run_in_parallel(
    count: u32,
    servers: &[&Server],
    owner: &Client,
    work: impl Fn(u32, &[Client]) + Sync,
) {
    let next = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..REVOKERS {
            scope.spawn(|| {
                let nodes = owner_clients(servers, owner);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    work(number, &nodes);
                }
            });
        }
    });
}
