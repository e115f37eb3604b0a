//! Refused calls, kept to explain them to their callers.

use super::Result;
use crate::refusal::{CallId, Cause};
use async_trait::async_trait;
use domain::{AccountId, KeyId, RefusalCode, Timestamp};
use std::net::IpAddr;
use std::ops::Range;

/// Refused calls that are kept for each account, and as many that belong to no account: the latest
/// ones.
pub const MAX_REFUSALS: usize = 5_000;

/// A call that was refused, without any text that its caller sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedCall {
    pub id: CallId,
    pub at: Timestamp,
    /// The account and the key; `None` if the call presented no key of this installation.
    pub key: Option<(AccountId, KeyId)>,
    /// The code in the answer.
    pub code: String,
    pub cause: Cause,
    pub method: String,
    /// The route's pattern; empty if no route matched.
    pub route: String,
    /// The address of the caller, if the call presented a key of this installation.
    pub address: Option<IpAddr>,
}

/// Selects refused calls of an account. Every part that is `None` selects all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RefusalFilter {
    pub code: Option<RefusalCode>,
    pub key: Option<KeyId>,
    pub address: Option<IpAddr>,
}

/// A refused call with its position in the list of its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedRefusal {
    /// A call that was stored later has a greater number.
    pub seq: u64,
    pub call: RefusedCall,
}

/// Why calls were refused. None of it need survive power loss.
#[async_trait]
pub trait RefusalStore: Send + Sync + 'static {
    /// Stores refused calls, in their order and in one transaction, and removes all but the latest
    /// [`MAX_REFUSALS`] of each account, and of those that belong to no account. Calls whose key
    /// does not exist or belongs to another account are skipped.
    async fn record_refusals(&self, calls: &[RefusedCall]) -> Result<()>;

    /// Returns a call that was refused at `since` or later and belongs to the account or to no
    /// account.
    async fn find_refusal(
        &self,
        account: &AccountId,
        id: &CallId,
        since: Timestamp,
    ) -> Result<Option<RefusedCall>>;

    /// Lists up to `limit` calls with a key of the account that were refused at `since` or later
    /// and whose numbers are in `seqs`, newest first. It reads at most the calls that are stored
    /// for the account, of which [`MAX_REFUSALS`] is the upper bound.
    async fn list_refusals(
        &self,
        account: &AccountId,
        filter: &RefusalFilter,
        since: Timestamp,
        seqs: Range<u64>,
        limit: u32,
    ) -> Result<Vec<ListedRefusal>>;

    /// Counts the same calls by their code, the most frequent one first, whatever code the filter
    /// has.
    async fn count_refusals(
        &self,
        account: &AccountId,
        filter: &RefusalFilter,
        since: Timestamp,
    ) -> Result<Vec<(RefusalCode, u64)>>;

    /// Returns the latest stored refusal of one key.
    async fn last_refusal(&self, account: &AccountId, key: &KeyId) -> Result<Option<RefusedCall>>;

    /// Removes up to `limit` calls from before `before`, of all accounts, and returns how many.
    async fn sweep_refusals(&self, before: Timestamp, limit: u32) -> Result<u64>;
}
