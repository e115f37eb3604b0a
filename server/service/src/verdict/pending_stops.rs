//! Revocations and pauses that could not be stored: in force on this node, and stored as soon as
//! possible.
//!
//! 1. If the database fails to carry out a revocation or a pause, for example because its disk is
//!    full, this node refuses the keys from memory before the caller gets an answer. The answer is
//!    [`Error::NotStored`](crate::error::Error::NotStored): other nodes still accept the keys, and
//!    a restart of this node loses the change.
//! 2. The node tries again every second (`KeyChanges::store_pending_forever` in `crate::keys`).
//!    What has happened to the key meanwhile decides: a key that ended or was paused by another
//!    change needs nothing more.
//! 3. Once the change is stored and every node has acknowledged it, the memory is cleared.

use crate::origin::CalledKey;
use crate::store::{AuditEvent, BulkChange, KeyRecord};
use domain::{AccountId, KeyId, KeyStatus, Timestamp};
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Upper bound of such changes, at some hundred bytes each.
const MAX_STOPS: usize = 10_000;

/// A revocation or a pause, of one key or of all keys of an account.
#[derive(Clone)]
pub(crate) struct PendingStop {
    pub account: AccountId,
    /// `None`: every key of the account.
    pub key: Option<KeyId>,
    /// [`BulkChange::Pause`] or [`BulkChange::Revoke`].
    pub change: BulkChange,
    pub at: Timestamp,
    pub event: StopEventBuilder,
}

/// The audit event of a change.
#[derive(Clone)]
pub(crate) enum StopEventBuilder {
    /// Of one key, from its record.
    OfKey(Arc<dyn Fn(&KeyRecord) -> AuditEvent + Send + Sync>),
    /// Of all keys of an account, from their number.
    OfAll(Arc<dyn Fn(u32) -> AuditEvent + Send + Sync>),
}

impl fmt::Debug for PendingStop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingStop")
            .field("account", &self.account)
            .field("key", &self.key)
            .field("change", &self.change)
            .finish_non_exhaustive()
    }
}

impl PendingStop {
    pub(crate) fn is_pause(&self) -> bool {
        matches!(self.change, BulkChange::Pause)
    }
}

/// Each change once. A revocation replaces a pause.
#[derive(Debug, Default)]
pub(crate) struct StopMap {
    by_key: HashMap<KeyId, Arc<PendingStop>>,
    by_account: HashMap<AccountId, Arc<PendingStop>>,
}

impl StopMap {
    fn len(&self) -> usize {
        self.by_key.len() + self.by_account.len()
    }

    fn add(&mut self, stop: PendingStop) {
        let stop = Arc::new(stop);
        match &stop.key {
            None => {
                self.by_account.insert(stop.account.clone(), stop);
            }
            Some(key) => {
                let existing = self.by_key.get(key);
                if existing.is_none_or(|existing| existing.is_pause()) {
                    self.by_key.insert(key.clone(), stop);
                }
            }
        }
    }

    /// Removes exactly this change: another one may have replaced it.
    pub(crate) fn remove(&mut self, stop: &Arc<PendingStop>) {
        let is_same =
            |existing: Option<&Arc<PendingStop>>| existing.is_some_and(|k| Arc::ptr_eq(k, stop));
        match &stop.key {
            None if is_same(self.by_account.get(&stop.account)) => {
                self.by_account.remove(&stop.account);
            }
            Some(key) if is_same(self.by_key.get(key)) => {
                self.by_key.remove(key);
            }
            _ => {}
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct PendingStops {
    /// Number of entries in `stops`, so that calls take no lock while there are none.
    count: AtomicUsize,
    stops: Mutex<StopMap>,
}

impl PendingStops {
    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    /// The status under which this node refuses the key, whatever the database contains.
    pub(crate) fn of(&self, key: &CalledKey) -> Option<KeyStatus> {
        self.find(&key.account_id, &key.key_id)
    }

    pub(crate) fn find(&self, account: &AccountId, key: &KeyId) -> Option<KeyStatus> {
        if self.count() == 0 {
            return None;
        }
        let stops = self.lock();
        let of_account = stops.by_account.get(account);
        let stop = of_account.or_else(|| stops.by_key.get(key))?;
        Some(if stop.is_pause() {
            KeyStatus::Paused
        } else {
            KeyStatus::Revoked
        })
    }

    /// Adds all of them, or none if there is no room.
    pub(crate) fn add(&self, stops: Vec<PendingStop>) -> bool {
        self.change(|existing| {
            let has_room = existing.len() + stops.len() <= MAX_STOPS;
            if has_room {
                for stop in stops {
                    existing.add(stop);
                }
            }
            has_room
        })
    }

    pub(crate) fn all(&self) -> Vec<Arc<PendingStop>> {
        let stops = self.lock();
        let all = stops.by_account.values().chain(stops.by_key.values());
        all.cloned().collect()
    }

    /// An admin has resumed the key.
    pub(crate) fn forget_pause(&self, key: &KeyId) {
        if self.count() > 0 {
            self.change(|stops| {
                if stops.by_key.get(key).is_some_and(|stop| stop.is_pause()) {
                    stops.by_key.remove(key);
                }
            });
        }
    }

    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut StopMap) -> T) -> T {
        let mut stops = self.lock();
        let changed = change(&mut stops);
        self.count.store(stops.len(), Ordering::SeqCst);
        changed
    }

    fn lock(&self) -> MutexGuard<'_, StopMap> {
        // No code panics while it holds the lock.
        self.stops.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
