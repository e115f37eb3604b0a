//! How much each key may send, and how often an address may fail to show one.
//!
//! Kept in memory and exact on one node; a restart fills every bucket.

mod bucket;
mod failures;
mod keys;

pub(crate) use failures::{FailureBuckets, network};
pub(crate) use keys::KeyBuckets;

use crate::{KeyCaller, Service};
use domain::RateLimit;

/// What one call found in its key's bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub limit: RateLimit,
    /// Whether the call may go on; it took one token then, and none otherwise.
    pub allowed: bool,
    /// Calls that could follow at once.
    pub remaining: u32,
    /// Whole seconds, rounded up, until the next call fits where none does now, else until the bucket is full.
    pub seconds: u64,
}

impl Service {
    /// Takes a token from the caller's bucket, where there is one.
    pub fn spend(&self, caller: &KeyCaller) -> Allowance {
        self.buckets
            .spend(caller.key_id(), caller.limit(), &*self.clock)
    }

    /// Forgets the buckets that have filled up again. Cheap; the server does it every few seconds.
    pub fn drop_full_buckets(&self) {
        self.buckets.drop_full(&*self.clock);
    }
}
