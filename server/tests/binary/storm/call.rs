//! A call with a key that is being revoked, and its permitted outcomes.

use crate::support::Client;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Pause between two calls with a key. A key may make 100 calls at once, and a revocation takes a
/// second at most.
const PAUSE: Duration = Duration::from_millis(40);

/// How long a response may take that reports that the key cannot be verified.
const TOLD: Duration = Duration::from_secs(2);

/// The condition of a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Weather {
    /// The node works normally.
    Calm,
    /// The node may report, soon, that it cannot verify keys, or give no response.
    Stormy,
    /// The node is suspended, so that even this may take arbitrarily long.
    Still,
}

/// The outcome of a requested revocation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Asked {
    Acknowledged,
    /// The key had already been revoked by a request that was not acknowledged.
    Already,
    Unknown,
}

pub struct Call {
    began: Instant,
    took: Duration,
    /// Zero if there was no response.
    pub status: u16,
    body: String,
}

impl Call {
    pub fn make(key: &Client) -> Self {
        let began = Instant::now();
        let (status, body) = match key.get("/api/key") {
            Ok(answer) => (answer.status, answer.body),
            Err(error) => (0, error.to_string()),
        };
        Self {
            began,
            took: began.elapsed(),
            status,
            body,
        }
    }

    pub fn is_revoked(&self) -> bool {
        self.status == 401 && self.body.contains("revoked_key")
    }

    /// Returns whether the key could not be verified. A calm node must not report this, and a
    /// stormy one must report it soon.
    fn is_unknown(&self, weather: Weather) -> bool {
        let soon = self.took < TOLD || weather == Weather::Still;
        matches!(self.status, 0 | 429 | 503) && weather != Weather::Calm && soon
    }

    /// Checks a call after an acknowledged revocation.
    #[track_caller]
    pub fn is_refused(&self, weather: Weather) {
        assert!(self.is_revoked() || self.is_unknown(weather), "{self}");
    }

    /// Checks a call while a revocation is in progress.
    #[track_caller]
    fn is_honest(&self, weather: Weather) {
        assert!(
            self.status == 200 || self.is_revoked() || self.is_unknown(weather),
            "{self}"
        );
    }
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            took, status, body, ..
        } = self;
        write!(f, "{status} after {took:?}: {body}")
    }
}

/// Calls until `acknowledged` is set, and once more after that.
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

/// Creates a key, and returns a caller with it for each node.
pub fn made(number: u32, nodes: &[Client]) -> Vec<Client> {
    let name = format!("form-token-{number:08}");
    let secret = nodes[0].create(&name, &name).unwrap();
    // Each key has its own address, since callers that use many dead keys are rate limited, which
    // would prove nothing.
    let address = Ipv4Addr::from(0x0a00_0000 + number).to_string();
    let callers = nodes.iter().map(|node| {
        let caller = node.with_key(&secret).on_behalf_of(address.clone());
        let call = Call::make(&caller);
        assert_eq!(call.status, 200, "a new key does not work: {call}");
        caller
    });
    callers.collect()
}

/// Revokes a key at one node while it is used at all of them, under the given condition of each.
pub fn revoke(keys: &[Client], at: usize, weather: &[Weather]) -> Asked {
    let flag = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let callers: Vec<_> = keys
            .iter()
            .map(|key| scope.spawn(|| call_until(&flag, key)))
            .collect();
        let answer = keys[at].send("DELETE", "/api/key", "text/plain", "");
        let acknowledged = Instant::now();
        let (asked, told) = match answer {
            Ok(answer) if answer.status == 204 => (Asked::Acknowledged, String::new()),
            Ok(answer) if answer.status == 401 && answer.body.contains("revoked_key") => {
                (Asked::Already, answer.body)
            }
            Ok(answer) => (Asked::Unknown, format!("{} {}", answer.status, answer.body)),
            Err(error) => (Asked::Unknown, error.to_string()),
        };
        let right_after: Vec<_> = keys.iter().map(Call::make).collect();
        flag.store(true, Ordering::SeqCst);
        let meanwhile: Vec<_> = callers
            .into_iter()
            .map(|caller| caller.join().unwrap())
            .collect();
        assert!(
            asked == Asked::Acknowledged || weather[at] != Weather::Calm,
            "not acknowledged: {told}"
        );
        for (node, (after, meanwhile)) in right_after.iter().zip(&meanwhile).enumerate() {
            for call in meanwhile.iter().chain([after]) {
                if asked == Asked::Acknowledged && call.began > acknowledged {
                    call.is_refused(weather[node]);
                } else {
                    call.is_honest(weather[node]);
                }
            }
        }
        asked
    })
}
