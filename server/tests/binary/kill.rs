//! An acknowledged change survives `kill -9`, on either database.

use crate::installation::Installation;
use crate::support::{Client, Server, count, voxum};
use std::collections::HashSet;
use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{ScopedJoinHandle, sleep};
use std::time::Duration;
use tempfile::TempDir;

/// Returns the number of kills; `CYCLES=50` makes the storm longer.
fn cycles() -> usize {
    std::env::var("CYCLES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(5)
}

const CLIENTS: usize = 4;

/// How long the clients work before each kill, in turn.
///
/// While a killed node is still being waited for, each change that must reach all nodes takes a
/// second, and some of these should be acknowledged, too.
const RUN_MILLIS: [u64; 5] = [150, 1_700, 400, 2_600, 900];

enum Storage {
    File(TempDir),
    Database(Box<Installation>),
}

impl Storage {
    fn command(&self) -> Command {
        let mut command = match self {
            Self::File(folder) => voxum(folder.path()),
            Self::Database(installation) => installation.node(),
        };
        command.env("VOXUM_TRUSTED_PROXIES", "127.0.0.1");
        command
    }

    fn count(&self, statement: &'static str) -> i64 {
        match self {
            Self::File(folder) => count(folder.path(), statement),
            Self::Database(installation) => installation.count(statement),
        }
    }
}

/// The changes that one client saw acknowledged before the server was killed, as secrets of their
/// keys.
#[derive(Default)]
struct AcknowledgedChanges {
    created: Vec<String>,
    revoked: Vec<String>,
    /// Revocations that were requested and never answered, so the key may be in either state.
    unknown: Vec<String>,
    /// The number of acknowledged rotations.
    rotated: usize,
}

/// How a client ends each key that it has created, in turn.
#[derive(Clone, Copy)]
enum End {
    None,
    Revoke,
    RotateNow,
    RotateLater,
}

/// Creates, revokes and rotates keys, until the server stops responding.
fn client(
    owner: &Client,
    first: usize,
    forms: &AtomicUsize,
    active_clients: &AtomicUsize,
) -> AcknowledgedChanges {
    let mut changes = AcknowledgedChanges::default();
    let form = || format!("form-token-{:08}", forms.fetch_add(1, Ordering::Relaxed));
    let ends = [End::Revoke, End::RotateNow, End::None, End::RotateLater];
    for end in ends.iter().cycle().skip(first) {
        let token = form();
        let Ok((id, secret)) = owner.issue(&token, &token) else {
            break;
        };
        if changes.created.is_empty() {
            active_clients.fetch_add(1, Ordering::Relaxed);
        }
        changes.created.push(secret.clone());
        let outcome = match end {
            End::None => Ok(None),
            End::Revoke => owner.revoke_with(&secret).map(|()| None),
            End::RotateNow => owner.rotate(&id, "now", &form()).map(Some),
            End::RotateLater => owner.rotate(&id, "24h", &form()).map(Some),
        };
        let Ok(new) = outcome else {
            // The old key has a day left, so it works whether or not it was rotated.
            if !matches!(end, End::RotateLater) {
                changes.unknown.push(secret);
            }
            break;
        };
        changes.rotated += usize::from(new.is_some());
        changes.created.extend(new);
        if matches!(end, End::Revoke | End::RotateNow) {
            changes.revoked.push(secret);
        }
    }
    changes
}

impl Client {
    fn revoke_with(&self, secret: &str) -> Result<(), ureq::Error> {
        let key = self.with_key(secret);
        let response = key.send("DELETE", "/api/key", "text/plain", "")?;
        assert_eq!(response.status, 204, "{}", response.body);
        Ok(())
    }

    /// Rotates a key and returns the secret of the new one.
    fn rotate(&self, id: &str, grace: &str, token: &str) -> Result<String, ureq::Error> {
        let form = format!("grace={grace}&expires=same&token={token}");
        let response = self.form(&format!("/keys/{id}/rotate"), &form)?;
        assert_eq!(response.status, 200, "{}", response.body);
        let (_, rest) = response.body.split_once("value=\"vx_").expect("a secret");
        Ok(format!("vx_{}", &rest[..49]))
    }
}

fn check(server: &Server, changes: &AcknowledgedChanges) {
    let anonymous = server.client(None);
    let mut calls = 0_u32;
    let mut status = |secret: &String| {
        // Many dead keys from one address would be rate limited, so the calls come from many.
        calls += 1;
        let address = Ipv4Addr::from(0x0a00_0000 + calls / 500).to_string();
        let key = anonymous.with_key(secret).on_behalf_of(address);
        let response = key.get("/api/key").unwrap();
        (response.status, response.body.contains("revoked_key"))
    };
    let excluded: HashSet<_> = changes.revoked.iter().chain(&changes.unknown).collect();
    for secret in changes
        .created
        .iter()
        .filter(|secret| !excluded.contains(secret))
    {
        assert_eq!(
            status(secret),
            (200, false),
            "an acknowledged key does not work"
        );
    }
    for secret in &changes.revoked {
        assert_eq!(
            status(secret),
            (401, true),
            "an acknowledged revocation is lost"
        );
    }
    for secret in &changes.unknown {
        let status = status(secret);
        assert!(matches!(status, (200, false) | (401, true)), "{status:?}");
    }
}

/// Counts of rows without exactly the audit events that were written in the same transaction.
///
/// Events are grouped once: looking up those of each key would take hours in the end.
pub const INCONSISTENCIES: [(&str, &str); 4] = [
    (
        "keys without their event",
        "SELECT count(*) FROM api_keys k LEFT JOIN (
            SELECT subject, count(*) AS n FROM audit_events WHERE action = 'key.created' GROUP BY subject
         ) e ON e.subject = k.id
         WHERE 1 <> coalesce(e.n, 0)",
    ),
    (
        "events without their key",
        "SELECT (SELECT count(*) FROM audit_events WHERE action = 'key.created') - (SELECT count(*) FROM api_keys)",
    ),
    (
        "keys that are revoked or not, and their events",
        "SELECT count(*) FROM api_keys k LEFT JOIN (
            SELECT subject, count(*) AS n FROM audit_events WHERE action = 'key.revoked' GROUP BY subject
         ) e ON e.subject = k.id
         WHERE (CASE WHEN k.revoked_at IS NOT NULL AND k.replaced_by IS NULL THEN 1 ELSE 0 END) <> coalesce(e.n, 0)",
    ),
    (
        "keys that are replaced or not, and their events",
        "SELECT count(*) FROM api_keys k LEFT JOIN (
            SELECT subject, count(*) AS n FROM audit_events WHERE action = 'key.rotated' GROUP BY subject
         ) e ON e.subject = k.id
         WHERE (CASE WHEN k.replaced_by IS NOT NULL THEN 1 ELSE 0 END) <> coalesce(e.n, 0)",
    ),
];

fn storm_of_kills(storage: &Storage) {
    let (mut server, mut owner) = Server::spawn_with_owner(&mut storage.command());
    let (forms, mut totals) = (AtomicUsize::new(0), AcknowledgedChanges::default());
    for cycle in 0..cycles() {
        let active_clients = AtomicUsize::new(0);
        let changes = std::thread::scope(|scope| {
            let (owner, forms, active_clients) = (&owner, &forms, &active_clients);
            let clients: Vec<_> = (0..CLIENTS)
                .map(|first| scope.spawn(move || client(owner, first, forms, active_clients)))
                .collect();
            sleep(Duration::from_millis(RUN_MILLIS[cycle % RUN_MILLIS.len()]));
            // Wait longer on a slow machine, so that each client has something to lose.
            while active_clients.load(Ordering::Relaxed) < CLIENTS
                && !clients.iter().any(ScopedJoinHandle::is_finished)
            {
                sleep(Duration::from_millis(10));
            }
            server.kill();
            clients
                .into_iter()
                .map(|client| client.join().unwrap())
                .collect::<Vec<_>>()
        });
        server = Server::spawn(&mut storage.command(), false);
        owner = server.reconnect(&owner);
        for changes in changes {
            assert!(!changes.created.is_empty(), "a client did nothing");
            check(&server, &changes);
            totals.created.extend(changes.created);
            totals.revoked.extend(changes.revoked);
            totals.unknown.extend(changes.unknown);
            totals.rotated += changes.rotated;
        }
        for (context, statement) in INCONSISTENCIES {
            assert_eq!(storage.count(statement), 0, "{context}");
        }
    }
    check(&server, &totals);
    println!(
        "{} keys, {} revoked, {} rotations, {} unknown",
        totals.created.len(),
        totals.revoked.len(),
        totals.rotated,
        totals.unknown.len()
    );
    assert!(
        !totals.revoked.is_empty() && totals.rotated > 0,
        "proved nothing"
    );
}

#[test]
fn acknowledged_changes_survive_a_storm_of_kills_on_sqlite() {
    let storage = Storage::File(tempfile::tempdir().unwrap());
    storm_of_kills(&storage);
    let damage = "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'";
    assert_eq!(storage.count(damage), 0, "the file is damaged");
}

#[test]
fn acknowledged_changes_survive_a_storm_of_kills_on_postgresql() {
    let storage = Storage::Database(Box::new(Installation::new()));
    storm_of_kills(&storage);
    if let Storage::Database(installation) = storage {
        installation.end([]);
    }
}
