//! An acknowledged change survives a power cut, regardless of what the disk had not synced by then.
//!
//! The server runs with a library that records each of its disk operations. Afterwards the
//! operations are replayed up to many different moments. At each of them, the disk keeps what was
//! synced, and of the rest nothing or an arbitrary part. From each of these disks the database must
//! open intact, with everything that had been acknowledged by then.

pub mod disk;

use crate::kill::INCONSISTENCIES;
use crate::support::{Client, Server, count, voxum};
use disk::{Disk, Step};
use std::path::Path;
use tempfile::TempDir;

/// Enough keys for several checkpoints of SQLite's write-ahead log.
const KEYS: usize = 240;
/// Number of keys between cuts. Each time, there is one cut right after the acknowledgement, and
/// one in the middle of the next change.
const CUT_INTERVAL: usize = 12;

/// Set in the environment, since a file for it would be written by calls that the library does not
/// see.
const PEPPER: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// The lengths of the journal when changes were acknowledged.
struct Acknowledged {
    created: Vec<u64>,
    revoked: Vec<u64>,
}

/// Creates keys, of which every other one revokes itself.
fn work(owner: &Client, journal: &Path) -> Acknowledged {
    let length = || std::fs::metadata(journal).unwrap().len();
    let (mut created, mut revoked) = (Vec::new(), Vec::new());
    for number in 0..KEYS {
        let name = format!("form-token-{number:08}");
        let secret = owner.create(&name, &name).unwrap();
        created.push(length());
        if number % 2 == 1 {
            let key = owner.with_key(&secret);
            let response = key.send("DELETE", "/api/key", "text/plain", "").unwrap();
            assert_eq!(response.status, 204, "{}", response.body);
            revoked.push(length());
        }
    }
    Acknowledged { created, revoked }
}

/// Returns how many of the changes acknowledged by then are missing on a disk.
fn count_lost(folder: &Path, acknowledged: &Acknowledged, end: u64) -> i64 {
    let count_by_then = |moments: &[u64]| {
        let count = moments.iter().filter(|moment| **moment <= end).count();
        i64::try_from(count).unwrap()
    };
    if !folder.join("data/voxum.db").exists() {
        return count_by_then(&acknowledged.created);
    }
    let missing =
        |moments: &[u64], statement| (count_by_then(moments) - count(folder, statement)).max(0);
    let created = missing(&acknowledged.created, "SELECT count(*) FROM api_keys");
    let revoked = "SELECT count(*) FROM api_keys WHERE revoked_at IS NOT NULL";
    created + missing(&acknowledged.revoked, revoked)
}

fn check(folder: &Path, acknowledged: &Acknowledged, step: &Step) {
    assert_eq!(
        count_lost(folder, acknowledged, step.end),
        0,
        "at {}",
        step.end
    );
    let damage = "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'";
    assert_eq!(count(folder, damage), 0, "damaged at {}", step.end);
    for (inconsistency, statement) in INCONSISTENCIES {
        assert_eq!(
            count(folder, statement),
            0,
            "{inconsistency} at {}",
            step.end
        );
    }
}

/// Returns a deterministic random coin for a seed.
fn coin(mut seed: u64) -> impl FnMut() -> bool {
    move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed & 1 == 0
    }
}

#[test]
fn acknowledged_changes_survive_a_power_cut_on_sqlite() {
    let workspace = tempfile::tempdir().unwrap();
    let home = workspace.path().canonicalize().unwrap().join("home");
    std::fs::create_dir(&home).unwrap();
    let journal = workspace.path().join("journal");
    let mut command = voxum(&home);
    command
        .env("VOXUM_PEPPER", PEPPER)
        .env("LD_PRELOAD", disk::library(workspace.path()))
        .env("DISK_JOURNAL", &journal)
        .env("DISK_FOLDER", &home);
    let (server, owner) = Server::spawn_with_owner(&mut command);
    let acknowledged = work(&owner, &journal);
    drop(server);

    let steps = disk::journal(&journal);
    let checkpoints = steps.iter().filter(|step| step.syncs("voxum.db")).count();
    assert!(
        checkpoints > 2,
        "the log was copied into the file {checkpoints} times"
    );
    let moments = acknowledged.created.iter().step_by(CUT_INTERVAL);
    let mut cuts: Vec<usize> = moments
        .map(|moment| steps.partition_point(|step| step.end < *moment))
        .flat_map(|step| [step, step + 7])
        .filter(|step| *step < steps.len())
        .collect();
    cuts.push(steps.len() - 1);
    assert!(cuts.len() > KEYS / CUT_INTERVAL, "proved nothing");
    let (mut honest, mut lying) = (Disk::default(), Disk::default());
    let mut last = None;
    for (index, step) in steps.iter().enumerate() {
        honest.apply_step(step);
        lying.ignores_syncs = step.end > acknowledged.created[KEYS / 2];
        lying.apply_step(step);
        if !cuts.contains(&index) {
            continue;
        }
        for seed in 0..3 {
            let folder = TempDir::new().unwrap();
            let mut coin = coin(0x9e37_79b9 * (index as u64 + 1) + seed);
            honest.cut(&home, folder.path(), || seed > 0 && coin());
            check(folder.path(), &acknowledged, step);
            last = Some(folder);
        }
    }
    // The server itself starts on such a disk, with the session and the keys intact.
    let folder = last.unwrap();
    let server = Server::spawn(voxum(folder.path()).env("VOXUM_PEPPER", PEPPER), false);
    assert_ne!(
        server.reconnect(&owner).keys(),
        [] as [serde_json::Value; 0]
    );

    // A disk that ignores syncs from half-way on loses changes, which proves that this test would
    // notice a server that does not sync.
    let folder = TempDir::new().unwrap();
    lying.cut(&home, folder.path(), || false);
    let end = steps.last().unwrap().end;
    assert!(count_lost(folder.path(), &acknowledged, end) > 0);
}
