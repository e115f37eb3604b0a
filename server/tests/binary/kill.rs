//! A change that was acknowledged survives `kill -9`.

use crate::support::{Client, Server, count};
use std::collections::HashSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// `CYCLES=50` for a longer storm.
fn cycles() -> usize {
    std::env::var("CYCLES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(5)
}

const CLIENTS: usize = 4;

/// What one client was told before the server died.
#[derive(Default)]
struct Told {
    created: Vec<String>,
    revoked: Vec<String>,
    /// Asked for and never answered: either may hold.
    unknown: Vec<String>,
}

/// Creates keys and revokes every second one, until the server answers no more.
fn client(owner: &Client, forms: &AtomicUsize, begun: &AtomicUsize) -> Told {
    let mut told = Told::default();
    loop {
        let form = format!("form-token-{:08}", forms.fetch_add(1, Ordering::Relaxed));
        let Ok(secret) = owner.create(&form, &form) else {
            return told;
        };
        if told.created.is_empty() {
            begun.fetch_add(1, Ordering::Relaxed);
        }
        told.created.push(secret.clone());
        if told.created.len().is_multiple_of(2) {
            let key = owner.with_key(&secret);
            let Ok(answer) = key.send("DELETE", "/api/key", "text/plain", "") else {
                told.unknown.push(secret);
                return told;
            };
            assert_eq!(answer.status, 204, "{}", answer.body);
            told.revoked.push(secret);
        }
    }
}

fn check(server: &Server, told: &Told) {
    let status = |secret: &String| {
        let answer = server.key(secret).get("/api/key").unwrap();
        let revoked = answer.body.contains("revoked_key");
        (answer.status, revoked)
    };
    let ended: HashSet<_> = told.revoked.iter().chain(&told.unknown).collect();
    for secret in told.created.iter().filter(|secret| !ended.contains(secret)) {
        assert_eq!(
            status(secret),
            (200, false),
            "an acknowledged key does not work"
        );
    }
    // So many dead keys from one address are told to slow down, which a good key never is.
    for secret in &told.revoked {
        assert!(
            matches!(status(secret), (401, true) | (429, false)),
            "an acknowledged revocation is lost"
        );
    }
    for secret in &told.unknown {
        assert!(matches!(status(secret), (200 | 429, false) | (401, true)));
    }
}

/// One change, one audit event, together or not at all.
fn check_audit(folder: &Path) {
    let strays = count(
        folder,
        "SELECT (SELECT count(*) FROM api_keys) - (SELECT count(*) FROM audit_events WHERE action = 'key.created')",
    );
    assert_eq!(
        strays, 0,
        "keys without their event, or events without their key"
    );
    let strays = count(
        folder,
        "SELECT (SELECT count(*) FROM api_keys WHERE revoked_at IS NOT NULL)
              - (SELECT count(*) FROM audit_events WHERE action = 'key.revoked')",
    );
    assert_eq!(
        strays, 0,
        "revocations without their event, or events without their revocation"
    );
}

#[test]
fn what_was_acknowledged_survives_a_storm_of_kills() {
    let folder = tempfile::tempdir().unwrap();
    let (mut server, mut owner) = Server::fresh(folder.path());
    let (forms, mut all) = (AtomicUsize::new(0), Told::default());
    for _ in 0..cycles() {
        let begun = AtomicUsize::new(0);
        let told = std::thread::scope(|scope| {
            let clients: Vec<_> = (0..CLIENTS)
                .map(|_| scope.spawn(|| client(&owner, &forms, &begun)))
                .collect();
            std::thread::sleep(Duration::from_millis(400));
            // However slow the machine is: each of them has something to lose.
            while begun.load(Ordering::Relaxed) < CLIENTS
                && !clients
                    .iter()
                    .any(std::thread::ScopedJoinHandle::is_finished)
            {
                std::thread::sleep(Duration::from_millis(10));
            }
            server.kill();
            clients
                .into_iter()
                .map(|client| client.join().unwrap())
                .collect::<Vec<_>>()
        });
        server = Server::start(folder.path());
        owner = server.again(&owner);
        for told in told {
            assert!(!told.created.is_empty(), "a client did nothing");
            check(&server, &told);
            all.created.extend(told.created);
            all.revoked.extend(told.revoked);
            all.unknown.extend(told.unknown);
        }
        check_audit(folder.path());
    }
    check(&server, &all);
}
