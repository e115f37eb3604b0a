//! Changing some fields of stored items, while the others stay.

use super::{CheckedFeed, Currency, Item, ItemDraft, ItemId, OnError, Skipped, StoredItem};
use crate::entry::{EntryCode, EntryError};
use crate::store::{AuditEvent, FeedBasis, ItemUpdates, UpsertCounts};

/// The beginning of an attribute's name among the cleared fields.
const ATTRIBUTE: &str = "attributes.";

const UNKNOWN: &str = "There is no item with this id, and an update creates none. Add the item first, with all its fields.";

impl ItemDraft {
    /// The stored item as it will be once this draft has changed it: fields that the draft has neither set nor cleared stay
    /// (RFC 7396).
    pub(crate) fn over(mut self, stored: &Item) -> Self {
        let cleared = std::mem::take(&mut self.cleared);
        let clears = |field: &str| cleared.iter().any(|name| name == field);
        let text = |field: &str, new: Option<String>, old: Option<&str>| {
            let old = old.filter(|_| !clears(field)).map(str::to_owned);
            new.or(old)
        };
        let mut attributes = stored.attributes.clone();
        if clears("attributes") {
            attributes.clear();
        }
        for name in cleared
            .iter()
            .filter_map(|name| name.strip_prefix(ATTRIBUTE))
        {
            attributes.remove(name);
        }
        attributes.append(&mut self.attributes);
        let price = stored.price.map(|price| price.to_string());
        let currency = stored.currency.map(Currency::code);
        let description = stored.description.as_deref();
        let available = (!clears("available")).then_some(stored.available);
        Self {
            id: Some(stored.id.as_str().to_owned()),
            name: text("name", self.name, Some(&stored.name)),
            category: text("category", self.category, stored.category.as_deref()),
            price: text("price", self.price, price.as_deref()),
            currency: text("currency", self.currency, currency),
            description: text("description", self.description, description),
            url: text("url", self.url, stored.url.as_deref()),
            image_url: text("image_url", self.image_url, stored.image_url.as_deref()),
            available: self.available.or(available),
            attributes,
            cleared: Vec::new(),
            errors: self.errors,
            position: self.position,
        }
    }

    /// The changed item, under the id that it has. Its account's prices are in `default` if they have no currency of their own.
    ///
    /// # Errors
    /// Everything that is wrong with it, as with an item that is sent whole.
    pub(crate) fn change(self, stored: &Item, default: Currency) -> Result<Item, Vec<EntryError>> {
        let mut item = self.over(stored).check(default)?;
        item.id = stored.id.clone();
        Ok(item)
    }

    /// The id that the draft is about, by the rules for the ids of items.
    ///
    /// # Errors
    /// Everything that is wrong with it and with the form of the other fields.
    pub(super) fn checked_id(&self, default: Currency) -> Result<ItemId, Vec<EntryError>> {
        let probe = Self {
            id: self.id.clone(),
            name: Some("-".to_owned()),
            errors: self.errors.clone(),
            ..Self::default()
        };
        probe.check(default).map(|item| item.id)
    }
}

/// Fields of one stored item that a feed changes.
#[derive(Debug)]
pub(super) struct ItemUpdate {
    /// Its place in the feed, from 0.
    pub(super) index: usize,
    pub(super) id: ItemId,
    pub(super) draft: ItemDraft,
}

/// A feed that changes stored items, while it is carried out or tried.
pub(super) struct Updates<'a> {
    entries: &'a [ItemUpdate],
    currency: Currency,
    on_error: OnError,
    skipped: Skipped,
    good: usize,
    /// The stored items so far.
    basis: FeedBasis,
}

/// Why a feed that changes stored items was not finished.
#[derive(Debug)]
pub(super) enum Unfinished {
    /// These items are at fault, and no item may be skipped or none is good.
    Rejected(Skipped),
    /// The stored items are not those that were confirmed.
    BasisChanged,
}

impl<'a> Updates<'a> {
    pub(super) fn new(feed: &'a CheckedFeed) -> Self {
        Self {
            entries: &feed.updates,
            currency: feed.currency,
            on_error: feed.on_error,
            skipped: feed.skipped.clone(),
            good: 0,
            basis: FeedBasis::default(),
        }
    }

    /// Returns the stored items that the feed was compared with.
    pub(super) fn take_basis(&mut self) -> FeedBasis {
        std::mem::take(&mut self.basis)
    }

    /// The item at this place of the feed as it shall be stored, or `None` if it is skipped.
    pub(super) fn change(&mut self, place: usize, stored: Option<&StoredItem>) -> Option<Item> {
        let ItemUpdate { index, id, draft } = self.entries.get(place)?;
        let changed = match stored {
            Some(stored) => {
                self.basis.add(stored);
                draft.clone().change(&stored.item, self.currency)
            }
            None => Err(vec![EntryError::new("/id", EntryCode::NotFound, UNKNOWN)]),
        };
        match changed {
            Ok(item) => {
                self.good += 1;
                Some(item)
            }
            Err(errors) => {
                let id = Some(id.as_str().to_owned());
                self.skipped.add(*index, draft.position, id, errors);
                None
            }
        }
    }

    /// The items that were skipped, in the order of the feed.
    ///
    /// # Errors
    /// The items at fault, if no item may be skipped or none is good.
    pub(super) fn finish(&mut self) -> Result<&Skipped, Skipped> {
        self.skipped.listed.sort_by_key(|item| item.index);
        let is_refused =
            self.skipped.count > 0 && (self.on_error == OnError::Reject || self.good == 0);
        if is_refused {
            Err(std::mem::take(&mut self.skipped))
        } else {
            Ok(&self.skipped)
        }
    }
}

/// [`Updates`] in the transaction that stores them.
pub(super) struct UpdateFeed<'a> {
    pub(super) updates: Updates<'a>,
    /// The stored items that were confirmed, if they were.
    pub(super) basis: Option<&'a FeedBasis>,
    pub(super) event: &'a (dyn Fn(UpsertCounts, &Skipped) -> AuditEvent + Send + Sync),
    /// The skipped items once all is stored, or why nothing is.
    pub(super) finished: Result<Skipped, Unfinished>,
}

impl ItemUpdates for UpdateFeed<'_> {
    fn change(&mut self, place: usize, stored: Option<&StoredItem>) -> Option<Item> {
        self.updates.change(place, stored)
    }

    fn event(&mut self, counts: UpsertCounts) -> Option<AuditEvent> {
        let is_outdated = self.basis.is_some_and(|basis| *basis != self.updates.basis);
        self.finished = if is_outdated {
            Err(Unfinished::BasisChanged)
        } else {
            let finished = self.updates.finish().cloned();
            finished.map_err(Unfinished::Rejected)
        };
        let skipped = self.finished.as_ref().ok()?;
        Some((self.event)(counts, skipped))
    }
}

#[cfg(test)]
mod tests;
