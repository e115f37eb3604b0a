//! Keys that are revoked during a fault, and the state that must be restored as soon as the fault
//! is over.

use super::call::{Asked, Call, Weather, made, revoke};
use super::fleet::{REVOKERS, at_each, by_many};
use crate::support::{Client, Server};
use std::sync::Mutex;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How soon everything must work again.
const HEALS: Duration = Duration::from_secs(2);
/// Number of keys revoked during one fault. Most revocations begin before or during it, and some of
/// those that fail then are repeated after it.
const KEYS: u32 = 2 * REVOKERS;

pub struct Storm<'a> {
    servers: [&'a Server; 2],
    owner: &'a Client,
    /// A key that is never revoked, and one that is revoked from the start.
    good: Vec<Client>,
    ended: Vec<Client>,
    /// The number of keys created.
    count: u32,
    acknowledged: u32,
}

impl<'a> Storm<'a> {
    pub fn new(nodes: &'a [Server; 2], owner: &'a Client) -> Self {
        let servers = nodes.each_ref();
        let owners = at_each(&servers, owner);
        let [good, ended] = [0, 1].map(|number| made(number, &owners));
        let asked = revoke(&ended, 0, &[Weather::Calm; 2]);
        assert_eq!(asked, Asked::Acknowledged);
        Self {
            servers,
            owner,
            good,
            ended,
            count: 2,
            acknowledged: 0,
        }
    }

    /// Revokes keys at the first node while `fault` runs, which returns once the fault is over.
    /// Each node is in the given condition meanwhile.
    pub fn under(&mut self, weather: [Weather; 2], fault: impl FnOnce()) {
        let (first, keys) = (self.count, Mutex::new(Vec::new()));
        by_many(KEYS, &self.servers, self.owner, |number, nodes| {
            let key = made(first + number, nodes);
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
                .map(|(keys, turn)| {
                    scope.spawn(move || {
                        sleep(Duration::from_millis(150) * turn);
                        keys.iter()
                            .map(|key| until_revoked(key, weather))
                            .sum::<u32>()
                    })
                })
                .collect();
            sleep(Duration::from_millis(300));
            fault();
            self.heals(Instant::now());
            revokers
                .into_iter()
                .map(|revoker| revoker.join().unwrap())
                .sum()
        });
        self.acknowledged += acknowledged;
        // Whether or not it was acknowledged, in the end every revocation was made.
        for call in keys.iter().flatten().map(Call::make) {
            call.is_refused(Weather::Calm);
        }
    }

    fn heals(&self, mended: Instant) {
        std::thread::scope(|scope| {
            for (node, server) in self.servers.iter().enumerate() {
                let (good, ended) = (&self.good[node], &self.ended[node]);
                scope.spawn(move || {
                    let anybody = server.client(None);
                    loop {
                        let ready = anybody.get("/readyz").map_or(0, |answer| answer.status);
                        let (good, ended) = (Call::make(good), Call::make(ended));
                        let took = mended.elapsed();
                        if ready == 200 && good.status == 200 && ended.is_revoked() {
                            println!("node {node} is healthy after {took:?}");
                            assert!(took < HEALS, "node {node} was healthy after {took:?}");
                            return;
                        }
                        assert!(ended.status != 200, "node {node} lets a revoked key in");
                        assert!(
                            took < HEALS,
                            "node {node} after {took:?}: ready {ready}, good key {good}, revoked one {ended}"
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
fn until_revoked(key: &[Client], weather: [Weather; 2]) -> u32 {
    let began = Instant::now();
    loop {
        match revoke(key, 0, &weather) {
            Asked::Acknowledged => return 1,
            Asked::Already => return 0,
            Asked::Unknown => {
                let took = began.elapsed();
                assert!(took < Duration::from_secs(60), "not revoked in {took:?}");
                sleep(Duration::from_millis(200));
            }
        }
    }
}
