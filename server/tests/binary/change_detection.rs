//! How soon a server notices changes that another program has made to its SQLite file without
//! notifying it.

use crate::support::{Client, Server, TOKEN, change};
use std::path::Path;
use std::time::{Duration, Instant};

const TRIALS: u64 = 40;
/// Pause between two calls.
const PAUSE: Duration = Duration::from_millis(4);
/// The poll interval of 250 ms, and a margin for this machine.
const MAX_DELAY: Duration = Duration::from_millis(400);
const POLL_INTERVAL: Duration = Duration::from_millis(250);

/// Makes a change, and calls until the response differs. Returns how long after the change the last
/// call began that was still judged by the old state.
///
/// This measures only the server's delay, neither the duration of a call nor the scheduling of this
/// test.
fn measure_delay(folder: &Path, key: &Client, statement: &'static str, before: u16) -> Duration {
    let status = || key.status("/api/key");
    assert_eq!(status(), before);
    change(folder, statement);
    let change_start = Instant::now();
    let mut last = Duration::ZERO;
    loop {
        let start = change_start.elapsed();
        if status() != before {
            return last;
        }
        last = start;
        std::thread::sleep(PAUSE);
    }
}

#[test]
fn change_by_another_program_is_detected_within_a_quarter_of_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (server, owner) = Server::with_owner(folder);
    let secret = owner.create("Feed", TOKEN).unwrap();
    change(
        folder,
        "UPDATE api_keys SET limit_depth = 100000, limit_per_second = 10000",
    );
    let key = owner.with_key(&secret);
    let mut delays = Vec::new();
    for trial in 0..TRIALS {
        for (statement, before) in [
            ("UPDATE api_keys SET paused_at = created_at", 200),
            ("UPDATE api_keys SET paused_at = NULL", 401),
        ] {
            // The last change was noticed by a poll, so the next one is made at varying times
            // between two polls.
            std::thread::sleep(Duration::from_millis(delays.len() as u64 * 37 % 200));
            delays.push(measure_delay(folder, &key, statement, before));
            // Holds regardless of the load on this machine.
            let delay = delays[delays.len() - 1];
            assert!(
                delay < MAX_DELAY,
                "{delay:?} after the write, in trial {trial}"
            );
        }
    }
    delays.sort();
    // On an otherwise idle machine, all of them are.
    let in_time = delays
        .iter()
        .filter(|delay| **delay <= POLL_INTERVAL)
        .count();
    assert!(in_time * 10 >= delays.len() * 8, "{in_time} of {delays:?}");
    let median = delays[delays.len() / 2];
    assert!(median < Duration::from_millis(180), "{delays:?}");
    let (status, log, _) = server.stop();
    assert!(status.success(), "{log}");
}
