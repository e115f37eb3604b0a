//! Look-ups for the operator on the command line, not bound to an account.

use super::key::KeyRow;
use super::{Result, SqlStore, can_be_stored, key};
use crate::query::query;
use async_trait::async_trait;
use domain::KeyId;
use service::store::{KeyRecord, OperatorStore};

#[async_trait]
impl OperatorStore for SqlStore {
    async fn find_key_anywhere(&self, id: &KeyId) -> Result<Option<KeyRecord>> {
        query(key::FIND_ANYWHERE)
            .bind(id.as_str())
            .parse_optional::<KeyRow, _>(self.readers("finding an API key for the operator"))
            .await
    }

    async fn keys_by_preview(&self, preview: &str, limit: u32) -> Result<Vec<KeyRecord>> {
        if !can_be_stored(preview) {
            return Ok(Vec::new());
        }
        query(key::BY_PREVIEW)
            .bind(preview)
            .bind(i64::from(limit))
            .parse_all::<KeyRow, _>(self.readers("finding API keys by their preview"))
            .await
    }

    async fn keys_everywhere(&self, after: Option<&KeyId>, limit: u32) -> Result<Vec<KeyRecord>> {
        query(key::LIST_EVERYWHERE)
            .bind(after.map_or("", KeyId::as_str))
            .bind(i64::from(limit))
            .parse_all::<KeyRow, _>(self.readers("listing API keys for the operator"))
            .await
    }
}
