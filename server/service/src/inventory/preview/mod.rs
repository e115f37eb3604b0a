//! Dry runs: the changes that a feed would make, computed without making them.

mod changes;

mod emptied_fields;

pub use changes::{CreatedItem, FieldChange, ItemChange};
pub use emptied_fields::EmptiedFields;

use super::edit::Updates;
use super::feed::{removals, retained_ids};
use super::{CheckedFeed, FeedMode, Item, Skipped, StoredItem};
use crate::authenticator::KeyCaller;
use crate::error::Error;
use crate::inventory::Inventory;
use crate::store::{
    FeedBasis, ID_BATCH_SIZE, LargeRemoval, MAX_REMOVED_ITEMS, MAX_UPDATED_BYTES, OmittedItems,
    OverQuota, UpsertCounts, Usage,
};
use changes::changed_fields;
use domain::{AccountId, Resource, Scope};
use std::collections::{BTreeSet, HashMap};

/// Most created and most updated items that a preview lists.
const MAX_CHANGES: usize = 100;
/// Most removed items that a preview lists.
const MAX_LISTED_REMOVALS: usize = 1_000;
/// Most bytes of text in all listed changes.
const MAX_CHANGES_BYTES: usize = 1024 * 1024;

/// The changes that a feed would make if it were stored now.
#[derive(Debug, Default)]
pub struct FeedPreview {
    pub received: usize,
    pub counts: UpsertCounts,
    /// The first 100 items that would be created, in the order of the feed.
    pub created: Vec<CreatedItem>,
    /// The first 100 items that would be updated, in the order of the feed, with at most 1 MiB of
    /// text in all.
    pub updated: Vec<ItemChange>,
    /// The ids of the first 1,000 items that would be removed, in the order of ids.
    pub removed: Vec<String>,
    /// Stored fields that would become empty because the feed does not have them. It is empty if
    /// the fields of the feed are unknown.
    pub emptied: EmptiedFields,
    pub skipped: Skipped,
    /// The stored items that the feed was compared with.
    pub basis: FeedBasis,
}

/// The outcome of a dry run.
#[derive(Debug)]
pub enum PreviewOutcome {
    WouldStore(FeedPreview),
    /// The feed would be refused: it removes more items than [`MAX_REMOVED_ITEMS`].
    RemovesTooMany,
    /// The feed would be refused: it removes a large part of the items, and its sender has not
    /// allowed that.
    RemovalNotAllowed(LargeRemoval),
    /// The feed would be refused: items that it changes have errors or do not exist.
    Rejected(Skipped),
    /// The feed would be refused: the items that it changes contain more than
    /// [`MAX_UPDATED_BYTES`].
    ChangesTooMuch,
}

impl Inventory {
    /// Previews a feed from an integration. The preview shows stored values, so the key needs the
    /// permission to read them as well.
    ///
    /// # Errors
    /// [`Error::Denied`], [`Error::OverQuota`] if the feed would exceed a quota, and the
    /// errors of the database.
    pub async fn preview(
        &self,
        caller: &KeyCaller,
        feed: CheckedFeed,
        mode: FeedMode,
    ) -> Result<PreviewOutcome, Error> {
        caller.require_scope(Scope::InventoryWrite)?;
        caller.require_scope(Scope::InventoryRead)?;
        self.preview_feed(caller.account_id(), &feed, mode, None)
            .await
    }

    pub(super) async fn preview_feed(
        &self,
        account: &AccountId,
        feed: &CheckedFeed,
        mode: FeedMode,
        fields: Option<&BTreeSet<String>>,
    ) -> Result<PreviewOutcome, Error> {
        if mode == FeedMode::Update {
            return self.preview_updates(account, feed).await;
        }
        let before = self.store.usage(account, self.clock.now()).await?;
        let retained = retained_ids(feed, mode);
        let removed = match removals(&retained, mode) {
            None => OmittedItems::default(),
            Some(removals) => {
                let removed = self.store.omitted_items(account, removals.retained).await?;
                if removed.ids.len() > MAX_REMOVED_ITEMS {
                    return Ok(PreviewOutcome::RemovesTooMany);
                }
                let number = removed.ids.len() as u64;
                let allowed = removals.allowed;
                if let Some(large) = LargeRemoval::unless_allowed(number, before.items, allowed) {
                    return Ok(PreviewOutcome::RemovalNotAllowed(large));
                }
                removed
            }
        };
        let mut preview = FeedPreview {
            received: feed.received,
            ..FeedPreview::default()
        };
        let mut after = Usage {
            item_bytes: before.item_bytes.saturating_sub(removed.bytes),
            ..before
        };
        let mut room = MAX_CHANGES_BYTES;
        // The items are read in batches, so that memory holds only one batch of stored items.
        for items in feed.items.chunks(*ID_BATCH_SIZE.end()) {
            let ids: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
            let stored = self.store.find_items(account, &ids).await?;
            for stored in &stored {
                preview.basis.add(stored);
            }
            let stored: HashMap<&str, &Item> = stored
                .iter()
                .map(|stored| (stored.item.id.as_str(), &stored.item))
                .collect();
            for item in items {
                let stored = stored.get(item.id.as_str()).copied();
                let bytes_before = stored.map_or(0, Item::bytes);
                after.item_bytes = (after.item_bytes + item.bytes()).saturating_sub(bytes_before);
                if let (Some(stored), Some(fields)) = (stored, fields) {
                    preview.emptied.add(stored, item, fields);
                }
                preview.add(stored, item, &mut room);
            }
        }
        let counts = &mut preview.counts;
        counts.removed = removed.ids.len() as u64;
        after.items = (before.items + counts.created).saturating_sub(counts.removed);
        preview.basis.removed = removed.ids.iter().cloned().collect();
        preview.removed = removed.ids;
        preview.removed.truncate(MAX_LISTED_REMOVALS);
        preview.skipped = feed.skipped.clone();
        self.check_items(&before, &after)?;
        Ok(PreviewOutcome::WouldStore(preview))
    }

    async fn preview_updates(
        &self,
        account: &AccountId,
        feed: &CheckedFeed,
    ) -> Result<PreviewOutcome, Error> {
        let before = self.store.usage(account, self.clock.now()).await?;
        let mut after = Usage { ..before };
        let mut preview = FeedPreview {
            received: feed.received,
            ..FeedPreview::default()
        };
        let ids = feed.update_ids();
        let mut updates = Updates::new(feed);
        let (mut room, mut bytes) = (MAX_CHANGES_BYTES, 0);
        let batch_size = *ID_BATCH_SIZE.end();
        for (round, ids) in ids.chunks(batch_size).enumerate() {
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let stored = self.store.find_items(account, &ids).await?;
            let stored: HashMap<&str, &StoredItem> = stored
                .iter()
                .map(|stored| (stored.item.id.as_str(), stored))
                .collect();
            for (position, id) in ids.iter().enumerate() {
                let stored = stored.get(id).copied();
                bytes += stored.map_or(0, |stored| stored.item.bytes());
                let item = updates.change(round * batch_size + position, stored);
                if let (Some(item), Some(stored)) = (item, stored) {
                    after.item_bytes =
                        (after.item_bytes + item.bytes()).saturating_sub(stored.item.bytes());
                    preview.add(Some(&stored.item), &item, &mut room);
                }
            }
            if bytes > MAX_UPDATED_BYTES {
                return Ok(PreviewOutcome::ChangesTooMuch);
            }
        }
        preview.basis = updates.take_basis();
        preview.skipped = match updates.finish() {
            Ok(skipped) => skipped.clone(),
            Err(skipped) => return Ok(PreviewOutcome::Rejected(skipped)),
        };
        self.check_items(&before, &after)?;
        Ok(PreviewOutcome::WouldStore(preview))
    }

    /// Checks the quotas of items as the transaction of a feed does.
    fn check_items(&self, before: &Usage, after: &Usage) -> Result<(), Error> {
        let quotas = self.store.quotas();
        for (resource, before, after) in [
            (Resource::Items, before.items, after.items),
            (Resource::ItemBytes, before.item_bytes, after.item_bytes),
        ] {
            if let Some(limit) = quotas.exceeded(resource, before, after) {
                return Err(Error::OverQuota(OverQuota { resource, limit }));
            }
        }
        Ok(())
    }
}

impl FeedPreview {
    fn add(&mut self, stored: Option<&Item>, item: &Item, room: &mut usize) {
        let Some(stored) = stored else {
            self.counts.created += 1;
            if self.created.len() < MAX_CHANGES {
                self.created.push(CreatedItem::from(item));
            }
            return;
        };
        if stored == item {
            self.counts.unchanged += 1;
            return;
        }
        self.counts.updated += 1;
        if self.updated.len() == MAX_CHANGES || *room == 0 {
            return;
        }
        let change = ItemChange {
            id: item.id.as_str().to_owned(),
            fields: changed_fields(stored, item),
        };
        // The first change that does not fit ends the list, so that the list has no gaps.
        match room.checked_sub(change.bytes()) {
            Some(rest) => {
                *room = rest;
                self.updated.push(change);
            }
            None => *room = 0,
        }
    }
}
