//! Limits: the calls of each key and each account, and the failed attempts of each network.
//!
//! They are kept in memory and exact on one node; a restart fills every bucket.

mod bucket;
mod failures;

pub(crate) use bucket::Bucket;
pub(crate) use failures::{FailureBuckets, network};

use domain::RateLimit;
use std::sync::atomic::{AtomicU32, Ordering};

/// The state of a key's bucket after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub limit: RateLimit,
    /// Whether the call may continue. If so, it has taken a token.
    pub allowed: bool,
    /// Number of calls that could follow immediately.
    pub remaining: u32,
    /// Whole seconds, rounded up: until the next call fits, if none fits now, otherwise until the
    /// bucket is full.
    pub seconds: u64,
    /// Set if the key has calls left, but all keys of the account together have used up those of
    /// the account: whole seconds, rounded up, until the next one fits.
    pub account_wait: Option<u64>,
}

/// Limit of all keys of an account together on this node: calls per second, and the same number as
/// burst size.
#[derive(Debug, Default)]
pub(crate) struct AccountLimit(AtomicU32);

impl AccountLimit {
    pub(crate) fn set(&self, calls_per_second: u32) {
        self.0.store(calls_per_second, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> Option<RateLimit> {
        let calls = self.0.load(Ordering::Relaxed);
        // 0 is not a valid limit, and so becomes `None`: no limit.
        RateLimit::new(calls, calls).ok()
    }
}
