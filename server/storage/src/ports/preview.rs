//! Reads for the preview of a feed.

use super::item_row::ItemRow;
use super::{Result, SqlStore, inventory, read_all};
use crate::query::query;
use async_trait::async_trait;
use domain::AccountId;
use service::inventory::StoredItem;
use service::store::{FeedPreviewStore, MAX_REMOVED_ITEMS, OmittedItems};
use std::collections::HashSet;

#[async_trait]
impl FeedPreviewStore for SqlStore {
    async fn find_items(&self, account: &AccountId, ids: &[&str]) -> Result<Vec<StoredItem>> {
        let rows: Vec<ItemRow> = inventory::FIND_MANY
            .with_rows(ids, |row, id| {
                row.bind(account.as_str()).bind(*id);
            })
            .fetch_all(self.listings("finding the items that a feed changes"))
            .await?;
        read_all(rows)
    }

    async fn omitted_items(
        &self,
        account: &AccountId,
        retained: &HashSet<&str>,
    ) -> Result<OmittedItems> {
        // At most `retained.len()` of these are kept, so this suffices to find one more than a feed
        // may remove.
        let limit = retained.len() + MAX_REMOVED_ITEMS + 1;
        let sizes: Vec<(String, i64)> = query(inventory::SIZES)
            .bind(account.as_str())
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(self.listings("finding the items that a full feed leaves out"))
            .await?;
        let mut removals = OmittedItems::default();
        for (id, bytes) in sizes {
            if !retained.contains(id.as_str()) {
                removals.ids.push(id);
                removals.bytes += bytes.unsigned_abs();
            }
        }
        Ok(removals)
    }
}
