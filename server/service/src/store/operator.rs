//! Look-ups of keys in all accounts, for the operator's commands.

use super::{KeyRecord, Result};
use async_trait::async_trait;
use domain::KeyId;

/// Look-ups in all accounts. A key that was found is then changed as a key of its account.
#[async_trait]
pub trait OperatorStore: Send + Sync + 'static {
    async fn find_key_anywhere(&self, id: &KeyId) -> Result<Option<KeyRecord>>;

    /// Returns up to `limit` keys with this preview, as it is displayed, oldest first.
    async fn keys_by_preview(&self, preview: &str, limit: u32) -> Result<Vec<KeyRecord>>;

    /// Returns up to `limit` keys of all accounts, in the order of their ids and after `after`.
    async fn keys_everywhere(&self, after: Option<&KeyId>, limit: u32) -> Result<Vec<KeyRecord>>;
}
