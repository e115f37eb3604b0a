//! Look-ups for the operator on the command line, not bound to an account.

use super::{Result, Store, can_be_stored, read, read_all};
use crate::error::Doing as _;
use crate::sql::key::{self, KeyRow};
use async_trait::async_trait;
use domain::KeyId;
use service::store::{KeyRecord, OperatorStore};

#[async_trait]
impl OperatorStore for Store {
    async fn find_key_anywhere(&self, id: &KeyId) -> Result<Option<KeyRecord>> {
        const DOING: &str = "finding an API key for the operator";
        let row: Option<KeyRow> = sqlx::query_as(key::FIND_ANYWHERE)
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await
            .doing(DOING)?;
        read(row, DOING)
    }

    async fn keys_by_preview(&self, preview: &str, limit: u32) -> Result<Vec<KeyRecord>> {
        const DOING: &str = "finding API keys by their preview";
        if !can_be_stored(preview) {
            return Ok(Vec::new());
        }
        let rows: Vec<KeyRow> = sqlx::query_as(key::BY_PREVIEW)
            .bind(preview)
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .doing(DOING)?;
        read_all(rows, DOING)
    }

    async fn keys_everywhere(&self, after: Option<&KeyId>, limit: u32) -> Result<Vec<KeyRecord>> {
        const DOING: &str = "listing API keys for the operator";
        let rows: Vec<KeyRow> = sqlx::query_as(key::EVERYWHERE)
            .bind(after.map_or("", KeyId::as_str))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .doing(DOING)?;
        read_all(rows, DOING)
    }
}
