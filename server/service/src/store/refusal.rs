//! Refused calls, as the ports take and give them.

use super::Result;
use crate::refusal::{CallId, Cause};
use async_trait::async_trait;
use domain::{AccountId, KeyId, Timestamp};

/// As many are kept of an account, and as many of nobody's: the latest ones.
pub const KEPT_REFUSALS: usize = 5_000;

/// A call that was refused, without any text that its caller sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedCall {
    pub id: CallId,
    pub at: Timestamp,
    /// Whose it was, where the key was one of ours.
    pub key: Option<(AccountId, KeyId)>,
    /// As in the answer.
    pub code: String,
    pub cause: Cause,
    pub method: String,
    /// The route's pattern; empty where there is no such route.
    pub route: String,
}

/// Why calls were refused. None of it need survive power loss.
#[async_trait]
pub trait RefusalStore: Send + Sync + 'static {
    /// Keeps refused calls, in their order and in one transaction, and forgets what is too much: of each account, and of
    /// nobody's, the latest [`KEPT_REFUSALS`] are kept. Unknown keys, and keys of another account, are passed over.
    async fn record_refusals(&self, calls: &[RefusedCall]) -> Result<()>;

    /// A call since `since`, where it was the account's or nobody's.
    async fn find_refusal(
        &self,
        account: &AccountId,
        id: &CallId,
        since: Timestamp,
    ) -> Result<Option<RefusedCall>>;

    /// The latest kept of one key.
    async fn last_refusal(&self, account: &AccountId, key: &KeyId) -> Result<Option<RefusedCall>>;

    /// Forgets up to `limit` calls before `before`, of all accounts. Gives their number.
    async fn sweep_refusals(&self, before: Timestamp, limit: u32) -> Result<u64>;
}
