//! Reads for the preview of a feed.

use super::{Engine, Result, Store};
use crate::error::{Corrupt, Doing as _};
use crate::sql::bulk::is_full;
use crate::sql::inventory::{self, ItemRow};
use async_trait::async_trait;
use domain::AccountId;
use service::inventory::StoredItem;
use service::store::{FeedPreviewStore, ItemsLeftOut, REMOVED_AT_MOST};
use std::collections::HashSet;

#[async_trait]
impl FeedPreviewStore for Store {
    async fn find_items(&self, account: &AccountId, ids: &[&str]) -> Result<Vec<StoredItem>> {
        const DOING: &str = "finding the items that a feed changes";
        let rows: Vec<ItemRow> = inventory::FIND_MANY
            .with::<Engine, _>(ids, |mut row, id| {
                row.push_bind(account.as_str()).push_bind(*id);
            })
            .build_query_as()
            .persistent(is_full(ids.len()))
            .fetch_all(&self.listings)
            .await
            .doing(DOING)?;
        let rows = rows.into_iter().map(StoredItem::try_from);
        rows.collect::<std::result::Result<_, Corrupt>>()
            .doing(DOING)
    }

    async fn items_left_out(
        &self,
        account: &AccountId,
        kept: &HashSet<&str>,
    ) -> Result<ItemsLeftOut> {
        const DOING: &str = "finding the items that a full feed leaves out";
        // At most `kept.len()` of these are kept, so this suffices to find one more than a feed may
        // remove.
        let most = kept.len() + REMOVED_AT_MOST + 1;
        let sizes: Vec<(String, i64)> = sqlx::query_as(inventory::SIZES)
            .bind(account.as_str())
            .bind(i64::try_from(most).unwrap_or(i64::MAX))
            .fetch_all(&self.listings)
            .await
            .doing(DOING)?;
        let mut left_out = ItemsLeftOut::default();
        for (id, bytes) in sizes {
            if !kept.contains(id.as_str()) {
                left_out.ids.push(id);
                left_out.bytes += bytes.unsigned_abs();
            }
        }
        Ok(left_out)
    }
}
