//! Counts of calls, as the ports take and give them.

use super::Result;
use async_trait::async_trait;
use domain::{AccountId, KeyId, Outcome, Timestamp};

/// Calls are counted by quarters of an hour: every time zone's hours and days begin on one of these.
const QUARTER: i64 = 15 * 60 * 1000;

/// Calls of one key with one outcome that are to be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallCount {
    pub account_id: AccountId,
    pub key_id: KeyId,
    /// A time in the quarter of an hour in which all of them were.
    pub at: Timestamp,
    pub outcome: Outcome,
    pub calls: u64,
}

impl CallCount {
    /// The beginning of their quarter of an hour.
    pub const fn quarter(&self) -> Timestamp {
        quarter(self.at)
    }
}

/// The beginning of the quarter of an hour in which `at` lies.
pub(crate) const fn quarter(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.millis() - at.millis().rem_euclid(QUARTER))
}

/// Calls with one outcome in one stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedCalls {
    /// The beginning of the stretch.
    pub since: Timestamp,
    pub outcome: Outcome,
    pub calls: u64,
}

/// How many calls keys made, as [`KeyStore::record_uses`](super::KeyStore::record_uses) was told.
#[async_trait]
pub trait CallStore: Send + Sync + 'static {
    /// The account's calls by quarters of an hour, from the one that begins at `since` on, in their order.
    async fn calls(&self, account: &AccountId, since: Timestamp) -> Result<Vec<CountedCalls>>;

    /// One key's calls by quarters of an hour, from the one that begins at `since` on, in their order. Releases before
    /// this one counted by hours: those count in their first quarter.
    async fn key_calls(
        &self,
        account: &AccountId,
        key: &KeyId,
        since: Timestamp,
    ) -> Result<Vec<CountedCalls>>;

    /// When a call of the account was first accepted; known for ever.
    async fn first_call(&self, account: &AccountId) -> Result<Option<Timestamp>>;

    /// Forgets up to `limit` counts of accounts and as many of keys whose quarter began before `before`. Gives their number.
    async fn sweep_calls(&self, before: Timestamp, limit: u32) -> Result<u64>;
}
