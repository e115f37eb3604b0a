//! A call that begins after a revocation was acknowledged is refused, on every node, however many are revoked at once and
//! whatever goes wrong meanwhile.

use crate::nodes::{Installation, signal, wait_for};
use crate::support::{Client, Server, voxum};
use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How many keys are revoked: `make storm` asks for 10,000.
fn trials() -> u32 {
    std::env::var("TRIALS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(200)
}

/// Keys that are revoked at the same time.
const REVOKERS: u32 = 8;

/// Between two calls with a key, which may make 100 at once: a revocation takes a second at most.
const PAUSE: Duration = Duration::from_millis(40);

/// What may come of a call that has to be refused.
#[derive(Clone, Copy, PartialEq)]
enum Weather {
    /// That the key is revoked, and nothing else.
    Calm,
    /// Or that nobody knows, or no answer.
    Stormy,
}

/// A call with a key that is being revoked.
struct Call {
    began: Instant,
    /// Zero where no answer came.
    status: u16,
    body: String,
}

impl Call {
    fn make(key: &Client) -> Self {
        let began = Instant::now();
        let (status, body) = match key.get("/api/key") {
            Ok(answer) => (answer.status, answer.body),
            Err(error) => (0, error.to_string()),
        };
        Self {
            began,
            status,
            body,
        }
    }

    #[track_caller]
    fn is_refused(&self, weather: Weather) {
        let refused = match self.status {
            401 => self.body.contains("revoked_key"),
            0 | 429 | 503 => weather == Weather::Stormy,
            _ => false,
        };
        assert!(refused, "{} {}", self.status, self.body);
    }
}

/// Calls until `acknowledged`, and once more after it.
fn call_until(acknowledged: &AtomicBool, key: &Client) -> Vec<Call> {
    let mut calls = Vec::new();
    loop {
        let last = acknowledged.load(Ordering::SeqCst);
        calls.push(Call::make(key));
        if last {
            return calls;
        }
        std::thread::sleep(PAUSE);
    }
}

/// A new key, and who calls with it at each node.
fn made(number: u32, nodes: &[Client]) -> Vec<Client> {
    let name = format!("form-token-{number:08}");
    let secret = nodes[0].create(&name, &name).unwrap();
    // Each from an address of its own: who uses many dead keys is told to slow down, which would prove nothing.
    let address = Ipv4Addr::from(0x0a00_0000 + number).to_string();
    let callers = nodes.iter().map(|node| {
        let caller = node.with_key(&secret).on_behalf_of(address.clone());
        assert_eq!(Call::make(&caller).status, 200, "a new key does not work");
        caller
    });
    callers.collect()
}

/// Revokes a key at one node while it is used at all; whether that was acknowledged.
fn revoke(keys: &[Client], at: usize, weather: Weather) -> bool {
    let flag = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let callers: Vec<_> = keys
            .iter()
            .map(|key| scope.spawn(|| call_until(&flag, key)))
            .collect();
        let answer = keys[at].send("DELETE", "/api/key", "text/plain", "");
        let acknowledged = Instant::now();
        let done = answer.is_ok_and(|answer| answer.status == 204);
        let right_after: Vec<_> = keys.iter().map(Call::make).collect();
        flag.store(true, Ordering::SeqCst);
        let meanwhile = callers
            .into_iter()
            .flat_map(|caller| caller.join().unwrap());
        let meanwhile: Vec<_> = meanwhile.collect();
        assert!(done || weather == Weather::Stormy, "not acknowledged");
        for call in right_after.iter().chain(&meanwhile) {
            if done && call.began > acknowledged {
                call.is_refused(weather);
            } else if weather == Weather::Calm {
                assert!(matches!(call.status, 200 | 401), "{}", call.body);
            }
        }
        done
    })
}

/// Has each of some threads do the next one of `count` pieces of work until there is none.
fn by_many(count: u32, servers: &[&Server], owner: &Client, work: impl Fn(u32, &[Client]) + Sync) {
    let next = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..REVOKERS {
            scope.spawn(|| {
                // With connections of its own, so that no two wait for one.
                let cookie = || Some(("cookie", owner.cookie().to_owned()));
                let nodes: Vec<_> = servers.iter().map(|node| node.client(cookie())).collect();
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

fn in_calm(count: u32, servers: &[&Server], owner: &Client) {
    by_many(count, servers, owner, |number, nodes| {
        let at = number as usize % nodes.len();
        revoke(&made(number, nodes), at, Weather::Calm);
    });
}

fn behind_a_proxy(mut command: Command, fresh: bool) -> Server {
    Server::of(command.env("VOXUM_TRUSTED_PROXIES", "127.0.0.1"), fresh)
}

fn two_nodes(installation: &Installation) -> ([Server; 2], Client) {
    let one = behind_a_proxy(installation.node(), true);
    let owner = one.set_up(one.setup.as_deref().unwrap(), "ada@example.com");
    ([one, behind_a_proxy(installation.node(), false)], owner)
}

#[test]
fn no_call_is_let_in_after_the_acknowledgement_by_one_node_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let server = behind_a_proxy(voxum(folder.path()), true);
    let owner = server.set_up(server.setup.as_deref().unwrap(), "ada@example.com");
    in_calm(trials(), &[&server], &owner);
}

#[test]
fn no_call_is_let_in_after_the_acknowledgement_by_two_nodes_on_postgresql() {
    let installation = Installation::new();
    let (nodes, owner) = two_nodes(&installation);
    in_calm(trials(), &nodes.each_ref(), &owner);
    installation.end(nodes);
}

/// When dropped, so that a failed assertion ends it as well.
struct ClearsUp<'a>(&'a AtomicBool);

impl Drop for ClearsUp<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn no_call_is_let_in_after_the_acknowledgement_by_two_nodes_that_get_no_hints() {
    let installation = Installation::new();
    let (nodes, owner) = two_nodes(&installation);
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::SeqCst) {
                installation.change(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE datname = current_database() AND query LIKE 'LISTEN%'",
                );
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        let _clears_up = ClearsUp(&over);
        in_calm((trials() / 4).max(1), &nodes.each_ref(), &owner);
    });
    installation.end(nodes);
}

/// Ends the database's connections again and again, and has one node stand still for longer than a lease.
fn bad_weather(over: &AtomicBool, installation: &Installation, node: &Server) {
    while !over.load(Ordering::SeqCst) {
        for _ in 0..5 {
            installation.change(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()",
            );
            std::thread::sleep(Duration::from_millis(200));
        }
        std::thread::sleep(Duration::from_millis(700));
        signal(node, "-STOP");
        std::thread::sleep(Duration::from_millis(1_500));
        signal(node, "-CONT");
        std::thread::sleep(Duration::from_millis(500));
    }
}

#[test]
fn no_call_is_let_in_after_the_acknowledgement_whatever_goes_wrong() {
    let installation = Installation::new();
    let (nodes, owner) = two_nodes(&installation);
    let servers = nodes.each_ref();
    let count = (trials() / 10).max(1);
    let (made_keys, acknowledged) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    by_many(count, &servers, &owner, |number, nodes| {
        let callers = made(number, nodes);
        made_keys.lock().unwrap().push(callers);
    });
    let spare = made(count, &nodes.each_ref().map(|node| node.again(&owner)));
    let made_keys = made_keys.into_inner().unwrap();

    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| bad_weather(&over, &installation, &nodes[1]));
        let _clears_up = ClearsUp(&over);
        by_many(count, &servers, &owner, |number, _| {
            let key = &made_keys[number as usize];
            // At the node that never stands still, and again where that one could not reach the database.
            if (0..5).any(|_| revoke(key, 0, Weather::Stormy)) {
                acknowledged.lock().unwrap().push(key);
            }
        });
    });

    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(!acknowledged.is_empty(), "nothing could be revoked at all");
    println!("{} of {count} revocations acknowledged", acknowledged.len());
    for key in acknowledged.into_iter().flatten() {
        wait_for("the nodes know again what is revoked", || {
            let call = Call::make(key);
            call.is_refused(Weather::Stormy);
            call.status == 401
        });
    }
    for key in &spare {
        wait_for("the nodes know again what is good", || {
            Call::make(key).status == 200
        });
    }
    installation.end(nodes);
}
