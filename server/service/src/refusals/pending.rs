//! Refused calls that are not written yet.

use crate::origin::CalledKey;
use crate::refusal::CallId;
use crate::store::RefusedCall;
use domain::AccountId;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Upper bound of pending calls for each account, and for calls without an account. The latest are
/// kept, so that a flood uses no more memory and displaces no call of another account.
const MAX_PENDING: usize = 500;

/// Number of calls that are written in one batch, so that a refused call does not wait long while
/// others are copied.
pub(crate) const BATCH_SIZE: usize = 1_000;

/// By account; calls without a genuine key are under `None`.
#[derive(Debug, Default)]
pub struct PendingRefusals(Mutex<HashMap<Option<AccountId>, VecDeque<RefusedCall>>>);

impl PendingRefusals {
    pub(super) fn note(&self, call: RefusedCall) {
        let account = call.key.as_ref().map(|(account, _)| account.clone());
        let mut pending = self.lock();
        let ring = pending.entry(account).or_default();
        if ring.len() == MAX_PENDING {
            ring.pop_front();
        }
        ring.push_back(call);
    }

    /// Finds a call of the account, or one without an account.
    pub(super) fn find(&self, account: &AccountId, id: &CallId) -> Option<RefusedCall> {
        let pending = self.lock();
        let rings = [Some(account.clone()), None];
        let calls = rings.iter().filter_map(|ring| pending.get(ring)).flatten();
        calls.into_iter().find(|call| call.id == *id).cloned()
    }

    /// Returns the latest call with a key.
    pub(crate) fn last_of(&self, key: &CalledKey) -> Option<RefusedCall> {
        let pending = self.lock();
        let calls = pending.get(&Some(key.account_id.clone()))?;
        let of_key = |call: &&RefusedCall| {
            let called = call.key.as_ref();
            called.is_some_and(|(_, id)| *id == key.key_id)
        };
        calls.iter().rev().find(of_key).cloned()
    }

    /// Returns at most [`BATCH_SIZE`] calls.
    pub(crate) fn next_batch(&self) -> Vec<RefusedCall> {
        let pending = self.lock();
        pending
            .values()
            .flatten()
            .take(BATCH_SIZE)
            .cloned()
            .collect()
    }

    /// Removes the written calls; those that arrived meanwhile remain.
    pub(crate) fn forget(&self, written: &[RefusedCall]) {
        let ids: HashSet<_> = written.iter().map(|call| call.id.as_str()).collect();
        let account = |call: &RefusedCall| call.key.as_ref().map(|(account, _)| account.clone());
        let accounts: HashSet<_> = written.iter().map(account).collect();
        let mut pending = self.lock();
        for account in accounts {
            if let Entry::Occupied(mut ring) = pending.entry(account) {
                ring.get_mut()
                    .retain(|call| !ids.contains(call.id.as_str()));
                if ring.get().is_empty() {
                    ring.remove();
                }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Option<AccountId>, VecDeque<RefusedCall>>> {
        // No code panics while it holds the lock, and the map is consistent at every point.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::Cause;
    use domain::{KeyId, Timestamp};

    fn id(number: u32) -> CallId {
        CallId::parse(&format!("{number:032x}")).unwrap()
    }

    fn call(number: u32, account: Option<&str>) -> RefusedCall {
        let key = account.map(|account| {
            let account = AccountId::parse(account).unwrap();
            (account, KeyId::parse("k").unwrap())
        });
        RefusedCall {
            id: id(number),
            at: Timestamp::from_millis(0),
            key,
            code: "missing_key".into(),
            cause: Cause::Nothing,
            method: "GET".into(),
            route: "/api/key".into(),
            address: None,
        }
    }

    #[test]
    fn flood_of_refusals_is_bounded_per_account_and_evicts_no_other_accounts_refusals() {
        let pending = PendingRefusals::default();
        let mine = AccountId::parse("mine").unwrap();
        pending.note(call(0, Some("mine")));
        for number in 1..2_000 {
            pending.note(call(number, None));
            pending.note(call(10_000 + number, Some("theirs")));
        }
        let all: usize = pending.lock().values().map(VecDeque::len).sum();
        assert_eq!(all, 1 + 2 * MAX_PENDING);
        assert_eq!(pending.next_batch().len(), BATCH_SIZE);
        assert!(pending.find(&mine, &id(0)).is_some());
        assert!(pending.find(&mine, &id(1_999)).is_some(), "the latest");
        assert!(pending.find(&mine, &id(1)).is_none());
        assert!(pending.find(&mine, &id(11_999)).is_none(), "another's");
    }

    #[test]
    fn refusals_recorded_during_a_write_are_kept() {
        let pending = PendingRefusals::default();
        pending.note(call(1, None));
        let written = pending.next_batch();
        pending.note(call(2, None));
        pending.forget(&written);
        assert_eq!(pending.next_batch(), [call(2, None)]);
        pending.forget(&pending.next_batch());
        assert!(pending.lock().is_empty());
    }
}
