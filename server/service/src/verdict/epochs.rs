//! The lease, and the epochs of changes: whether a verdict in memory may be used.
//!
//! Generic over [`SharedNumber`], so that the model runs this very code in many orders of its
//! steps. Comments cite the protocol in [`super`].

use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// Duration of a lease from the start of a poll, in microseconds.
pub const LEASE: u64 = 1_000_000;

/// Number shared between threads. All threads see all operations in one order.
pub(crate) trait SharedNumber: Default + Send + Sync + 'static {
    fn get(&self) -> u64;
    fn set(&self, number: u64);
}

impl SharedNumber for AtomicU64 {
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

/// The node's lease and epochs. One task at a time writes them (see
/// [`super::registration::Heartbeat`]), and calls read them without a lock.
///
/// A change is noted in the slot of its key, which a few other keys share. These are read again
/// without need, but no list of keys has to be kept.
#[derive(Debug)]
pub(super) struct Epochs<N = AtomicU64> {
    /// End of the lease on the boot clock, in microseconds.
    lease_end: N,
    /// The current epoch. It belongs to this process and never goes back, whatever happens to the
    /// database.
    changes: N,
    /// Epoch of the last change, for each slot.
    keys: Box<[N]>,
    accounts: Box<[N]>,
    /// Keyed at random, so that no caller can choose a slot.
    hasher: RandomState,
}

impl<N: SharedNumber> Epochs<N> {
    pub(super) fn new(slots: usize) -> Self {
        let row = || (0..slots).map(|_| N::default()).collect();
        Self {
            lease_end: N::default(),
            changes: N::default(),
            keys: row(),
            accounts: row(),
            hasher: RandomState::new(),
        }
    }

    /// R1: whether the lease covers `now`.
    pub(super) fn is_live(&self, now: u64) -> bool {
        now < self.lease_end.get()
    }

    /// R4: to be called before the record is read.
    pub(super) fn epoch(&self) -> Epoch {
        Epoch(self.changes.get())
    }

    /// R2 and I3: whether no change in these slots was noted since `epoch`.
    pub(super) fn is_current(&self, epoch: Epoch, slots: Slots) -> bool {
        let unchanged = |row: &[N], slot: usize| row[slot].get() <= epoch.0;
        unchanged(&self.keys, slots.key) && unchanged(&self.accounts, slots.account)
    }

    /// Slots for [`Self::is_current`]. They stay the same for the lifetime of this epochs.
    pub(super) fn slots(&self, key: &impl Hash, account: &impl Hash) -> Slots {
        Slots {
            key: self.slot(key),
            account: self.slot(account),
        }
    }

    pub(super) fn note_key(&self, key: &impl Hash) {
        self.keys[self.slot(key)].set(self.next());
    }

    pub(super) fn note_account(&self, account: &impl Hash) {
        self.accounts[self.slot(account)].set(self.next());
    }

    pub(super) fn note_all(&self) {
        let number = self.next();
        // Every verdict has a slot for its key, so these are enough.
        for slot in &self.keys {
            slot.set(number);
        }
    }

    /// L5: to be called after all changes are noted that the poll found which began at
    /// `poll_started_at`.
    pub(super) fn extend(&self, poll_started_at: u64) {
        self.lease_end.set(poll_started_at + LEASE);
    }

    pub(super) fn withdraw(&self) {
        self.lease_end.set(0);
    }

    /// Raises the epoch, before the slot is set to it: the change is committed already, so each
    /// record whose read begins at this epoch contains it.
    fn next(&self) -> u64 {
        let number = self.changes.get() + 1;
        self.changes.set(number);
        number
    }

    fn slot(&self, of: &impl Hash) -> usize {
        let slots = self.keys.len() as u64;
        usize::try_from(self.hasher.hash_one(of) % slots).unwrap_or_default()
    }
}
