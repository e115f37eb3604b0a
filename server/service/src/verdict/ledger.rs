//! Whether what is in memory may be used: the lease, and what changed since.
//!
//! Written against [`Number`], so that the tests run this very code in every order of its steps.

use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// How long what a look at the database found is good for, in microseconds.
pub const LEASE: u64 = 1_000_000;

/// A number that threads share. Every step is seen by all in one order.
pub(crate) trait Number: Default + Send + Sync + 'static {
    fn get(&self) -> u64;
    fn set(&self, number: u64);
}

impl Number for AtomicU64 {
    fn get(&self) -> u64 {
        self.load(Ordering::SeqCst)
    }

    fn set(&self, number: u64) {
        self.store(number, Ordering::SeqCst);
    }
}

/// What was known of changes when the reading of a record began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf(u64);

/// Where changes of a key, and of its account, are noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Places {
    key: usize,
    account: usize,
}

/// Changed by one at a time (see [`super::Heart`]), and read by all without a lock.
///
/// A change is noted for the place of its key, which the key shares with a few others: those are read anew for nothing,
/// and no list of keys has to be kept.
#[derive(Debug)]
pub(super) struct Ledger<N = AtomicU64> {
    /// In microseconds since the machine started.
    live_until: N,
    /// Changes that were noted. A number of this node's own: it never goes back, whatever becomes of the database.
    changes: N,
    /// The last of them for each place.
    of_keys: Box<[N]>,
    of_accounts: Box<[N]>,
    /// Its keys are random, so that nobody can choose a place.
    hasher: RandomState,
}

impl<N: Number> Ledger<N> {
    pub(super) fn new(places: usize) -> Self {
        let row = || (0..places).map(|_| N::default()).collect();
        Self {
            live_until: N::default(),
            changes: N::default(),
            of_keys: row(),
            of_accounts: row(),
            hasher: RandomState::new(),
        }
    }

    pub(super) fn is_live(&self, now: u64) -> bool {
        now < self.live_until.get()
    }

    /// To be asked before a record is read.
    pub(super) fn as_of(&self) -> AsOf {
        AsOf(self.changes.get())
    }

    /// Whether nothing changed of a record that was read since then.
    pub(super) fn holds(&self, as_of: AsOf, places: Places) -> bool {
        let noted = |row: &[N], place: usize| row[place].get() <= as_of.0;
        noted(&self.of_keys, places.key) && noted(&self.of_accounts, places.account)
    }

    /// For [`Self::holds`]; the same for as long as this ledger lives.
    pub(super) fn places(&self, key: &impl Hash, account: &impl Hash) -> Places {
        Places {
            key: self.place(key),
            account: self.place(account),
        }
    }

    pub(super) fn note_key(&self, key: &impl Hash) {
        self.of_keys[self.place(key)].set(self.next());
    }

    pub(super) fn note_account(&self, account: &impl Hash) {
        self.of_accounts[self.place(account)].set(self.next());
    }

    pub(super) fn note_all(&self) {
        let number = self.next();
        for place in &self.of_keys {
            place.set(number);
        }
    }

    /// After every change was noted that a look found which was begun at this time.
    pub(super) fn extend(&self, looked_at: u64) {
        self.live_until.set(looked_at + LEASE);
    }

    pub(super) fn withdraw(&self) {
        self.live_until.set(0);
    }

    /// Records whose reading begins from here on have the change in them.
    fn next(&self) -> u64 {
        let number = self.changes.get() + 1;
        self.changes.set(number);
        number
    }

    fn place(&self, of: &impl Hash) -> usize {
        let places = self.of_keys.len() as u64;
        usize::try_from(self.hasher.hash_one(of) % places).unwrap_or_default()
    }
}
