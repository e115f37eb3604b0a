//! The usage of one key, in memory.

use super::callers::Callers;
use super::{Usages, lock};
use crate::clock::Clock;
use crate::limit::{Allowance, Bucket};
use crate::origin::{CalledKey, RequestOrigin};
use crate::store::{CallCount, Caller, CallerStats, ScopeUses, UseRecord, quarter};
use domain::{Outcome, RateLimit, Scope, Timestamp};
use std::sync::{Arc, Mutex};

/// The key that a call used, whether or not the call was accepted, and the accounting of its calls.
#[derive(Debug)]
pub struct KeyUsage {
    key: CalledKey,
    /// Token bucket shared by all keys of the account.
    account: Arc<Mutex<Bucket>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    bucket: Bucket,
    last_use: Option<UseRecord>,
    /// Whether the last use is pending.
    use_is_pending: bool,
    counts: Vec<Count>,
    callers: Callers,
    scope_uses: ScopeUses,
    /// In one of the lists, or being written (I2).
    queued: bool,
}

/// Number of calls with one outcome in one quarter of an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Count {
    quarter: Timestamp,
    outcome: Outcome,
    calls: u64,
}

impl KeyUsage {
    pub(crate) fn new(key: CalledKey, account: Arc<Mutex<Bucket>>) -> Self {
        Self {
            key,
            account,
            state: Mutex::default(),
        }
    }

    pub fn key(&self) -> &CalledKey {
        &self.key
    }

    /// Adopts a later use that another node has stored. It need not be written again.
    pub(super) fn adopt(&self, stored: Option<UseRecord>) {
        let mut state = lock(&self.state);
        if let Some(stored) = stored
            && state
                .last_use
                .as_ref()
                .is_none_or(|last| last.at < stored.at)
        {
            state.last_use = Some(stored);
            state.use_is_pending = false;
        }
    }

    pub(super) fn last_use(&self) -> Option<UseRecord> {
        lock(&self.state).last_use.clone()
    }

    /// Takes a token from the key's bucket, if there is one.
    pub(crate) fn spend(&self, limit: RateLimit, clock: &dyn Clock) -> Allowance {
        let mut state = lock(&self.state);
        // Read under the lock: the bucket would take a time from before another call's for a clock
        // that was set back.
        state.bucket.take(limit, clock.now())
    }

    /// Takes a token from the account's bucket, if there is one.
    pub(crate) fn spend_of_account(&self, limit: RateLimit, clock: &dyn Clock) -> Allowance {
        let mut bucket = lock(&self.account);
        bucket.take(limit, clock.now())
    }

    /// Whether the count of an accepted call is pending.
    pub(crate) fn was_accepted(&self) -> bool {
        let state = lock(&self.state);
        let mut counts = state.counts.iter();
        counts.any(|count| count.outcome == Outcome::Accepted)
    }

    pub(super) fn is_idle(&self, clock: &dyn Clock) -> bool {
        let state = lock(&self.state);
        !state.queued && state.bucket.is_full(clock.now())
    }

    pub(super) fn use_to_write(&self) -> Option<UseRecord> {
        let state = lock(&self.state);
        state.last_use.clone().filter(|_| state.use_is_pending)
    }

    /// Marks the last use as stored, unless the key was used again meanwhile.
    pub(super) fn forget_use(&self, written: &UseRecord) {
        let mut state = lock(&self.state);
        if state.last_use.as_ref() == Some(written) {
            state.use_is_pending = false;
        }
    }

    pub(super) fn counts_to_write(&self) -> Vec<CallCount> {
        let state = lock(&self.state);
        let count = |count: &Count| CallCount {
            account_id: self.key.account_id.clone(),
            key_id: self.key.key_id.clone(),
            at: count.quarter,
            outcome: count.outcome,
            calls: count.calls,
        };
        state.counts.iter().map(count).collect()
    }

    /// Subtracts the stored counts, and returns how many counts were removed. Calls that arrived
    /// meanwhile remain.
    pub(super) fn forget_counts(&self, written: &[CallCount]) -> usize {
        let mut state = lock(&self.state);
        let before = state.counts.len();
        state.counts.retain_mut(|count| {
            let name = (count.quarter, count.outcome);
            let written_count = written
                .iter()
                .find(|entry| (entry.at, entry.outcome) == name);
            count.calls -= written_count.map_or(0, |written_count| written_count.calls);
            count.calls > 0
        });
        before - state.counts.len()
    }

    /// Returns the callers that are not written yet.
    pub(crate) fn pending_callers(&self) -> Vec<Caller> {
        lock(&self.state).callers.0.clone()
    }

    /// Takes the callers and scopes that were noted since the last time.
    pub(super) fn take_caller_stats(&self) -> Option<CallerStats> {
        let mut state = lock(&self.state);
        let has_data = !state.callers.0.is_empty() || state.scope_uses != ScopeUses::default();
        has_data.then(|| CallerStats {
            account_id: self.key.account_id.clone(),
            key_id: self.key.key_id.clone(),
            // Leaves the allocation to the next callers.
            callers: state.callers.0.split_off(0),
            scope_uses: std::mem::take(&mut state.scope_uses),
        })
    }

    /// Puts back statistics that could not be written. If callers were noted meanwhile, they are
    /// the later ones and are kept instead.
    pub(super) fn put_back(&self, unwritten: CallerStats) {
        let mut state = lock(&self.state);
        state.scope_uses.merge(&unwritten.scope_uses);
        if state.callers.0.is_empty() {
            state.callers = Callers(unwritten.callers);
        }
    }

    /// W4: whether data is still pending. If not, the next call puts the key into a list again.
    pub(super) fn stays_queued(&self) -> bool {
        let mut state = lock(&self.state);
        state.queued = state.use_is_pending
            || !state.counts.is_empty()
            || !state.callers.0.is_empty()
            || state.scope_uses != ScopeUses::default();
        state.queued
    }
}

impl Usages {
    /// Notes an accepted call, and returns the time of the one before it.
    pub(crate) fn note_use(
        &self,
        usage: &Arc<KeyUsage>,
        at: Timestamp,
        source: RequestOrigin<'_>,
    ) -> Option<Timestamp> {
        self.change(usage, |state| {
            state.callers.note(Outcome::Accepted, at, source);
            let before = state.last_use.as_ref().map(|last| last.at);
            match &mut state.last_use {
                Some(last) if last.at > at => {}
                Some(last) => {
                    last.replace_by(at, source);
                    state.use_is_pending = true;
                }
                none => {
                    *none = Some(UseRecord::of(at, source));
                    state.use_is_pending = true;
                }
            }
            before
        })
    }

    /// Notes the caller of a refused call.
    pub(crate) fn note_refusal(
        &self,
        usage: &Arc<KeyUsage>,
        outcome: Outcome,
        at: Timestamp,
        source: RequestOrigin<'_>,
    ) {
        self.change(usage, |state| state.callers.note(outcome, at, source));
    }

    /// Notes that a call needed a scope and had it.
    pub(crate) fn note_scope(&self, usage: &Arc<KeyUsage>, scope: Scope, at: Timestamp) {
        self.change(usage, |state| state.scope_uses.note(scope, at));
    }

    /// Counts one answered call.
    pub(crate) fn count(&self, usage: &Arc<KeyUsage>, outcome: Outcome, at: Timestamp) {
        let quarter = quarter(at);
        self.change(usage, |state| {
            let mut counts = state.counts.iter_mut();
            let name = (quarter, outcome);
            if let Some(count) = counts.find(|count| (count.quarter, count.outcome) == name) {
                count.calls += 1;
            } else if self.reserve_count() {
                state.counts.push(Count {
                    quarter,
                    outcome,
                    calls: 1,
                });
            }
        });
    }

    fn change<T>(&self, usage: &Arc<KeyUsage>, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = lock(&usage.state);
        let changed = change(&mut state);
        let first = !std::mem::replace(&mut state.queued, true);
        drop(state);
        if first {
            self.queue(Arc::clone(usage));
        }
        changed
    }
}

impl UseRecord {
    fn of(at: Timestamp, source: RequestOrigin<'_>) -> Self {
        let client = source.client();
        Self {
            at,
            ip: client.ip,
            user_agent: client.user_agent().map(str::to_owned),
        }
    }

    /// Replaces this use by a later one.
    fn replace_by(&mut self, at: Timestamp, source: RequestOrigin<'_>) {
        if source.matches_exactly(self.ip, self.user_agent.as_deref()) {
            self.at = at;
        } else {
            *self = Self::of(at, source);
        }
    }
}
