//! Keys that are revoked during a fault, and the state that must be restored as soon as the fault
//! is over.

use super::call::{Call, NodeCondition, RevocationOutcome, create_key, revoke};
use super::fleet::{REVOKERS, owner_clients, run_in_parallel};
use crate::support::{Client, Server};
use std::sync::Mutex;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How soon everything must work again.
const LIMIT: Duration = Duration::from_secs(2);
/// Number of keys revoked during one fault. Most revocations begin before or during it, and some of
/// those that fail then are repeated after it.
const KEYS: u32 = 2 * REVOKERS;

pub struct Storm<'a> {
    servers: [&'a Server; 2],
    owner: &'a Client,
    /// A key that is never revoked, and one that is revoked from the start.
    valid: Vec<Client>,
    revoked: Vec<Client>,
    /// The number of keys created.
    count: u32,
    acknowledged: u32,
}

impl<'a> Storm<'a> {
    pub fn new(nodes: &'a [Server; 2], owner: &'a Client) -> Self {
        let servers = nodes.each_ref();
        let owners = owner_clients(&servers, owner);
        let [valid, revoked] = [0, 1].map(|number| create_key(number, &owners));
        let outcome = revoke(&revoked, 0, &[NodeCondition::Healthy; 2]);
        assert_eq!(outcome, RevocationOutcome::Acknowledged);
        Self {
            servers,
            owner,
            valid,
            revoked,
            count: 2,
            acknowledged: 0,
        }
    }

    /// Revokes keys at the first node while `fault` runs, which returns once the fault is over.
    /// Each node is in its condition of `conditions` meanwhile.
    pub fn during(&mut self, conditions: [NodeCondition; 2], fault: impl FnOnce()) {
        let (first, keys) = (self.count, Mutex::new(Vec::new()));
        run_in_parallel(KEYS, &self.servers, self.owner, |number, nodes| {
            let key = create_key(first + number, nodes);
            keys.lock().unwrap().push(key);
        });
        self.count += KEYS;
        let keys = keys.into_inner().unwrap();
        let acknowledged: u32 = std::thread::scope(|scope| {
            let revokers: Vec<_> = keys
                .as_chunks::<2>()
                .0
                .iter()
                .zip(1..)
                .map(|(keys, position)| {
                    scope.spawn(move || {
                        sleep(Duration::from_millis(150) * position);
                        keys.iter()
                            .map(|key| revoke_until_known(key, conditions))
                            .sum::<u32>()
                    })
                })
                .collect();
            sleep(Duration::from_millis(300));
            fault();
            self.assert_recovery(Instant::now());
            revokers
                .into_iter()
                .map(|revoker| revoker.join().unwrap())
                .sum()
        });
        self.acknowledged += acknowledged;
        // Whether or not it was acknowledged, in the end every revocation was made.
        for call in keys.iter().flatten().map(Call::make) {
            call.assert_refused(NodeCondition::Healthy);
        }
    }

    fn assert_recovery(&self, fault_end: Instant) {
        std::thread::scope(|scope| {
            for (node, server) in self.servers.iter().enumerate() {
                let (valid, revoked) = (&self.valid[node], &self.revoked[node]);
                scope.spawn(move || {
                    let anonymous = server.client(None);
                    loop {
                        let ready = anonymous.get("/readyz").map_or(0, |response| response.status);
                        let (valid, revoked) = (Call::make(valid), Call::make(revoked));
                        let elapsed = fault_end.elapsed();
                        if ready == 200 && valid.status == 200 && revoked.is_revoked() {
                            println!("node {node} is healthy after {elapsed:?}");
                            assert!(elapsed < LIMIT, "node {node} was healthy after {elapsed:?}");
                            return;
                        }
                        assert!(revoked.status != 200, "node {node} lets a revoked key in");
                        assert!(
                            elapsed < LIMIT,
                            "node {node} after {elapsed:?}: ready {ready}, good key {valid}, revoked one {revoked}"
                        );
                        sleep(Duration::from_millis(50));
                    }
                });
            }
        });
    }

    /// Checks that the test proved anything.
    pub fn end(self) {
        println!(
            "{} of {} revocations acknowledged",
            self.acknowledged,
            self.count - 2
        );
        assert!(self.acknowledged > 0, "nothing could be revoked at all");
    }
}

/// Repeats a revocation until its outcome is known; returns 1 if it was acknowledged.
fn revoke_until_known(key: &[Client], conditions: [NodeCondition; 2]) -> u32 {
    let start = Instant::now();
    loop {
        match revoke(key, 0, &conditions) {
            RevocationOutcome::Acknowledged => return 1,
            RevocationOutcome::AlreadyRevoked => return 0,
            RevocationOutcome::Unknown => {
                let elapsed = start.elapsed();
                assert!(
                    elapsed < Duration::from_secs(60),
                    "not revoked in {elapsed:?}"
                );
                sleep(Duration::from_millis(200));
            }
        }
    }
}
