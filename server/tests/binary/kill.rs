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
const MILLIS: [u64; 5] = [150, 1_700, 400, 2_600, 900];

enum Place {
    File(TempDir),
    Database(Box<Installation>),
}

impl Place {
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
struct Told {
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
fn client(owner: &Client, first: usize, forms: &AtomicUsize, begun: &AtomicUsize) -> Told {
    let mut told = Told::default();
    let form = || format!("form-token-{:08}", forms.fetch_add(1, Ordering::Relaxed));
    let ends = [End::Revoke, End::RotateNow, End::None, End::RotateLater];
    for end in ends.iter().cycle().skip(first) {
        let token = form();
        let Ok((id, secret)) = owner.issue(&token, &token) else {
            break;
        };
        if told.created.is_empty() {
            begun.fetch_add(1, Ordering::Relaxed);
        }
        told.created.push(secret.clone());
        let done = match end {
            End::None => Ok(None),
            End::Revoke => owner.revoke_with(&secret).map(|()| None),
            End::RotateNow => owner.rotate(&id, "now", &form()).map(Some),
            End::RotateLater => owner.rotate(&id, "24h", &form()).map(Some),
        };
        let Ok(new) = done else {
            // The old key has a day left, so it works whether or not it was rotated.
            if !matches!(end, End::RotateLater) {
                told.unknown.push(secret);
            }
            break;
        };
        told.rotated += usize::from(new.is_some());
        told.created.extend(new);
        if matches!(end, End::Revoke | End::RotateNow) {
            told.revoked.push(secret);
        }
    }
    told
}

impl Client {
    fn revoke_with(&self, secret: &str) -> Result<(), ureq::Error> {
        let key = self.with_key(secret);
        let answer = key.send("DELETE", "/api/key", "text/plain", "")?;
        assert_eq!(answer.status, 204, "{}", answer.body);
        Ok(())
    }

    /// Rotates a key and returns the secret of the new one.
    fn rotate(&self, id: &str, grace: &str, token: &str) -> Result<String, ureq::Error> {
        let form = format!("grace={grace}&expires=same&token={token}");
        let answer = self.form(&format!("/keys/{id}/rotate"), &form)?;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let (_, rest) = answer.body.split_once("value=\"vx_").expect("a secret");
        Ok(format!("vx_{}", &rest[..49]))
    }
}

fn check(server: &Server, told: &Told) {
    let nobody = server.client(None);
    let mut asked = 0_u32;
    let mut status = |secret: &String| {
        // Many dead keys from one address would be rate limited, so the calls come from many.
        asked += 1;
        let address = Ipv4Addr::from(0x0a00_0000 + asked / 500).to_string();
        let key = nobody.with_key(secret).on_behalf_of(address);
        let answer = key.get("/api/key").unwrap();
        (answer.status, answer.body.contains("revoked_key"))
    };
    let ended: HashSet<_> = told.revoked.iter().chain(&told.unknown).collect();
    for secret in told.created.iter().filter(|secret| !ended.contains(secret)) {
        assert_eq!(
            status(secret),
            (200, false),
            "an acknowledged key does not work"
        );
    }
    for secret in &told.revoked {
        assert_eq!(
            status(secret),
            (401, true),
            "an acknowledged revocation is lost"
        );
    }
    for secret in &told.unknown {
        let status = status(secret);
        assert!(matches!(status, (200, false) | (401, true)), "{status:?}");
    }
}

/// Counts of rows without exactly the audit events that were written in the same transaction.
///
/// Events are grouped once: looking up those of each key would take hours in the end.
pub const STRAYS: [(&str, &str); 4] = [
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

fn storm_of_kills(place: &Place) {
    let (mut server, mut owner) = Server::with_owner(&mut place.command());
    let (forms, mut all) = (AtomicUsize::new(0), Told::default());
    for cycle in 0..cycles() {
        let begun = AtomicUsize::new(0);
        let told = std::thread::scope(|scope| {
            let (owner, forms, begun) = (&owner, &forms, &begun);
            let clients: Vec<_> = (0..CLIENTS)
                .map(|first| scope.spawn(move || client(owner, first, forms, begun)))
                .collect();
            sleep(Duration::from_millis(MILLIS[cycle % MILLIS.len()]));
            // Wait longer on a slow machine, so that each client has something to lose.
            while begun.load(Ordering::Relaxed) < CLIENTS
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
        server = Server::of(&mut place.command(), false);
        owner = server.again(&owner);
        for told in told {
            assert!(!told.created.is_empty(), "a client did nothing");
            check(&server, &told);
            all.created.extend(told.created);
            all.revoked.extend(told.revoked);
            all.unknown.extend(told.unknown);
            all.rotated += told.rotated;
        }
        for (what, statement) in STRAYS {
            assert_eq!(place.count(statement), 0, "{what}");
        }
    }
    check(&server, &all);
    println!(
        "{} keys, {} revoked, {} rotations, {} unknown",
        all.created.len(),
        all.revoked.len(),
        all.rotated,
        all.unknown.len()
    );
    assert!(!all.revoked.is_empty() && all.rotated > 0, "proved nothing");
}

#[test]
fn acknowledged_changes_survive_a_storm_of_kills_on_sqlite() {
    let place = Place::File(tempfile::tempdir().unwrap());
    storm_of_kills(&place);
    let damage = "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'";
    assert_eq!(place.count(damage), 0, "the file is damaged");
}

#[test]
fn acknowledged_changes_survive_a_storm_of_kills_on_postgresql() {
    let place = Place::Database(Box::new(Installation::new()));
    storm_of_kills(&place);
    if let Place::Database(installation) = place {
        installation.end([]);
    }
}
