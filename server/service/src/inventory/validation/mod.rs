//! Validation of the items of a feed, and the report about those that are refused or skipped.

mod refusal;

pub use refusal::FeedRefusal;

use super::{Currency, EntryCode, EntryError, Item, ItemDraft, ItemId, MAX_ID_CHARS, Position};
use crate::entry::EntryReason;
use crate::store::AllowedRemovals;
use std::collections::HashMap;

/// Errors reported for one item, and for a feed that is refused as a whole.
const MAX_ERRORS: usize = 100;
/// Errors reported for all items that a feed skips. Beyond these, items are only counted.
const MAX_SKIPPED_ERRORS: usize = 1_000;

/// Treatment of the items and fields that a feed does not contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FeedMode {
    /// Items that the feed leaves out are kept.
    #[default]
    Merge,
    /// The feed is the whole inventory: items that it leaves out are removed, within the limit that
    /// its sender allows.
    Replace(AllowedRemovals),
    /// Items that the feed leaves out are kept, and so are the fields that it leaves out. No item
    /// is created.
    Update,
}

/// The treatment of a feed with faulty items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// The whole feed is refused.
    #[default]
    Reject,
    /// The faulty items are skipped.
    Skip,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FeedOptions {
    pub mode: FeedMode,
    pub on_error: OnError,
}

/// A feed whose items were all checked. Only [`check_feed`] and [`check_entries`] create one.
#[derive(Debug)]
pub struct CheckedFeed {
    pub(super) received: usize,
    pub(super) items: Vec<Item>,
    /// The partial updates of a feed with `mode=update`, which has no items.
    pub(super) updates: Vec<ItemUpdate>,
    pub(super) on_error: OnError,
    /// Currency of prices that are sent without one.
    pub(super) currency: Currency,
    pub(super) skipped: Skipped,
}

/// Partial update of one stored item, as an entry of a feed.
#[derive(Debug)]
pub(super) struct ItemUpdate {
    /// Index of the entry in the feed, from 0.
    pub(super) index: usize,
    pub(super) id: ItemId,
    pub(super) draft: ItemDraft,
}

/// The items that a feed skips.
#[derive(Debug, Clone, Default)]
pub struct Skipped {
    /// The first skipped items, with at most 1,000 errors in all.
    pub listed: Vec<RejectedItem>,
    /// Number of skipped items, including those that are not listed.
    pub count: usize,
    /// Number of errors of the listed items.
    reported: usize,
    /// The ids of all skipped items, as far as a stored item can have them.
    pub(super) ids: Vec<String>,
}

/// An item that was skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedItem {
    /// Index of the item in the feed, from 0.
    pub index: usize,
    pub position: Position,
    /// `None` if the item has no id, or a longer one than any stored item can have.
    pub id: Option<String>,
    /// The errors, with pointers relative to the list of items, such as `/3/price`.
    pub errors: Vec<EntryError>,
}

impl ItemDraft {
    /// Returns the id of the item that the draft changes, checked by the rules for item ids.
    ///
    /// # Errors
    /// Everything that is wrong with the id and with the form of the other fields.
    fn checked_id(&self, default: Currency) -> Result<ItemId, Vec<EntryError>> {
        let probe = Self {
            id: self.id.clone(),
            name: Some("-".to_owned()),
            errors: self.errors.clone(),
            ..Self::default()
        };
        probe.check_known(default).map(|item| item.id)
    }
}

impl CheckedFeed {
    /// Returns the valid items.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Returns the ids of the stored items that a feed with `mode=update` changes.
    pub(super) fn update_ids(&self) -> Vec<String> {
        let ids = self.updates.iter();
        ids.map(|update| update.id.as_str().to_owned()).collect()
    }

    pub const fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    /// Returns the same feed, which is refused if an item that it changes turns out to be faulty or
    /// missing.
    #[must_use]
    pub fn reject_on_error(mut self) -> Self {
        self.on_error = OnError::Reject;
        self
    }
}

impl Skipped {
    /// Returns the errors of the listed items.
    pub fn errors(&self) -> Vec<EntryError> {
        let listed = self.listed.iter();
        listed.flat_map(|item| item.errors.clone()).collect()
    }

    /// Returns the errors with which a whole feed is refused.
    pub fn into_errors(self) -> Vec<EntryError> {
        let listed = self.listed.into_iter();
        let mut errors: Vec<_> = listed.flat_map(|item| item.errors).collect();
        errors.truncate(MAX_ERRORS);
        errors
    }

    pub(super) fn add(
        &mut self,
        index: usize,
        position: Position,
        id: Option<String>,
        mut errors: Vec<EntryError>,
    ) {
        self.count += 1;
        self.ids.extend(id.clone());
        errors.truncate(MAX_ERRORS.min(MAX_SKIPPED_ERRORS - self.reported));
        self.reported += errors.len();
        if errors.is_empty() {
            return;
        }
        let errors = locate(errors, index, position, id.as_deref());
        self.listed.push(RejectedItem {
            index,
            position,
            id,
            errors,
        });
    }
}

/// Returns the errors of the item at `index`, each with everything by which the sender finds the
/// item.
fn locate(
    errors: Vec<EntryError>,
    index: usize,
    position: Position,
    id: Option<&str>,
) -> Vec<EntryError> {
    let parent = format!("/{index}");
    let located = errors.into_iter().map(|error| EntryError {
        id: id.map(str::to_owned),
        ..error.with_parent(&parent).at(position)
    });
    located.collect()
}

/// Checks the items of a feed, for an account in which prices without a currency are in `currency`.
/// This may take a good part of a second of processor time, so it is never done on a thread that
/// answers other requests.
///
/// # Errors
/// All errors, up to 100 of them, if no item may be skipped or no item is valid; or if the feed
/// replaces the inventory and has items to skip whose ids cannot be read, the errors of these
/// items.
pub fn check_feed(
    drafts: Vec<ItemDraft>,
    options: FeedOptions,
    currency: Currency,
) -> Result<CheckedFeed, Vec<EntryError>> {
    check_entries(drafts, options, currency).map_err(FeedRefusal::into_errors)
}

/// Checks the items of a feed as [`check_feed`] does, and counts the faulty ones of a feed that is
/// refused. The count is exact if faulty items are skipped.
///
/// # Errors
/// See [`FeedRefusal`].
pub fn check_entries(
    drafts: Vec<ItemDraft>,
    options: FeedOptions,
    currency: Currency,
) -> Result<CheckedFeed, FeedRefusal> {
    let FeedOptions { mode, on_error } = options;
    let mut feed = CheckedFeed {
        received: drafts.len(),
        items: Vec::new(),
        updates: Vec::new(),
        on_error,
        currency,
        skipped: Skipped::default(),
    };
    let mut positions: HashMap<String, (usize, Position)> = HashMap::new();
    let mut unreadable = Vec::new();
    for (index, mut draft) in drafts.into_iter().enumerate() {
        // Ids are compared without blanks around them.
        draft.trim();
        let (id, position) = (draft.id.clone(), draft.position);
        // Such as an item with two ids.
        let has_id = id.is_some() && !draft.errors.iter().any(|error| error.pointer == "/id");
        if let Some(id) = &id {
            if let Some((first, at)) = positions.get(id) {
                let reason = EntryReason::DuplicateId {
                    first: *first,
                    line: at.line,
                };
                let duplicate = EntryError::new("/id", EntryCode::Duplicate, reason);
                draft.errors.push(duplicate);
            } else {
                positions.insert(id.clone(), (index, position));
            }
        }
        let result = if mode == FeedMode::Update {
            draft.checked_id(currency).map(|id| {
                let update = ItemUpdate { index, id, draft };
                feed.updates.push(update);
            })
        } else {
            draft.check(currency).map(|item| feed.items.push(item))
        };
        match result {
            Ok(()) => {}
            Err(errors) => {
                if !(has_id && has_intended_id(&errors)) && unreadable.len() < MAX_ERRORS {
                    unreadable.extend(locate(errors.clone(), index, position, None));
                }
                let id = id.filter(|id| id.chars().count() <= MAX_ID_CHARS);
                feed.skipped.add(index, position, id, errors);
            }
        }
        if on_error == OnError::Reject && feed.skipped.reported >= MAX_ERRORS {
            break;
        }
    }
    let has_valid = !feed.items.is_empty() || !feed.updates.is_empty();
    let skips = on_error == OnError::Skip && has_valid;
    if skips && matches!(mode, FeedMode::Replace(_)) && !unreadable.is_empty() {
        return Err(FeedRefusal::UnreadableIds {
            unreadable,
            skipped: feed.skipped,
        });
    }
    if feed.skipped.count == 0 || skips {
        return Ok(feed);
    }
    Err(FeedRefusal::Faulty(feed.skipped))
}

/// Whether an item with these errors has the id that its sender intended, and not one that a
/// spreadsheet shortened or that contains an invisible character. An id that another item of the
/// feed has as well counts as intended.
fn has_intended_id(errors: &[EntryError]) -> bool {
    let faulty = |error: &EntryError| error.pointer == "/id" && error.code != EntryCode::Duplicate;
    !errors.iter().any(faulty)
}

#[cfg(test)]
mod tests;
