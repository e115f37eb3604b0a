//! How much each key may send, and how often an address may fail to show one.
//!
//! Kept in memory and exact on one node; a restart fills every bucket.

mod bucket;
mod failures;
mod suspects;

pub(crate) use bucket::Bucket;
pub(crate) use failures::{FailureBuckets, network};
pub(crate) use suspects::{Suspect, Suspects};

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
        caller
            .verdict
            .usage
            .spend(caller.verdict.limit, &*self.clock)
    }
}
