//! A bucket for each key that was used lately.

use super::Allowance;
use super::bucket::Bucket;
use crate::Clock;
use dashmap::DashMap;
use domain::{KeyId, RateLimit};

/// Only keys that were authenticated have a bucket, so there are never more than keys in the database; those that
/// filled up again are dropped, since a bucket that is not here is full.
#[derive(Debug, Default)]
pub(crate) struct KeyBuckets(DashMap<KeyId, Bucket>);

impl KeyBuckets {
    pub(super) fn spend(&self, key: &KeyId, limit: RateLimit, clock: &dyn Clock) -> Allowance {
        // Two look-ups for a key's first call, so that the others need no copy of its id.
        if let Some(mut bucket) = self.0.get_mut(key) {
            return bucket.take(limit, clock.now());
        }
        let mut bucket = self
            .0
            .entry(key.clone())
            .or_insert_with(|| Bucket::full(clock.now()));
        // Read under the lock: a time from before another call's would be taken for a clock that was set back.
        bucket.take(limit, clock.now())
    }

    pub(super) fn drop_full(&self, clock: &dyn Clock) {
        self.0.retain(|_, bucket| !bucket.is_full(clock.now()));
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ManualClock;
    use domain::Timestamp;

    fn key(text: &str) -> KeyId {
        KeyId::parse(text).unwrap()
    }

    #[test]
    fn keys_have_buckets_of_their_own() {
        let clock = ManualClock::at(Timestamp::from_millis(1_790_000_000_000));
        let buckets = KeyBuckets::default();
        let one = RateLimit::new(1, 1).unwrap();
        assert!(buckets.spend(&key("a"), one, &clock).allowed);
        assert!(!buckets.spend(&key("a"), one, &clock).allowed);
        assert!(buckets.spend(&key("b"), one, &clock).allowed);
    }

    #[test]
    fn a_bucket_that_is_full_again_is_dropped_and_no_other() {
        let clock = ManualClock::at(Timestamp::from_millis(1_790_000_000_000));
        let buckets = KeyBuckets::default();
        for _ in 0..30 {
            buckets.spend(&key("much"), RateLimit::DEFAULT, &clock);
        }
        for number in 0..1_000 {
            buckets.spend(&key(&number.to_string()), RateLimit::DEFAULT, &clock);
        }
        clock.advance_seconds(1);
        buckets.drop_full(&clock);
        assert_eq!(buckets.len(), 1);
        let left = buckets.spend(&key("much"), RateLimit::DEFAULT, &clock);
        assert_eq!(left.remaining, 100 - 30 + 10 - 1);
        clock.advance_seconds(10);
        buckets.drop_full(&clock);
        assert_eq!(buckets.len(), 0);
    }

    #[test]
    fn of_many_threads_exactly_as_many_pass_as_the_bucket_is_deep() {
        let clock = ManualClock::at(Timestamp::from_millis(1_790_000_000_000));
        let buckets = KeyBuckets::default();
        let (key, limit) = (key("a"), RateLimit::DEFAULT);
        let passed: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        (0..1_000)
                            .filter(|_| buckets.spend(&key, limit, &clock).allowed)
                            .count()
                    })
                })
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).sum()
        });
        assert_eq!(passed, 100);
    }
}
