//! How soon a server knows what another program wrote into its SQLite file, of which nobody tells it.

use crate::support::{Client, Server, change};
use std::path::Path;
use std::time::{Duration, Instant};

const TRIALS: u64 = 40;
/// Between two calls.
const PAUSE: Duration = Duration::from_millis(4);
/// The 250 ms of the poll, and some for this machine.
const CEILING: Duration = Duration::from_millis(400);
const NOTICED: Duration = Duration::from_millis(250);

/// Writes, and calls until the answer is another one. How long after the write the last call began that was still judged
/// as before: only what a server does too late is in that, and neither how long a call takes nor when this test comes
/// to run.
fn late(folder: &Path, key: &Client, statement: &'static str, before: u16) -> Duration {
    let status = || key.get("/api/key").unwrap().status;
    assert_eq!(status(), before);
    change(folder, statement);
    let wrote = Instant::now();
    let mut last = Duration::ZERO;
    loop {
        let began = wrote.elapsed();
        if status() != before {
            return last;
        }
        last = began;
        std::thread::sleep(PAUSE);
    }
}

#[test]
fn what_another_program_writes_into_the_file_is_noticed_within_a_quarter_of_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (server, owner) = Server::fresh(folder);
    let secret = owner.create("Feed", "0123456789abcdef").unwrap();
    change(
        folder,
        "UPDATE api_keys SET limit_depth = 100000, limit_per_second = 10000",
    );
    let key = owner.with_key(&secret);
    let mut all = Vec::new();
    for trial in 0..TRIALS {
        for (statement, before) in [
            ("UPDATE api_keys SET paused_at = created_at", 200),
            ("UPDATE api_keys SET paused_at = NULL", 401),
        ] {
            // The last change was noticed by a look: the next one comes at every time between two.
            std::thread::sleep(Duration::from_millis(all.len() as u64 * 37 % 200));
            all.push(late(folder, &key, statement, before));
            // Whatever else goes on on this machine.
            let late = all[all.len() - 1];
            assert!(late < CEILING, "{late:?} after the write, in trial {trial}");
        }
    }
    all.sort();
    // On a machine that has nothing else to do, all of them are.
    let within = all.iter().filter(|late| **late <= NOTICED).count();
    assert!(within * 10 >= all.len() * 8, "{within} of {all:?}");
    let median = all[all.len() / 2];
    assert!(median < Duration::from_millis(180), "{all:?}");
    let (status, log, _) = server.stop();
    assert!(status.success(), "{log}");
}
