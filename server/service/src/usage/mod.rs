//! What calls leave behind of each key, kept in memory and written in batches, so that no call ever writes.
//!
//! All of one key is in one place, [`KeyUsage`], which the key's verdict in memory points to: whoever was let in has it at
//! hand, under a lock that calls of this key alone share. What is to be written is noted by the first call after a write,
//! in one of some lists; a write takes these lists and then each key by itself, so that a call waits for it as long as a
//! few numbers take to be copied, however many keys are in use.

mod callers;
mod flush;
mod key;
mod pace;
mod sweep;

pub use flush::{FLUSH_EVERY_SECONDS, FLUSH_REST_FOR};
pub use key::KeyUsage;

use crate::Clock;
use crate::caller::CalledKey;
use crate::limit::Bucket;
use crate::store::UseRecord;
use dashmap::DashMap;
use domain::{AccountId, KeyId};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Lists of what is to be written, so that few calls meet at one.
const LISTS: usize = 64;
/// A multiple of what the map would take by itself: it is walked through now and then, one shard at a time.
const SHARDS: usize = 256;
/// Counts that wait to be written, at most: one for each key, outcome and quarter of an hour, some ten bytes each. So many
/// come together only where the database has not taken them for a long time, and then memory matters more than they do.
const MOST_COUNTS: usize = 1_000_000;

/// The keys that were used lately. Asked where a key is read from the database, and never on the way of one in memory.
#[derive(Debug)]
pub(crate) struct Usages {
    known: DashMap<KeyId, Arc<KeyUsage>>,
    /// The buckets of accounts, each shared by its keys.
    accounts: DashMap<AccountId, Arc<Mutex<Bucket>>>,
    unwritten: [Mutex<Vec<Arc<KeyUsage>>>; LISTS],
    next_list: AtomicUsize,
    /// Keys of which something is in a list or being written.
    pending: AtomicUsize,
    counts: AtomicUsize,
    /// Which key's turn it is, where not all was written of all.
    rest: Mutex<Option<KeyId>>,
}

impl Default for Usages {
    fn default() -> Self {
        Self {
            known: DashMap::with_shard_amount(SHARDS),
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
    /// The one place of a key, whose last use is at least what is `stored`.
    pub(crate) fn of(&self, key: CalledKey, stored: Option<UseRecord>) -> Arc<KeyUsage> {
        let usage = self
            .known
            .entry(key.key_id.clone())
            .or_insert_with(|| {
                let account = self.accounts.entry(key.account_id.clone());
                let account = account.or_default().clone();
                Arc::new(KeyUsage::new(key, account))
            })
            .clone();
        usage.learn(stored);
        usage
    }

    pub(crate) fn get(&self, id: &KeyId) -> Option<Arc<KeyUsage>> {
        self.known.get(id).map(|usage| usage.clone())
    }

    /// The later of what is stored and what is in memory.
    pub(crate) fn latest(&self, id: &KeyId, stored: Option<UseRecord>) -> Option<UseRecord> {
        match (self.get(id).and_then(|usage| usage.last_use()), stored) {
            (Some(known), Some(stored)) if stored.at > known.at => Some(stored),
            (known, stored) => known.or(stored),
        }
    }

    /// How many keys have something that is to be written or is being written.
    pub(crate) fn pending(&self) -> u64 {
        self.pending.load(Ordering::Relaxed) as u64
    }

    /// Forgets keys of which there is nothing to know: all is written, the bucket is full, and no verdict points to them.
    pub(crate) fn forget_idle(&self, clock: &dyn Clock) {
        // Nobody can get at one whose last holder is the map: that is asked under the lock that they would need.
        self.known
            .retain(|_, usage| Arc::strong_count(usage) > 1 || !usage.is_idle(clock));
        self.accounts.retain(|_, bucket| {
            Arc::strong_count(bucket) > 1 || !lock(bucket).is_full(clock.now())
        });
    }

    fn queue(&self, usage: Arc<KeyUsage>) {
        self.pending.fetch_add(1, Ordering::Relaxed);
        let list = self.next_list.fetch_add(1, Ordering::Relaxed) % LISTS;
        lock(&self.unwritten[list]).push(usage);
    }

    fn take_unwritten(&self) -> Vec<Arc<KeyUsage>> {
        let lists = self.unwritten.iter();
        lists
            .flat_map(|list| std::mem::take(&mut *lock(list)))
            .collect()
    }

    /// To be called once a key that was taken was written, or could not be: has what is left written next time.
    fn settle(&self, usage: &Arc<KeyUsage>) {
        self.pending.fetch_sub(1, Ordering::Relaxed);
        if usage.stays_queued() {
            self.queue(Arc::clone(usage));
        }
    }

    /// The place of the key whose turn it is, in keys in their order.
    fn where_rest_begins(&self, keys: &[Arc<KeyUsage>]) -> usize {
        let turn = lock(&self.rest).take();
        turn.map_or(0, |turn| {
            keys.partition_point(|usage| usage.key().key_id < turn)
        })
    }

    fn begin_rest_at(&self, usage: &KeyUsage) {
        *lock(&self.rest) = Some(usage.key().key_id.clone());
    }

    /// Whether there is room for one more count.
    fn take_room(&self) -> bool {
        let more = |counts| (counts < MOST_COUNTS).then_some(counts + 1);
        let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
        self.counts.try_update(set, fetch, more).is_ok()
    }

    fn give_room(&self, counts: usize) {
        self.counts.fetch_sub(counts, Ordering::Relaxed);
    }
}

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // Nothing panics while it is held, and what it holds is whole at every point.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
