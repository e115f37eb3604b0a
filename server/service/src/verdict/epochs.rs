//! The lease, and the epochs of changes: whether a verdict in memory may be used.
//!
//! Generic over [`Number`], so that the model runs this very code in many orders of its steps.
//! Comments cite the protocol in [`super`].

use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// Duration of a lease from the start of a look, in microseconds.
pub const LEASE: u64 = 1_000_000;

/// Number shared between threads. All threads see all operations in one order.
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

/// Epoch at which the read of a record began (R4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epoch(u64);

/// Slots of a key and of its account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slots {
    key: usize,
    account: usize,
}

/// The node's lease and epochs. One task at a time writes them (see [`super::Heartbeat`]), and
/// calls read them without a lock.
///
/// A change is noted in the slot of its key, which a few other keys share. These are read again
/// without need, but no list of keys has to be kept.
#[derive(Debug)]
pub(super) struct Epochs<N = AtomicU64> {
    /// End of the lease on the boot clock, in microseconds.
    live_until: N,
    /// The current epoch. It belongs to this process and never goes back, whatever happens to the
    /// database.
    changes: N,
    /// Epoch of the last change, for each slot.
    of_keys: Box<[N]>,
    of_accounts: Box<[N]>,
    /// Keyed at random, so that no caller can choose a slot.
    hasher: RandomState,
}

impl<N: Number> Epochs<N> {
    pub(super) fn new(slots: usize) -> Self {
        let row = || (0..slots).map(|_| N::default()).collect();
        Self {
            live_until: N::default(),
            changes: N::default(),
            of_keys: row(),
            of_accounts: row(),
            hasher: RandomState::new(),
        }
    }

    /// R1: whether the lease covers `now`.
    pub(super) fn is_live(&self, now: u64) -> bool {
        now < self.live_until.get()
    }

    /// R4: to be called before the record is read.
    pub(super) fn epoch(&self) -> Epoch {
        Epoch(self.changes.get())
    }

    /// R2 and I3: whether no change in these slots was noted since `epoch`.
    pub(super) fn holds(&self, epoch: Epoch, slots: Slots) -> bool {
        let noted = |row: &[N], place: usize| row[place].get() <= epoch.0;
        noted(&self.of_keys, slots.key) && noted(&self.of_accounts, slots.account)
    }

    /// Slots for [`Self::holds`]. They stay the same for the lifetime of this epochs.
    pub(super) fn slots(&self, key: &impl Hash, account: &impl Hash) -> Slots {
        Slots {
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
        // Every verdict has a slot for its key, so these are enough.
        for place in &self.of_keys {
            place.set(number);
        }
    }

    /// L5: to be called after all changes are noted that the look found which began at `looked_at`.
    pub(super) fn extend(&self, looked_at: u64) {
        self.live_until.set(looked_at + LEASE);
    }

    pub(super) fn withdraw(&self) {
        self.live_until.set(0);
    }

    /// Raises the epoch, before the slot is set to it: the change is committed already, so each
    /// record whose read begins at this epoch contains it.
    fn next(&self) -> u64 {
        let number = self.changes.get() + 1;
        self.changes.set(number);
        number
    }

    fn place(&self, of: &impl Hash) -> usize {
        let slots = self.of_keys.len() as u64;
        usize::try_from(self.hasher.hash_one(of) % slots).unwrap_or_default()
    }
}
