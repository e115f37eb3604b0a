//! Counts of calls by quarters of an hour.

use super::Result;
use async_trait::async_trait;
use domain::{AccountId, KeyId, KeyName, Outcome, Timestamp};

/// The unit of counting, in milliseconds. Hours and days of every time zone begin at a multiple of
/// a quarter of an hour.
const QUARTER: i64 = 15 * 60 * 1000;

/// Calls of one key with one outcome that are to be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallCount {
    pub account_id: AccountId,
    pub key_id: KeyId,
    /// Any time in the quarter of an hour to which all of the calls belong.
    pub at: Timestamp,
    pub outcome: Outcome,
    pub calls: u64,
}

impl CallCount {
    /// Returns the beginning of the calls' quarter of an hour.
    pub const fn quarter(&self) -> Timestamp {
        quarter(self.at)
    }
}

/// Returns the beginning of the quarter of an hour that contains `at`.
pub(crate) const fn quarter(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.millis() - at.millis().rem_euclid(QUARTER))
}

/// Calls with one outcome in one interval of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountedCalls {
    /// The beginning of the interval.
    pub since: Timestamp,
    pub outcome: Outcome,
    pub calls: u64,
}

/// Numbers of calls by their outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CallSum {
    pub accepted: u64,
    pub refused: u64,
}

impl CallSum {
    pub const fn total(self) -> u64 {
        self.accepted.saturating_add(self.refused)
    }

    /// Adds calls with one outcome.
    pub const fn add(&mut self, outcome: Outcome, calls: u64) {
        let sum = match outcome {
            Outcome::Accepted => &mut self.accepted,
            Outcome::Refused(_) => &mut self.refused,
        };
        *sum = sum.saturating_add(calls);
    }
}

/// Calls of one key on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DailyCalls {
    pub key_id: KeyId,
    /// The beginning of the day.
    pub day: Timestamp,
    pub accepted: u64,
    pub refused: u64,
}

/// A key with its calls since some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedKeyCalls {
    pub id: KeyId,
    pub name: KeyName,
    pub preview: String,
    pub calls: CallSum,
}

/// Counts of calls, as recorded by [`KeyStore::record_uses`](super::KeyStore::record_uses).
#[async_trait]
pub trait CallStore: Send + Sync + 'static {
    /// Returns the account's calls by intervals and outcomes, in their order. `starts` are the
    /// beginnings of consecutive intervals, oldest first; the last one has not ended. A quarter of
    /// an hour belongs to the interval in which it begins.
    async fn calls(&self, account: &AccountId, starts: &[Timestamp]) -> Result<Vec<CountedCalls>>;

    /// Returns one key's calls by quarters of an hour, in their order, from the quarter that begins
    /// at `since` on. Earlier releases counted a key's calls by hours; such a count belongs to the
    /// first quarter of its hour.
    async fn key_calls(
        &self,
        account: &AccountId,
        key: &KeyId,
        since: Timestamp,
    ) -> Result<Vec<CountedCalls>>;

    /// Returns the calls of these keys by days, in the order of the keys' ids and of the days.
    /// `days` are the beginnings of consecutive days, oldest first; the last one has not ended. A
    /// day without a call of a key is left out, as are keys of other accounts.
    ///
    /// Each key has a sum for each day of UTC. In addition, this reads the counts between the
    /// beginning of each day and the midnight of UTC nearest to it.
    async fn daily_calls(
        &self,
        account: &AccountId,
        keys: &[KeyId],
        days: &[Timestamp],
    ) -> Result<Vec<DailyCalls>>;

    /// Returns up to `limit` keys of the account in the order of their last uses, the latest first,
    /// each with its calls since the beginning of a day.
    async fn calls_of_latest_keys(
        &self,
        account: &AccountId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<NamedKeyCalls>>;

    /// Returns when a call of the account was first accepted. This is never forgotten.
    async fn first_call(&self, account: &AccountId) -> Result<Option<Timestamp>>;

    /// Removes up to `limit` counts of accounts, and as many of keys, whose quarter began before
    /// `before`. Returns how many were removed.
    async fn sweep_calls(&self, before: Timestamp, limit: u32) -> Result<u64>;
}
