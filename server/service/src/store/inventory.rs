//! Inventory of an account.

use super::{
    Actor, AuditEvent, FeedConditions, ItemEdit, ItemUpdates, Page, Result, UpsertCounts,
    UpsertOutcome,
};
use crate::entry::EntryError;
use crate::item::{Condition, Item, ItemFilter, StoredItem};
use async_trait::async_trait;
use domain::{AccountId, Timestamp};

/// The outcome of creating or replacing one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PutItemOutcome {
    Created(Box<StoredItem>),
    /// The item was replaced, or it was equal already and was left unchanged.
    Updated(Box<StoredItem>),
    ConditionFailed,
}

/// The outcome of changing one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditItemOutcome {
    /// The item was changed, or it was in this state already.
    Updated(Box<StoredItem>),
    Missing,
    ConditionFailed,
    /// The changed item cannot be stored.
    Rejected(Vec<EntryError>),
}

/// The outcome of removing one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeleteItemOutcome {
    Removed,
    Missing,
    ConditionFailed,
}

/// Inventory of an account.
#[async_trait]
pub trait InventoryStore: Send + Sync + 'static {
    /// Creates or replaces items, all or nothing.
    ///
    /// A stored item with equal fields is left unchanged and keeps its `updated_at`. If
    /// `terms.removals` is set, every stored item that it does not keep is removed, up to
    /// [`MAX_REMOVED_ITEMS`](super::MAX_REMOVED_ITEMS); if there are more of them, or if a
    /// [`LargeRemoval`](super::LargeRemoval) is not allowed, nothing is changed. If `terms.basis`
    /// is set and the stored items differ from it, nothing is changed either.
    ///
    /// `event` is called once the counts are known, and nothing is recorded if nothing changed.
    /// Accounts take turns with their feeds, and so do the senders of one account.
    async fn upsert_items(
        &self,
        account: &AccountId,
        sender: &Actor,
        items: &[Item],
        terms: FeedConditions<'_>,
        now: Timestamp,
        event: &(dyn Fn(UpsertCounts) -> AuditEvent + Send + Sync),
    ) -> Result<UpsertOutcome>;

    /// Creates or replaces one item if the stored item matches `condition`. No event is recorded if
    /// nothing changed.
    async fn put_item(
        &self,
        account: &AccountId,
        item: &Item,
        condition: &Condition,
        now: Timestamp,
        event: AuditEvent,
    ) -> Result<PutItemOutcome>;

    /// Changes stored items, all or nothing. `ids` contains each id once. No event is recorded if
    /// nothing changed.
    async fn update_items(
        &self,
        account: &AccountId,
        sender: &Actor,
        ids: &[String],
        updates: &mut dyn ItemUpdates,
        now: Timestamp,
    ) -> Result<UpsertOutcome>;

    /// Changes one item. No event is recorded if the item stays the same.
    async fn edit_item(&self, account: &AccountId, edit: ItemEdit<'_>) -> Result<EditItemOutcome>;

    /// Returns up to `limit` items with an id greater than `after` and not greater than `until`, in
    /// the byte order of their ids, and not more than fit into [`PAGE_BYTES`](super::PAGE_BYTES).
    async fn list_items(
        &self,
        account: &AccountId,
        filter: &ItemFilter,
        after: Option<&str>,
        until: Option<&str>,
        limit: u32,
    ) -> Result<Page<StoredItem>>;

    /// Counts the items with an id greater than `after` and not greater than `until`.
    async fn count_items(
        &self,
        account: &AccountId,
        filter: &ItemFilter,
        after: Option<&str>,
        until: Option<&str>,
    ) -> Result<u64>;

    /// Returns the id of the last of `rows` items after the id `after`, or `None` if no item
    /// follows them.
    async fn items_end(
        &self,
        account: &AccountId,
        after: Option<&str>,
        rows: u32,
    ) -> Result<Option<String>>;

    async fn find_item(&self, account: &AccountId, id: &str) -> Result<Option<StoredItem>>;

    /// Removes one item if it matches `condition`. No event is recorded if nothing was removed.
    async fn delete_item(
        &self,
        account: &AccountId,
        id: &str,
        condition: &Condition,
        event: AuditEvent,
    ) -> Result<DeleteItemOutcome>;
}
