//! Reading the changes of items. [`crate::store::ItemChangeStore`] defines the protocol.

use super::{Inventory, StoredItem};
use crate::authenticator::KeyCaller;
use crate::error::Error;
use crate::store::{
    ItemChangeStore, ItemCursor, Page, REMOVAL_RETENTION_SECONDS, RemovedItem, StoreError,
};
use domain::{AccountId, Scope};

/// Removals deleted in one transaction, so that other writes do not wait long.
const SWEEP_ROWS: u32 = 1_000;

/// The present state of an item, or the record of a removed one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemState {
    Kept(Box<StoredItem>),
    Removed(RemovedItem),
}

impl ItemState {
    fn id(&self) -> &str {
        match self {
            Self::Kept(stored) => stored.item.id.as_str(),
            Self::Removed(removed) => &removed.id,
        }
    }
}

/// An entry among the changes of items, and the position after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeEntry {
    pub cursor: ItemCursor,
    pub state: ItemState,
}

/// The next changes of items.
#[derive(Debug, Clone)]
pub struct ItemChanges {
    pub changes: Vec<ChangeEntry>,
    /// The position after all of them, at which the reader continues.
    pub next: ItemCursor,
}

impl Inventory {
    /// Returns up to `limit` changes of items after a position, or from the first item on. `None`
    /// if the position has expired.
    ///
    /// # Errors
    /// [`Error::Denied`], and the database's.
    pub async fn changes(
        &self,
        caller: &KeyCaller,
        after: Option<ItemCursor>,
        limit: u32,
    ) -> Result<Option<ItemChanges>, Error> {
        caller.require_scope(Scope::InventoryRead)?;
        Ok(read_changes(&*self.store, caller.account_id(), after, limit).await?)
    }

    /// Deletes the removals that are too old to be listed.
    ///
    /// # Errors
    /// The database's.
    pub async fn sweep_removed(&self) -> Result<(), Error> {
        let expired = self.clock.now().plus_seconds(-REMOVAL_RETENTION_SECONDS);
        while self.store.forget_removed_items(expired, SWEEP_ROWS).await? > 0 {}
        Ok(())
    }
}

/// Reads the next changes by the steps of a reader that the port defines.
///
/// # Errors
/// The database's.
pub async fn read_changes(
    store: &dyn ItemChangeStore,
    account: &AccountId,
    after: Option<ItemCursor>,
    limit: u32,
) -> Result<Option<ItemChanges>, StoreError> {
    let last = store.item_feed(account).await?.last_change;
    let after = after.unwrap_or_else(|| ItemCursor::first(last));
    let items = store.changed_items(account, &after, last, limit).await?;
    let removals = after.removal_cursor();
    let removed = store.removed_items(account, &removals, last, limit).await?;
    // Only now: a removal that was deleted meanwhile is not in the list.
    if after.is_expired(store.item_feed(account).await?) {
        return Ok(None);
    }
    Ok(Some(merge(&after, last, items, removed, limit)))
}

/// Merges both lists in one order, up to the first position at which one of them was cut off.
fn merge(
    after: &ItemCursor,
    last: u64,
    items: Page<(u64, StoredItem)>,
    removed: Page<(u64, RemovedItem)>,
    limit: u32,
) -> ItemChanges {
    let as_present =
        |(number, stored): (u64, StoredItem)| (number, ItemState::Kept(Box::new(stored)));
    let as_removed = |(number, removed)| (number, ItemState::Removed(removed));
    let items = cut_at_end(
        items.entries.into_iter().map(as_present).collect(),
        items.more,
    );
    let removed = cut_at_end(
        removed.entries.into_iter().map(as_removed).collect(),
        removed.more,
    );
    let end = [items.end, removed.end].into_iter().flatten().min();
    let mut merged: Vec<_> = items.entries.into_iter().chain(removed.entries).collect();
    merged.sort_by(|(one, state), (other, another)| (one, state.id()).cmp(&(other, another.id())));
    let total = merged.len();
    merged.retain(|(number, state)| {
        let beyond = |(last, id): &(u64, String)| (*number, state.id()) > (*last, id.as_str());
        !end.as_ref().is_some_and(beyond)
    });
    merged.truncate(limit as usize);
    let more = end.is_some() || merged.len() < total;
    let changes: Vec<_> = merged
        .into_iter()
        .map(|(number, state)| ChangeEntry {
            cursor: after.after(number, state.id()),
            state,
        })
        .collect();
    let next = match changes.last() {
        Some(change) if more => change.cursor.clone(),
        _ => ItemCursor::end(last),
    };
    ItemChanges { changes, next }
}

/// A part of a list.
struct Part {
    entries: Vec<(u64, ItemState)>,
    /// The last entry, if others follow it that were not read.
    end: Option<(u64, String)>,
}

fn cut_at_end(entries: Vec<(u64, ItemState)>, more: bool) -> Part {
    let last = entries.last().filter(|_| more);
    let end = last.map(|(number, state)| (*number, state.id().to_owned()));
    Part { entries, end }
}
