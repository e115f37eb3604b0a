//! Refused calls, kept to explain them to their callers.

use super::Result;
use crate::refusal::{CallId, Cause};
use async_trait::async_trait;
use domain::{AccountId, KeyId, Timestamp};

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

    /// Returns the latest stored refusal of one key.
    async fn last_refusal(&self, account: &AccountId, key: &KeyId) -> Result<Option<RefusedCall>>;

    /// Removes up to `limit` calls from before `before`, of all accounts, and returns how many.
    async fn sweep_refusals(&self, before: Timestamp, limit: u32) -> Result<u64>;
}
