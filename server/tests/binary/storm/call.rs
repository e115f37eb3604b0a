//! A call with a key that is being revoked, and its permitted outcomes.

use crate::support::Client;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Pause between two calls with a key. The burst size of a key is 100, and a revocation takes a
/// second at most.
const PAUSE: Duration = Duration::from_millis(40);

/// How long a response may take that reports that the key cannot be verified.
const UNVERIFIED_DEADLINE: Duration = Duration::from_secs(2);

/// The condition of a node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NodeCondition {
    /// The node works normally.
    Healthy,
    /// The node may report, soon, that it cannot verify keys, or give no response.
    Faulty,
    /// The node is suspended, so that even this may take arbitrarily long.
    Suspended,
}

/// The outcome of a requested revocation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RevocationOutcome {
    Acknowledged,
    /// The key had already been revoked by a request that was not acknowledged.
    AlreadyRevoked,
    Unknown,
}

pub struct Call {
    start: Instant,
    elapsed: Duration,
    /// Zero if there was no response.
    pub status: u16,
    body: String,
}

impl Call {
    pub fn make(key: &Client) -> Self {
        let start = Instant::now();
        let (status, body) = match key.get("/api/key") {
            Ok(response) => (response.status, response.body),
            Err(error) => (0, error.to_string()),
        };
        Self {
            start,
            elapsed: start.elapsed(),
            status,
            body,
        }
    }

    pub fn is_revoked(&self) -> bool {
        self.status == 401 && self.body.contains("revoked_key")
    }

    /// Returns whether the key could not be verified. A calm node must not report this, and a
    /// stormy one must report it soon.
    fn is_unverified(&self, condition: NodeCondition) -> bool {
        let soon = self.elapsed < UNVERIFIED_DEADLINE || condition == NodeCondition::Suspended;
        matches!(self.status, 0 | 429 | 503) && condition != NodeCondition::Healthy && soon
    }

    /// Checks a call after an acknowledged revocation.
    #[track_caller]
    pub fn assert_refused(&self, condition: NodeCondition) {
        assert!(self.is_revoked() || self.is_unverified(condition), "{self}");
    }

    /// Checks a call while a revocation is in progress.
    #[track_caller]
    fn assert_refused_or_accepted(&self, condition: NodeCondition) {
        assert!(
            self.status == 200 || self.is_revoked() || self.is_unverified(condition),
            "{self}"
        );
    }
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            elapsed,
            status,
            body,
            ..
        } = self;
        write!(f, "{status} after {elapsed:?}: {body}")
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
pub fn create_key(number: u32, nodes: &[Client]) -> Vec<Client> {
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

/// Revokes a key at one node while it is used at all of them, whose `conditions` are in the same
/// order.
pub fn revoke(keys: &[Client], at: usize, conditions: &[NodeCondition]) -> RevocationOutcome {
    let is_acknowledged = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let callers: Vec<_> = keys
            .iter()
            .map(|key| scope.spawn(|| call_until(&is_acknowledged, key)))
            .collect();
        let response = keys[at].send("DELETE", "/api/key", "text/plain", "");
        let acknowledged = Instant::now();
        let (outcome, message) = match response {
            Ok(response) if response.status == 204 => {
                (RevocationOutcome::Acknowledged, String::new())
            }
            Ok(response) if response.status == 401 && response.body.contains("revoked_key") => {
                (RevocationOutcome::AlreadyRevoked, response.body)
            }
            Ok(response) => (
                RevocationOutcome::Unknown,
                format!("{} {}", response.status, response.body),
            ),
            Err(error) => (RevocationOutcome::Unknown, error.to_string()),
        };
        let right_after: Vec<_> = keys.iter().map(Call::make).collect();
        is_acknowledged.store(true, Ordering::SeqCst);
        let meanwhile: Vec<_> = callers
            .into_iter()
            .map(|caller| caller.join().unwrap())
            .collect();
        assert!(
            outcome == RevocationOutcome::Acknowledged || conditions[at] != NodeCondition::Healthy,
            "not acknowledged: {message}"
        );
        for (node, (after, meanwhile)) in right_after.iter().zip(&meanwhile).enumerate() {
            for call in meanwhile.iter().chain([after]) {
                if outcome == RevocationOutcome::Acknowledged && call.start > acknowledged {
                    call.assert_refused(conditions[node]);
                } else {
                    call.assert_refused_or_accepted(conditions[node]);
                }
            }
        }
        outcome
    })
}
