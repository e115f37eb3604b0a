//! The last uses of keys after a server under load was killed.

use crate::installation::Installation;
use crate::support::{Client, Server, count};
use service::{Clock as _, SystemClock};
use std::thread::sleep;
use std::time::Duration;

const CALLERS: usize = 8;
const KEYS_PER_CALLER: usize = 25;
/// A crash loses no use that is older than this, in milliseconds.
const MAX_LOSS: i64 = 5_000;

/// One accepted call, whose use lies between these two times.
struct Use {
    sent_at: i64,
    answered_at: i64,
}

/// Returns the server's clock in milliseconds.
fn now() -> i64 {
    SystemClock.now().millis()
}

/// Calls with each key in turn until the server is gone, and returns the uses of each.
fn call_until_killed(keys: &[Client]) -> Vec<Vec<Use>> {
    let mut uses_by_key: Vec<Vec<Use>> = keys.iter().map(|_| Vec::new()).collect();
    loop {
        for (key, uses) in keys.iter().zip(&mut uses_by_key) {
            let sent_at = now();
            let Ok(response) = key.get("/api/key") else {
                return uses_by_key;
            };
            if response.status == 200 {
                let answered_at = now();
                uses.push(Use {
                    sent_at,
                    answered_at,
                });
            }
        }
    }
}

fn assert_no_older_use_is_lost(mut server: Server, owner: &Client, count: impl Fn(&str) -> i64) {
    let callers: Vec<Vec<Client>> = (0..CALLERS)
        .map(|caller| {
            let keys = (0..KEYS_PER_CALLER).map(|key| {
                let name = format!("form-token-{caller:04}-{key:04}");
                server.key(&owner.create(&name, &name).unwrap())
            });
            keys.collect()
        })
        .collect();
    let (killed, uses) = std::thread::scope(|scope| {
        let callers: Vec<_> = callers
            .iter()
            .map(|keys| scope.spawn(|| call_until_killed(keys)))
            .collect();
        sleep(Duration::from_secs(10));
        let killed = now();
        server.kill();
        let uses: Vec<_> = callers.into_iter().map(|one| one.join().unwrap()).collect();
        (killed, uses)
    });
    for (caller, keys) in uses.iter().enumerate() {
        for (key, uses) in keys.iter().enumerate() {
            let mut older = uses.iter().rev();
            let durable_use = older
                .find(|one| one.answered_at + MAX_LOSS <= killed)
                .expect("each key was used long before the crash");
            let stored = count(&format!(
                "SELECT coalesce(last_used_at, 0) FROM api_keys WHERE name = 'form-token-{caller:04}-{key:04}'"
            ));
            let sent_at = durable_use.sent_at;
            assert!(
                stored >= sent_at,
                "a use {} ms before the crash is lost, the last one that is stored came {} ms before it",
                killed - sent_at,
                killed - stored
            );
        }
    }
}

#[test]
fn crash_under_load_loses_no_use_older_than_five_seconds_on_sqlite() {
    let (folder, server, owner) = Server::with_folder();
    assert_no_older_use_is_lost(server, &owner, |statement| count(folder.path(), statement));
}

#[test]
fn crash_under_load_loses_no_use_older_than_five_seconds_on_postgresql() {
    let installation = Installation::new();
    let (server, owner) = Server::spawn_with_owner(&mut installation.node());
    assert_no_older_use_is_lost(server, &owner, |statement| installation.count(statement));
    installation.end([]);
}
