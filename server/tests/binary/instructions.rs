//! The number of instructions that a request takes, from its bytes to those of the response.
//!
//! Unlike time, it does not depend on what else the machine does. `server/benches/verify.py` prints
//! the figures of the release build; this test keeps the ratio of the same program without
//! optimisation, so that it needs no further build.

use crate::support::{Server, change};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Number of requests to warm up, which are counted in neither figure.
const FEW: u64 = 20;
/// Number of requests that are counted.
const COUNTED: u64 = 100;

/// Returns the program of `server/benches/instructions.rs`, which cargo builds with the tests.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let program = profile.join("examples/instructions");
    assert!(
        program.exists(),
        "run `cargo build --workspace --example instructions` first"
    );
    program
}

/// Returns the instructions of one repetition in user space.
fn instructions(folder: &Path, key: &str, subject: &str) -> u64 {
    let of = |times: u64| -> u64 {
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(program())
            .arg(folder.join("data"))
            .args([key, subject, &times.to_string()])
            .output()
            .expect("valgrind is installed (Debian: apt-get install valgrind)");
        let report = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{report}");
        let collected = report.rsplit("Collected : ").next().unwrap();
        collected
            .split_whitespace()
            .next()
            .unwrap()
            .parse()
            .unwrap()
    };
    // The difference removes what the program does besides, such as opening the database.
    (of(FEW + COUNTED) - of(FEW)) / COUNTED
}

#[test]
fn request_takes_at_most_half_as_many_instructions_more_than_one_to_a_bare_axum_server() {
    let folder = TempDir::new().unwrap();
    let (server, owner) = Server::with_owner(folder.path());
    let key = owner
        .create("Inventory Integration", "0123456789abcdef")
        .unwrap();
    server.stop();
    change(
        folder.path(),
        "UPDATE api_keys SET limit_depth = 1000, limit_per_second = 1000",
    );
    let of = |subject| instructions(folder.path(), &key, subject);
    let (ours, digests, bare) = (of("server"), of("digest"), of("bare"));
    println!("{ours}, of which {digests} are digests; a bare axum server takes {bare}");
    assert!(
        2 * (ours - digests) <= 3 * bare,
        "{ours} without {digests} for digests, a bare axum server {bare}"
    );
}
