//! Reads for the preview of a feed: which items it would change or leave out.

use super::Result;
use crate::item::StoredItem;
use async_trait::async_trait;
use domain::AccountId;
use std::collections::HashSet;
use std::ops::RangeInclusive;

/// Allowed number of ids in one call of [`FeedPreviewStore::find_items`].
pub const ID_BATCH_SIZE: RangeInclusive<usize> = 1..=256;

/// The stored items that a feed leaves out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OmittedItems {
    pub ids: Vec<String>,
    /// Bytes of their texts in UTF-8, as quotas count them.
    pub bytes: u64,
}

#[async_trait]
pub trait FeedPreviewStore: Send + Sync + 'static {
    /// Returns the stored items with these ids, of which there are [`ID_BATCH_SIZE`].
    async fn find_items(&self, account: &AccountId, ids: &[&str]) -> Result<Vec<StoredItem>>;

    /// Returns the stored items whose ids are not in `retained`, in the order of their ids: all of
    /// them, or the first ones, but then more than [`MAX_REMOVED_ITEMS`](super::MAX_REMOVED_ITEMS).
    async fn omitted_items(
        &self,
        account: &AccountId,
        retained: &HashSet<&str>,
    ) -> Result<OmittedItems>;
}
