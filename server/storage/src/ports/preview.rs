//! Reads for the preview of a feed.

use super::inventory::ItemRow;
use super::{Result, SqlStore, inventory, read_all};
use crate::query::query;
use async_trait::async_trait;
use domain::AccountId;
use service::inventory::StoredItem;
use service::store::{FeedPreviewStore, ItemsLeftOut, REMOVED_AT_MOST};
use std::collections::HashSet;

#[async_trait]
impl FeedPreviewStore for SqlStore {
    async fn find_items(&self, account: &AccountId, ids: &[&str]) -> Result<Vec<StoredItem>> {
        let rows: Vec<ItemRow> = inventory::FIND_MANY
            .with(ids, |row, id| {
                row.bind(account.as_str()).bind(*id);
            })
            .fetch_all(self.listings("finding the items that a feed changes"))
            .await?;
        read_all(rows)
    }

    async fn items_left_out(
        &self,
        account: &AccountId,
        kept: &HashSet<&str>,
    ) -> Result<ItemsLeftOut> {
        // At most `kept.len()` of these are kept, so this suffices to find one more than a feed may
        // remove.
        let most = kept.len() + REMOVED_AT_MOST + 1;
        let sizes: Vec<(String, i64)> = query(inventory::SIZES)
            .bind(account.as_str())
            .bind(i64::try_from(most).unwrap_or(i64::MAX))
            .fetch_all(self.listings("finding the items that a full feed leaves out"))
            .await?;
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
