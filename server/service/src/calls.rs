//! How many calls each key makes and what becomes of them, counted in memory and written with the uses, so that a call
//! never writes.
//!
//! A call is counted once it is answered: one whose caller hangs up before that has come to nothing that could be told.

use crate::caller::CalledKey;
use crate::store::{CallCount, quarter};
use crate::{Error, Service};
use dashmap::DashMap;
use domain::{Outcome, Timestamp};

/// For so long calls can be told: 30 whole days of any time zone, the one that is under way, and an hour that a clock
/// may have been put back by.
const KEPT_SECONDS: i64 = 31 * 24 * 3600 + 3600;

/// Rows that go in one transaction, so that nobody waits long for it.
const SWEEP_ROWS: u32 = 1_000;

/// Counts that wait to be written, at most: one for each key, outcome and quarter of an hour. So many come together only
/// where the database has not taken them for a long time, and then memory matters more than they do.
const MAX_PENDING: usize = 50_000;

type Name = (CalledKey, Timestamp, Outcome);

/// The calls that are not written yet.
#[derive(Debug, Default)]
pub(crate) struct PendingCalls(DashMap<Name, u64>);

impl PendingCalls {
    fn count(&self, key: CalledKey, at: Timestamp, outcome: Outcome) {
        let name = (key, quarter(at), outcome);
        // The length is asked of every shard, so only for a new name. Of several that come at once all may be taken.
        if let Some(mut calls) = self.0.get_mut(&name) {
            *calls += 1;
        } else if self.0.len() < MAX_PENDING {
            *self.0.entry(name).or_default() += 1;
        }
    }

    /// Whether a call of this key was accepted that is not written yet.
    pub(crate) fn was_accepted(&self, key: &CalledKey) -> bool {
        let mut pending = self.0.iter();
        pending.any(|count| {
            let (called, _, outcome) = count.key();
            called == key && *outcome == Outcome::Accepted
        })
    }

    pub(crate) fn snapshot(&self) -> Vec<CallCount> {
        let pending = self.0.iter();
        pending
            .map(|count| {
                let ((key, at, outcome), calls) = count.pair();
                CallCount {
                    account_id: key.account_id.clone(),
                    key_id: key.key_id.clone(),
                    at: *at,
                    outcome: *outcome,
                    calls: *calls,
                }
            })
            .collect()
    }

    /// Takes off what was written; what came meanwhile stays.
    pub(crate) fn forget(&self, written: Vec<CallCount>) {
        for count in written {
            let key = CalledKey::new(count.account_id, count.key_id);
            let name = (key, count.at, count.outcome);
            self.0.remove_if_mut(&name, |_, calls| {
                *calls -= count.calls;
                *calls == 0
            });
        }
    }
}

impl Service {
    /// Counts one call that was answered.
    pub fn count_call(&self, key: CalledKey, outcome: Outcome) {
        self.calls.count(key, self.clock.now(), outcome);
    }

    /// Forgets counts that no page shows any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep_calls(&self) -> Result<(), Error> {
        let before = self.clock.now().plus_seconds(-KEPT_SECONDS);
        while self.store.sweep_calls(before, SWEEP_ROWS).await? >= u64::from(SWEEP_ROWS) {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{AccountId, KeyId, Refusal};

    const NOON: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn key(name: &str) -> CalledKey {
        CalledKey::new(AccountId::parse("a").unwrap(), KeyId::parse(name).unwrap())
    }

    fn total(calls: &PendingCalls) -> u64 {
        calls.snapshot().iter().map(|count| count.calls).sum()
    }

    #[test]
    fn calls_of_one_key_one_outcome_and_one_quarter_are_one_count() {
        let calls = PendingCalls::default();
        let limited = Outcome::Refused(Refusal::RateLimited);
        for (name, seconds, outcome) in [
            ("k", 0, Outcome::Accepted),
            ("k", 1, Outcome::Accepted),
            ("k", 900, Outcome::Accepted),
            ("k", 0, limited),
            ("other", 0, limited),
        ] {
            calls.count(key(name), NOON.plus_seconds(seconds), outcome);
        }
        let mut counts: Vec<_> = calls.snapshot().iter().map(|count| count.calls).collect();
        counts.sort_unstable();
        assert_eq!(counts, [1, 1, 1, 2]);
    }

    #[test]
    fn calls_that_come_during_a_write_are_kept() {
        let calls = PendingCalls::default();
        calls.count(key("k"), NOON, Outcome::Accepted);
        let written = calls.snapshot();
        calls.count(key("k"), NOON, Outcome::Accepted);
        calls.count(key("other"), NOON, Outcome::Accepted);
        calls.forget(written);
        assert_eq!(total(&calls), 2);
        calls.forget(calls.snapshot());
        assert!(calls.0.is_empty());
    }

    #[test]
    fn what_waits_to_be_written_has_a_bound() {
        let calls = PendingCalls::default();
        for number in 0..MAX_PENDING + 10 {
            calls.count(key(&number.to_string()), NOON, Outcome::Accepted);
        }
        assert_eq!(calls.0.len(), MAX_PENDING);
        calls.count(key("0"), NOON, Outcome::Accepted);
        assert_eq!(total(&calls), MAX_PENDING as u64 + 1);
    }
}
