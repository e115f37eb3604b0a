//! Model of the protocol, run in many orders of its steps: the real [`Verdicts`], with `shuttle`'s
//! atomics and mutex instead of the standard ones, a database of two fields, and a clock that
//! continues while threads are suspended.
//!
//! Each mistake that the protocol guards against is also made here once, and the model must find
//! it.

use super::epochs::{LEASE, SharedNumber};
use super::tests::{account, verdict};
use super::{CachedVerdict, Memory, Verdicts};
use crate::key::KeyDigest;
use crate::store::AffectedKeys;
use shuttle::rand::{Rng as _, thread_rng};
use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::sync::Mutex;
use shuttle::sync::atomic::{AtomicU64, Ordering};
use shuttle::{Config, Runner, thread};
use std::collections::HashMap;
use std::sync::Arc;

const RUNS: usize = 1_500;
const DIGEST: KeyDigest = KeyDigest::from_bytes([7; 32]);

#[derive(Default)]
struct Shared(AtomicU64);

impl SharedNumber for Shared {
    fn get(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    fn set(&self, number: u64) {
        self.0.store(number, Ordering::SeqCst);
    }
}

#[derive(Default)]
struct Map(Mutex<HashMap<[u8; 32], CachedVerdict>>);

impl Memory for Map {
    fn get(&self, digest: &KeyDigest) -> Option<CachedVerdict> {
        self.0.lock().unwrap().get(digest.as_bytes()).cloned()
    }

    fn insert(&self, digest: &KeyDigest, cached: CachedVerdict) {
        self.0.lock().unwrap().insert(*digest.as_bytes(), cached);
    }

    fn remove(&self, digest: &KeyDigest) {
        self.0.lock().unwrap().remove(digest.as_bytes());
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mistake {
    None,
    /// Takes the epoch only after the row was read (against R4).
    EpochTooLate,
    /// Grants the lease before the changes of the poll are noted (against I2).
    LeaseBeforeNotes,
    /// Counts the lease from the end of the poll (against L1).
    LeaseFromTheEnd,
    /// Reads memory first, and checks the lease after that (against R1).
    LeaseCheckedLast,
    /// Acknowledges a change before it is noted (against I4).
    AcknowledgedTooEarly,
}

struct Node {
    verdicts: Verdicts<Shared, Map>,
    /// Of the key alone, or of all keys of its account.
    change: AffectedKeys,
    /// Whether that change, which has the number 1, has revoked the key.
    revoked: Mutex<bool>,
    acknowledged: Shared,
    clock: Shared,
    mistake: Mistake,
}

impl Node {
    /// `Node::poll_from`, and the acknowledgement after it.
    fn poll(&self) {
        let began = self.clock.get();
        let revoked = *self.revoked.lock().unwrap();
        let from = match self.mistake {
            Mistake::LeaseFromTheEnd => self.clock.get(),
            _ => began,
        };
        if self.mistake == Mistake::LeaseBeforeNotes {
            self.verdicts.extend(from);
        }
        if self.mistake == Mistake::AcknowledgedTooEarly && revoked {
            self.acknowledged.set(1);
        }
        if revoked {
            self.verdicts.note(&self.change);
        }
        self.verdicts.extend(from);
        if revoked {
            self.acknowledged.set(1);
        }
    }

    fn find(&self) -> Option<bool> {
        let now = self.clock.get();
        if self.mistake == Mistake::LeaseCheckedLast {
            let cached = self.verdicts.memory.get(&DIGEST)?;
            // The verdict is still checked against its slots; only the lease is checked too late.
            let is_current = self.verdicts.epochs.is_current(cached.epoch, cached.slots);
            let live = self.verdicts.epochs.is_live(now);
            return (is_current && live).then_some(!cached.verdict.state.is_live());
        }
        self.verdicts
            .find(&DIGEST, now)
            .map(|verdict| !verdict.state.is_live())
    }

    /// `Authenticator::check`: returns whether the call is accepted.
    fn call(&self) -> bool {
        if let Some(revoked) = self.find() {
            return !revoked;
        }
        let before = self.verdicts.epoch();
        let revoked = *self.revoked.lock().unwrap();
        let epoch = match self.mistake {
            Mistake::EpochTooLate => self.verdicts.epoch(),
            _ => before,
        };
        let read = Arc::new(verdict(revoked));
        self.verdicts.keep(&DIGEST, read, epoch);
        !revoked
    }

    /// `Node::propagate` on another node.
    fn revoke(&self) {
        *self.revoked.lock().unwrap() = true;
        let returned = self.clock.get();
        while self.acknowledged.get() < 1 && self.clock.get() < returned + LEASE {
            self.pass_time();
        }
    }

    fn pass_time(&self) {
        self.clock.0.fetch_add(LEASE * 2 / 5, Ordering::SeqCst);
        thread::yield_now();
    }
}

/// A poll at any moment between a revocation and the call after it. The few steps make sure that
/// every order comes up soon.
fn run_one_poll(mistake: Mistake) {
    let node = node(mistake);
    node.call();
    let polling = {
        let node = Arc::clone(&node);
        thread::spawn(move || node.poll())
    };
    node.revoke();
    assert!(!node.call(), "a revoked key was let in");
    polling.join().unwrap();
    assert!(!node.call(), "a revoked key was let in in the end");
}

/// A call that reads the key while it is revoked and while a poll notes that.
fn run_one_fill(mistake: Mistake) {
    let node = node(mistake);
    let calling = {
        let node = Arc::clone(&node);
        thread::spawn(move || node.call())
    };
    *node.revoked.lock().unwrap() = true;
    node.poll();
    assert!(!node.call(), "a revoked key was let in");
    calling.join().unwrap();
    assert!(!node.call(), "a revoked key was let in in the end");
}

fn node(mistake: Mistake) -> Arc<Node> {
    let change = if thread_rng().gen_bool(0.5) {
        AffectedKeys::Key(DIGEST)
    } else {
        AffectedKeys::Account(account("a"))
    };
    let node = Arc::new(Node {
        verdicts: Verdicts::new(1),
        change,
        revoked: Mutex::new(false),
        acknowledged: Shared::default(),
        clock: Shared::default(),
        mistake,
    });
    node.clock.set(LEASE);
    node.poll();
    node
}

/// Polls, calls, a revocation and the passing of time, all at once.
fn run(mistake: Mistake) {
    let node = node(mistake);
    let start = |work: fn(&Node)| {
        let node = Arc::clone(&node);
        thread::spawn(move || work(&node))
    };
    let threads = [
        start(|node| (0..4).for_each(|_| node.pass_time())),
        start(|node| {
            for _ in 0..3 {
                node.poll();
                thread::yield_now();
            }
        }),
        start(|node| (0..2).for_each(|_| _ = node.call())),
    ];
    node.revoke();
    assert!(!node.call(), "a revoked key was let in");
    assert!(!node.call(), "a revoked key was let in later");
    for thread in threads {
        thread.join().unwrap();
    }
    assert!(!node.call(), "a revoked key was let in in the end");
}

#[test]
fn revoked_key_is_never_admitted_in_any_order_of_steps() {
    shuttle::check_random(|| run_one_poll(Mistake::None), RUNS * 5);
    shuttle::check_pct(|| run_one_fill(Mistake::None), RUNS * 5, 3);
    shuttle::check_random(|| run(Mistake::None), RUNS);
    shuttle::check_pct(|| run(Mistake::None), RUNS, 3);
}

/// The seeds are fixed so that the search for the mistakes takes the same steps in every run:
/// whether the model finds a mistake must not depend on chance. The runs without a mistake, above,
/// take other steps each time.
#[test]
fn model_detects_each_mistake() {
    for mistake in [
        Mistake::EpochTooLate,
        Mistake::LeaseBeforeNotes,
        Mistake::LeaseFromTheEnd,
        Mistake::LeaseCheckedLast,
        Mistake::AcknowledgedTooEarly,
    ] {
        let panic = std::panic::catch_unwind(|| {
            let poll = RandomScheduler::new_from_seed(1, RUNS * 10);
            Runner::new(poll, Config::default()).run(move || run_one_poll(mistake));
            let fill = PctScheduler::new_from_seed(1, 3, RUNS * 10);
            Runner::new(fill, Config::default()).run(move || run_one_fill(mistake));
        });
        let panic = panic.expect_err(&format!("{mistake:?} was not found"));
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        let text = text.unwrap_or_default();
        let expected = "a revoked key was let in";
        assert!(text.contains(expected), "{mistake:?}: {text}");
    }
}
