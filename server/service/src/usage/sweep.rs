//! The order in which last uses are written.

use super::{KeyUsage, Usages};
use crate::store::KEY_BATCH_SIZE;
use domain::KeyId;
use std::collections::BTreeMap;
use std::iter::from_fn;
use std::sync::Arc;

/// One walk through the keys with pending data, in the order of their ids. A key that is first used
/// during the walk joins it if its id is still ahead. So a last use waits for one whole walk at
/// most, and for what is written between two walks.
#[derive(Debug, Default)]
pub(super) struct Sweep {
    ahead: BTreeMap<KeyId, Arc<KeyUsage>>,
    /// In the order of their ids.
    visited: Vec<Arc<KeyUsage>>,
    /// Keys that were first used after the walk had passed their ids. The next walk writes them.
    behind: Vec<Arc<KeyUsage>>,
}

impl Sweep {
    pub(super) fn of(keys: Vec<Arc<KeyUsage>>) -> Self {
        let by_id = keys
            .into_iter()
            .map(|usage| (usage.key().key_id.clone(), usage));
        Self {
            ahead: by_id.collect(),
            ..Self::default()
        }
    }

    /// Adds keys that were first used since the walk began.
    fn add(&mut self, used: &[Arc<KeyUsage>]) {
        for usage in used {
            let id = &usage.key().key_id;
            let last = self.visited.last();
            if last.is_some_and(|last| *id <= last.key().key_id) {
                self.behind.push(Arc::clone(usage));
            } else {
                self.ahead.insert(id.clone(), Arc::clone(usage));
            }
        }
    }

    /// Returns the next keys, `max_keys` at most, including those that were first used since the
    /// last batch. Empty at the end of the walk.
    pub(super) async fn next_batch(
        &mut self,
        usages: &Usages,
        max_keys: usize,
    ) -> &[Arc<KeyUsage>] {
        for batch in usages.take_unwritten().chunks(*KEY_BATCH_SIZE.end()) {
            self.add(batch);
            // Lets waiting calls run.
            tokio::task::yield_now().await;
        }
        let begin = self.visited.len();
        let next = from_fn(|| self.ahead.pop_first()).take(max_keys);
        self.visited.extend(next.map(|(_, usage)| usage));
        &self.visited[begin..]
    }

    pub(super) fn visited(&self) -> &[Arc<KeyUsage>] {
        &self.visited
    }

    /// All keys of the walk, including those that it has not reached.
    pub(super) fn into_keys(self) -> Vec<Arc<KeyUsage>> {
        let Self {
            ahead,
            visited: mut keys,
            behind,
        } = self;
        keys.extend(ahead.into_values());
        keys.extend(behind);
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, ManualClock};
    use crate::origin::CalledKey;
    use crate::origin::RequestOrigin;
    use domain::{AccountId, Timestamp};

    fn names(keys: &[Arc<KeyUsage>]) -> Vec<&str> {
        keys.iter()
            .map(|usage| usage.key().key_id.as_str())
            .collect()
    }

    #[tokio::test]
    async fn key_first_used_during_a_sweep_is_written_by_it_unless_the_sweep_has_passed_it() {
        let usages = Usages::default();
        let clock = ManualClock::at(Timestamp::from_millis(1_790_000_000_000));
        let call = |name: &str| {
            let account = AccountId::parse("account").unwrap();
            let key = CalledKey::new(account, KeyId::parse(name).unwrap());
            let source = RequestOrigin::new([203, 0, 113, 1].into(), Some(b"curl"));
            usages.note_use(&usages.of(key, None), clock.now(), source);
        };
        call("f");
        call("c");
        let mut sweep = Sweep::of(usages.take_unwritten());
        assert_eq!(names(sweep.next_batch(&usages, 1).await), ["c"]);
        clock.advance_seconds(1);
        for name in ["g", "b", "d", "c"] {
            call(name);
        }
        assert_eq!(names(sweep.next_batch(&usages, 2).await), ["d", "f"]);
        call("h");
        assert_eq!(names(sweep.next_batch(&usages, 9).await), ["g", "h"]);
        assert_eq!(names(sweep.next_batch(&usages, 9).await), [""; 0]);
        assert_eq!(names(sweep.visited()), ["c", "d", "f", "g", "h"]);

        for usage in sweep.into_keys() {
            // The use of "c" after its id was passed is still pending.
            let written = usage.use_to_write().unwrap();
            if !matches!(usage.key().key_id.as_str(), "b" | "c") {
                usage.forget_use(&written);
            }
            usage.take_caller_stats();
            usages.settle(&usage);
        }
        assert_eq!(usages.pending(), 2);
        let mut sweep = Sweep::of(usages.take_unwritten());
        assert_eq!(
            names(sweep.next_batch(&usages, 9).await),
            ["b", "c"],
            "the next sweep has them"
        );
    }

    #[tokio::test]
    async fn aborted_sweep_returns_all_of_its_keys() {
        let usages = Usages::default();
        let keys = ["a", "b", "c", "d"].map(|name| {
            let account = AccountId::parse("account").unwrap();
            usages.of(CalledKey::new(account, KeyId::parse(name).unwrap()), None)
        });
        let mut sweep = Sweep::of(keys[1..3].to_vec());
        sweep.next_batch(&usages, 1).await;
        sweep.add(&[keys[0].clone(), keys[3].clone()]);
        assert_eq!(names(&sweep.into_keys()), ["b", "c", "d", "a"]);
    }
}
