//! Limits: the calls of each key and each account, and the failed attempts of each network.
//!
//! They are kept in memory and exact on one node; a restart fills every bucket.

mod bucket;
mod failures;
mod suspects;

pub(crate) use bucket::Bucket;
pub(crate) use failures::{FailureBuckets, network};
pub(crate) use suspects::{Suspect, Suspects};

use crate::{KeyCaller, Service};
use domain::RateLimit;
use std::sync::atomic::Ordering;

/// The state of a key's bucket after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub limit: RateLimit,
    /// Whether the call may go on. It took one token then, and none otherwise.
    pub allowed: bool,
    /// Calls that could follow at once.
    pub remaining: u32,
    /// Whole seconds, rounded up: until the next call fits, if none fits now, otherwise until the
    /// bucket is full.
    pub seconds: u64,
    /// Set if the key could go on, but all keys of the account together have used up its calls:
    /// whole seconds, rounded up, until the next one fits.
    pub account_wait: Option<u64>,
}

impl Service {
    /// Takes a token from the key's bucket and, if there was one, a token from its account's
    /// bucket.
    pub fn spend(&self, caller: &KeyCaller) -> Allowance {
        let usage = &caller.verdict.usage;
        let mut allowance = usage.spend(caller.verdict.limit, &*self.clock);
        // A call that the key's own limit refuses costs the account nothing, so that one key that
        // is out of control does not use up the calls of the others.
        if allowance.allowed
            && let Some(limit) = self.account_limit()
        {
            let of_account = usage.spend_of_account(limit, &*self.clock);
            allowance.allowed = of_account.allowed;
            allowance.account_wait = (!of_account.allowed).then_some(of_account.seconds);
        }
        allowance
    }

    /// Sets how many calls per second all keys of an account together may make on this node, and as
    /// many at once.
    pub fn limit_accounts_to(&self, calls_per_second: u32) {
        self.account_calls
            .store(calls_per_second, Ordering::Relaxed);
    }

    pub(crate) fn account_limit(&self) -> Option<RateLimit> {
        let calls = self.account_calls.load(Ordering::Relaxed);
        // 0 is not a valid limit, and so becomes `None`: no limit.
        RateLimit::new(calls, calls).ok()
    }
}
