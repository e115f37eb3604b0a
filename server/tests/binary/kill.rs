//! A change that was acknowledged survives `kill -9`, in either database.

use crate::installation::Installation;
use crate::support::{Client, Server, count, voxum};
use std::collections::HashSet;
use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{ScopedJoinHandle, sleep};
use std::time::Duration;
use tempfile::TempDir;

/// `CYCLES=50` for a longer storm.
fn cycles() -> usize {
    std::env::var("CYCLES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(5)
}

const CLIENTS: usize = 4;

/// How long the clients work before each kill, in turn. Where a node that was killed is still waited for, each change that
/// is told everywhere takes a second, and some of them are to be acknowledged.
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

/// What one client was told before the server died, by secrets.
#[derive(Default)]
struct Told {
    created: Vec<String>,
    revoked: Vec<String>,
    /// Asked for and never answered: either may hold.
    unknown: Vec<String>,
    /// Rotations that were acknowledged.
    rotated: usize,
}

/// What a client does with a key that it made, in turn.
#[derive(Clone, Copy)]
enum End {
    None,
    Revoke,
    RotateNow,
    RotateLater,
}

/// Creates keys and revokes and rotates them, until the server answers no more.
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
            // With a day left, it works whether it was rotated or not.
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

    /// Gives the secret of the new key.
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
        // From many addresses: who uses many dead keys is told to slow down.
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

/// What there would be more or fewer of than of their audit events, were they not made together or not at all. Events are
/// grouped once: to look for those of each key would take hours in the end.
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
    let mut server = Server::of(&mut place.command(), true);
    let mut owner = server.set_up(server.setup.as_deref().unwrap(), "ada@example.com");
    let (forms, mut all) = (AtomicUsize::new(0), Told::default());
    for cycle in 0..cycles() {
        let begun = AtomicUsize::new(0);
        let told = std::thread::scope(|scope| {
            let (owner, forms, begun) = (&owner, &forms, &begun);
            let clients: Vec<_> = (0..CLIENTS)
                .map(|first| scope.spawn(move || client(owner, first, forms, begun)))
                .collect();
            sleep(Duration::from_millis(MILLIS[cycle % MILLIS.len()]));
            // However slow the machine is: each of them has something to lose.
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
fn what_was_acknowledged_survives_a_storm_of_kills_on_sqlite() {
    let place = Place::File(tempfile::tempdir().unwrap());
    storm_of_kills(&place);
    let damage = "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'";
    assert_eq!(place.count(damage), 0, "the file is damaged");
}

#[test]
fn what_was_acknowledged_survives_a_storm_of_kills_on_postgresql() {
    let place = Place::Database(Box::new(Installation::new()));
    storm_of_kills(&place);
    if let Place::Database(installation) = place {
        installation.end([]);
    }
}
