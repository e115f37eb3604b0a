//! Usage accounting: the time, number, source and purpose of the uses of each key. It is kept in
//! memory and written in batches, so that no call writes to the database. Comments cite these
//! numbers.
//!
//! # Definitions
//! - **Usage** of a key: one [`KeyUsage`], to which the key's verdict points. It has the key's
//!   token bucket, its *last use*, *counts* of calls by outcome and quarter of an hour, and its
//!   *sighting*: the latest callers, and when each scope was last needed. Counts and sightings are
//!   the *rest*.
//! - **Pending**: not yet stored. Keys with pending data are in one of 64 **lists**.
//! - **Flush**: one round of writing. **Sweep**: its walk through the keys in the order of their
//!   ids.
//!
//! # Invariants
//! - **I1.** A key has one usage. It is dropped only if nothing is pending, its bucket is full, and
//!   nothing but the map refers to it.
//! - **I2.** A key with pending data is `queued`: in one list, or in the hands of the flush. So the
//!   lists grow with the keys in use and not with their calls.
//! - **I3.** Counts are subtracted only after the transaction that stored them, by what it stored.
//!   A last use stays pending if a later one arrived meanwhile.
//! - **I4.** Calls of different keys share no lock, except a list's for the first call after a
//!   flush, and an account's bucket. A flush locks a key only while it copies a few numbers.
//! - **I5.** Memory is bounded: 1,000,000 counts in all,
//!   [`MAX_CALLERS`](crate::store::MAX_CALLERS) callers for each key and outcome.
//!
//! # A call
//! - **C1.** It changes the key's state under the key's lock, and sets `queued`.
//! - **C2.** If `queued` was not set before, it puts the key into a list.
//!
//! # A flush, every two seconds, one at a time
//! - **W1.** It takes all lists and sorts the keys.
//! - **W2.** It writes the last uses of all keys, in transactions of at most about 30 ms. A key
//!   that is first used meanwhile joins if its id is still ahead.
//! - **W3.** It writes the rest, until its time limit. The next flush continues where this one
//!   stopped.
//! - **W4.** It settles every key: those with pending data go back into a list.
//! - **W5.** It writes refused calls and failed sign-ins, and carries on a change of the pepper
//!   (`crate::services`).
//!
//! # Failures
//! - **F1.** *The database fails*: the flush ends after W4. What was not stored stays pending.
//! - **F2.** *The commit is in doubt*: as F1, so these calls may be counted twice.
//! - **F3.** *The server dies*: pending data is lost, usually that of the last 5 s. A power cut can
//!   lose a little more, because these writes are not durable.
//! - **F4.** *A flush is dropped half-way*: its keys stay `queued` without being in a list and are
//!   never written, and what it stored may be counted twice. It must be awaited to its end.
//! - **F5.** *The time of day goes back*: an earlier use does not replace a later one.
//! - **F6.** *The database takes nothing for long*: once there are 1,000,000 counts, new ones are
//!   dropped.

mod callers;
mod flush;
mod key;
mod pace;
mod sweep;

pub use flush::{FLUSH_EVERY_SECONDS, FLUSH_REST_LIMIT, UsageWriter};
pub use key::KeyUsage;
pub(crate) use pace::{PAUSE, TimeLimit};

use crate::clock::Clock;
use crate::limit::Bucket;
use crate::origin::CalledKey;
use crate::store::UseRecord;
use dashmap::DashMap;
use domain::{AccountId, KeyId, Timestamp};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Number of lists of keys with pending data: many, so that few calls contend for one.
const LISTS: usize = 64;
/// A multiple of the map's default: it is walked through regularly, one locked shard at a time.
const SHARDS: usize = 256;
/// Upper bound of pending counts: one for each key, outcome and quarter of an hour, a few tens of
/// bytes each. The bound is reached only if the database has not stored any for a long time. Then
/// memory matters more than counts (F6).
const MAX_COUNTS: usize = 1_000_000;

/// The keys that were used lately. Looked up when a key is read from the database, and never by a
/// call of a key that is in memory.
#[derive(Debug)]
pub(crate) struct Usages {
    in_memory: DashMap<KeyId, Arc<KeyUsage>>,
    /// Token buckets of accounts, each shared by the keys of its account.
    accounts: DashMap<AccountId, Arc<Mutex<Bucket>>>,
    unwritten: [Mutex<Vec<Arc<KeyUsage>>>; LISTS],
    next_list: AtomicUsize,
    /// Number of keys that are in a list or being written.
    pending: AtomicUsize,
    counts: AtomicUsize,
    /// The key at which the next flush begins to write the rest, if the last one did not write all
    /// of it.
    rest: Mutex<Option<KeyId>>,
}

impl Default for Usages {
    fn default() -> Self {
        Self {
            in_memory: DashMap::with_shard_amount(SHARDS),
            accounts: DashMap::new(),
            unwritten: std::array::from_fn(|_| Mutex::default()),
            next_list: AtomicUsize::new(0),
            pending: AtomicUsize::new(0),
            counts: AtomicUsize::new(0),
            rest: Mutex::default(),
        }
    }
}

impl Usages {
    /// Returns the usage of a key, after making sure that its last use is not older than `stored`.
    pub(crate) fn of(&self, key: CalledKey, stored: Option<UseRecord>) -> Arc<KeyUsage> {
        let usage = self
            .in_memory
            .entry(key.key_id.clone())
            .or_insert_with(|| {
                let account = self.accounts.entry(key.account_id.clone());
                let account = account.or_default().clone();
                Arc::new(KeyUsage::new(key, account))
            })
            .clone();
        usage.adopt(stored);
        usage
    }

    pub(crate) fn get(&self, id: &KeyId) -> Option<Arc<KeyUsage>> {
        self.in_memory.get(id).map(|usage| usage.clone())
    }

    /// Returns the later of the stored last use and the one in memory.
    pub(crate) fn latest(&self, id: &KeyId, stored: Option<UseRecord>) -> Option<UseRecord> {
        match (self.get(id).and_then(|usage| usage.last_use()), stored) {
            (Some(in_memory), Some(stored)) if stored.at > in_memory.at => Some(stored),
            (in_memory, stored) => in_memory.or(stored),
        }
    }

    /// Returns the time of the later of the stored last use and the one in memory.
    pub(crate) fn latest_time(&self, id: &KeyId, stored: Option<Timestamp>) -> Option<Timestamp> {
        let in_memory = self.get(id).and_then(|usage| usage.last_use());
        in_memory.map(|last| last.at).max(stored)
    }

    /// Number of keys that have pending data or are being written.
    pub(crate) fn pending(&self) -> u64 {
        self.pending.load(Ordering::Relaxed) as u64
    }

    /// I1: forgets keys about which nothing needs to be known: all is written, the bucket is full,
    /// and no verdict refers to them.
    pub(crate) fn forget_idle(&self, clock: &dyn Clock) {
        // If only the map refers to a usage, no other thread can get it: this closure runs under
        // the lock that they would need.
        self.in_memory
            .retain(|_, usage| Arc::strong_count(usage) > 1 || !usage.is_idle(clock));
        self.accounts.retain(|_, bucket| {
            Arc::strong_count(bucket) > 1 || !lock(bucket).is_full(clock.now())
        });
    }

    /// C2.
    fn queue(&self, usage: Arc<KeyUsage>) {
        self.pending.fetch_add(1, Ordering::Relaxed);
        let list = self.next_list.fetch_add(1, Ordering::Relaxed) % LISTS;
        lock(&self.unwritten[list]).push(usage);
    }

    /// W1.
    fn take_unwritten(&self) -> Vec<Arc<KeyUsage>> {
        let lists = self.unwritten.iter();
        lists
            .flat_map(|list| std::mem::take(&mut *lock(list)))
            .collect()
    }

    /// W4: to be called after a key from a list was written, or could not be. Puts it back into a
    /// list if data is still pending.
    fn settle(&self, usage: &Arc<KeyUsage>) {
        self.pending.fetch_sub(1, Ordering::Relaxed);
        if usage.stays_queued() {
            self.queue(Arc::clone(usage));
        }
    }

    /// W3: position of the key at which the last flush stopped, in keys sorted by id.
    fn rest_start(&self, keys: &[Arc<KeyUsage>]) -> usize {
        let start_key = lock(&self.rest).take();
        start_key.map_or(0, |start_key| {
            keys.partition_point(|usage| usage.key().key_id < start_key)
        })
    }

    fn set_rest_start(&self, usage: &KeyUsage) {
        *lock(&self.rest) = Some(usage.key().key_id.clone());
    }

    /// Reserves room for one more count; returns whether there was any.
    fn reserve_count(&self) -> bool {
        let more = |counts| (counts < MAX_COUNTS).then_some(counts + 1);
        let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
        self.counts.try_update(set, fetch, more).is_ok()
    }

    fn release_counts(&self, counts: usize) {
        self.counts.fetch_sub(counts, Ordering::Relaxed);
    }
}

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // No code panics while it holds such a lock, and the data is consistent at every point.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
