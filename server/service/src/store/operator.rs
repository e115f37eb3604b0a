//! What the operator sees at the machine: keys of whatever account.

use super::{KeyRecord, Result};
use async_trait::async_trait;
use domain::KeyId;

/// The look-ups that are bound to no account. What is found is changed as that account's.
#[async_trait]
pub trait OperatorStore: Send + Sync + 'static {
    async fn find_key_anywhere(&self, id: &KeyId) -> Result<Option<KeyRecord>>;

    /// Up to `limit` keys with this preview, as it is shown, oldest first.
    async fn keys_by_preview(&self, preview: &str, limit: u32) -> Result<Vec<KeyRecord>>;

    /// Up to `limit` keys of all accounts after one of them, in the order of their ids.
    async fn keys_everywhere(&self, after: Option<&KeyId>, limit: u32) -> Result<Vec<KeyRecord>>;
}
