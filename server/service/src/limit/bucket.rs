//! Token bucket, in whole thousandths of a token and milliseconds, so that nothing is rounded.
//!
//! It is not `governor`, which does not fit: its limiters have a fixed quota, but ours may change
//! from one call to the next and must keep what was spent; it cannot report, without spending a
//! token, whether a bucket is full and can be dropped; and its keyed limiters have one quota for
//! all keys.

use super::Allowance;
use domain::{RateLimit, Timestamp};

/// Units of a token: at a rate of `n` a second, `n` of these come back each millisecond.
const TOKEN: u64 = 1000;

/// A bucket, stored as the tokens that it lacks. So a bucket that was dropped from memory is full,
/// and a bucket whose limit changes has the new depth minus the tokens that were spent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bucket {
    spent: u64,
    at: Timestamp,
    /// Tokens per second, as of the last call.
    per_second: u32,
}

impl Default for Bucket {
    fn default() -> Self {
        Self::full(Timestamp::from_millis(0))
    }
}

impl Bucket {
    pub(super) const fn full(now: Timestamp) -> Self {
        Self {
            spent: 0,
            at: now,
            per_second: 1,
        }
    }

    /// Takes a token, if there is one. `now` must be read while no other call uses this bucket.
    pub(crate) fn take(&mut self, limit: RateLimit, now: Timestamp) -> Allowance {
        let capacity = u64::from(limit.depth()) * TOKEN;
        self.per_second = limit.per_second();
        self.spent = self.spent_at(now).min(capacity);
        // If the clock was set back, the refill must not stop until it has caught up.
        self.at = now;
        let allowed = self.spent + TOKEN <= capacity;
        if allowed {
            self.spent += TOKEN;
        }
        let remaining = (capacity - self.spent) / TOKEN;
        let missing = if remaining == 0 {
            self.spent + TOKEN - capacity
        } else {
            self.spent
        };
        let millis = missing.div_ceil(u64::from(self.per_second));
        Allowance {
            limit,
            allowed,
            remaining: u32::try_from(remaining).unwrap_or(u32::MAX),
            seconds: millis.div_ceil(1000),
            account_wait: None,
        }
    }

    /// Returns a token that was taken for a failure that did not happen.
    pub(super) fn give_back(&mut self, now: Timestamp) {
        self.spent = self.spent_at(now).saturating_sub(TOKEN);
        self.at = now;
    }

    pub(crate) fn is_full(&self, now: Timestamp) -> bool {
        self.spent_at(now) == 0
    }

    fn spent_at(&self, now: Timestamp) -> u64 {
        let millis = now.millis().saturating_sub(self.at.millis());
        let millis = u64::try_from(millis).unwrap_or(0);
        let refill = millis.saturating_mul(u64::from(self.per_second));
        self.spent.saturating_sub(refill)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_790_000_000_000 + millis)
    }

    fn limit(depth: u32, per_second: u32) -> RateLimit {
        RateLimit::new(depth, per_second).unwrap()
    }

    /// Takes tokens until none is left, and returns their number.
    fn drain(bucket: &mut Bucket, limit: RateLimit, now: Timestamp) -> u32 {
        let mut count = 0;
        while bucket.take(limit, now).allowed {
            count += 1;
        }
        count
    }

    #[test]
    fn full_bucket_allows_as_many_calls_as_its_depth_and_no_more() {
        let mut bucket = Bucket::full(at(0));
        let first = bucket.take(RateLimit::DEFAULT, at(0));
        assert_eq!((first.remaining, first.seconds), (99, 1));
        assert_eq!(drain(&mut bucket, RateLimit::DEFAULT, at(0)), 99);
        let refused = bucket.take(RateLimit::DEFAULT, at(0));
        assert_eq!(
            (refused.allowed, refused.remaining, refused.seconds),
            (false, 0, 1)
        );
    }

    #[test]
    fn tokens_refill_at_the_exact_millisecond() {
        let mut bucket = Bucket::full(at(0));
        drain(&mut bucket, RateLimit::DEFAULT, at(0));
        assert!(!bucket.take(RateLimit::DEFAULT, at(99)).allowed);
        assert!(bucket.take(RateLimit::DEFAULT, at(100)).allowed);
        assert!(!bucket.take(RateLimit::DEFAULT, at(100)).allowed);
    }

    #[test]
    fn rate_that_does_not_divide_a_second_loses_no_tokens() {
        let limit = limit(10, 3);
        let mut bucket = Bucket::full(at(0));
        drain(&mut bucket, limit, at(0));
        let passed = (1..=1_000_i64)
            .filter(|n| bucket.take(limit, at(n * 10)).allowed)
            .count();
        assert_eq!(passed, 30, "in 10 seconds at 3 a second");
    }

    #[test]
    fn bucket_never_holds_more_than_its_depth() {
        let mut bucket = Bucket::full(at(0));
        drain(&mut bucket, RateLimit::DEFAULT, at(0));
        assert!(!bucket.is_full(at(9_999)));
        assert!(bucket.is_full(at(10_000)));
        assert_eq!(
            drain(&mut bucket, RateLimit::DEFAULT, at(1_000_000_000)),
            100
        );
    }

    #[test]
    fn new_rate_limit_applies_at_once_and_spent_tokens_stay_spent() {
        let mut bucket = Bucket::full(at(0));
        for _ in 0..40 {
            bucket.take(RateLimit::DEFAULT, at(0));
        }
        assert_eq!(drain(&mut bucket, limit(50, 10), at(0)), 10);
        assert_eq!(drain(&mut bucket, limit(500, 10), at(0)), 450);
    }

    #[test]
    fn clock_that_was_set_back_neither_adds_nor_removes_tokens() {
        let mut bucket = Bucket::full(at(0));
        drain(&mut bucket, RateLimit::DEFAULT, at(0));
        assert!(!bucket.take(RateLimit::DEFAULT, at(-60_000)).allowed);
        assert!(bucket.take(RateLimit::DEFAULT, at(-59_900)).allowed);
    }

    #[test]
    fn allowance_counts_seconds_until_the_bucket_is_full_or_the_next_call_fits_if_it_is_empty() {
        let mut bucket = Bucket::full(at(0));
        let limit = limit(2, 1);
        assert_eq!(bucket.take(limit, at(0)).seconds, 1);
        assert_eq!(bucket.take(limit, at(0)).seconds, 1);
        assert_eq!(bucket.take(limit, at(500)).seconds, 1);
        let deep = RateLimit::new(100, 1).unwrap();
        let mut bucket = Bucket::full(at(0));
        for _ in 0..49 {
            bucket.take(deep, at(0));
        }
        assert_eq!(bucket.take(deep, at(0)).seconds, 50);
    }
}
