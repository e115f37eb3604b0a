//! Partial updates: changing some fields of stored items while the others keep their values.

use super::validation::ItemUpdate;
use super::{CheckedFeed, Currency, Item, ItemDraft, OnError, Skipped, StoredItem};
use crate::entry::{EntryCode, EntryError, EntryReason};
use crate::store::{AuditEvent, FeedBasis, ItemUpdates, UpsertCounts};

/// Prefix of an attribute's name among the cleared fields.
const ATTRIBUTE: &str = "attributes.";

impl ItemDraft {
    /// Applies this draft to the stored item: fields that the draft has neither set nor cleared
    /// keep their values (RFC 7396).
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
        let description = stored.description.as_deref();
        let available = (!clears("available")).then_some(stored.available);
        Self {
            id: Some(stored.id.as_str().to_owned()),
            name: text("name", self.name, Some(&stored.name)),
            category: text("category", self.category, stored.category.as_deref()),
            price: text("price", self.price, price.as_deref()),
            currency: text("currency", self.currency, Some(stored.currency.code())),
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

    /// Returns the changed item, under the id that is already stored.
    ///
    /// A price without a currency is in `default`, the currency of the account.
    ///
    /// # Errors
    /// Everything that is wrong with the item, as for an item that is sent whole.
    pub(crate) fn change(self, stored: &Item, default: Currency) -> Result<Item, Vec<EntryError>> {
        let mut item = self.over(stored).check_known(default)?;
        item.id = stored.id.clone();
        Ok(item)
    }
}

/// Progress of a feed of partial updates, during a dry run or while the feed is applied.
pub(super) struct Updates<'a> {
    entries: &'a [ItemUpdate],
    currency: Currency,
    on_error: OnError,
    skipped: Skipped,
    good: usize,
    /// The stored items that were read so far.
    basis: FeedBasis,
}

/// The reason why a feed of partial updates was not applied.
#[derive(Debug)]
pub(super) enum UpdateFailure {
    /// These items have errors, and either the feed may not skip items or no item is valid.
    Rejected(Skipped),
    /// The stored items have changed since the member confirmed the preview.
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

    /// Returns the item at index `place` of the feed as it is to be stored, or `None` if it is
    /// skipped.
    pub(super) fn change(&mut self, place: usize, stored: Option<&StoredItem>) -> Option<Item> {
        let ItemUpdate { index, id, draft } = self.entries.get(place)?;
        let changed = if let Some(stored) = stored {
            self.basis.add(stored);
            draft.clone().change(&stored.item, self.currency)
        } else {
            let reason = EntryReason::NoSuchItem;
            Err(vec![EntryError::new("/id", EntryCode::NotFound, reason)])
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

    /// Returns the items that were skipped, in the order of the feed.
    ///
    /// # Errors
    /// The items with errors, if the feed may not skip items or no item is valid.
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
    /// State of the stored items that a member confirmed, if the feed was previewed.
    pub(super) basis: Option<&'a FeedBasis>,
    pub(super) event: &'a (dyn Fn(UpsertCounts, &Skipped) -> AuditEvent + Send + Sync),
    /// The skipped items once the feed is stored, or the reason why it is not.
    pub(super) finished: Result<Skipped, UpdateFailure>,
}

impl ItemUpdates for UpdateFeed<'_> {
    fn change(&mut self, place: usize, stored: Option<&StoredItem>) -> Option<Item> {
        self.updates.change(place, stored)
    }

    fn event(&mut self, counts: UpsertCounts) -> Option<AuditEvent> {
        let is_outdated = self.basis.is_some_and(|basis| *basis != self.updates.basis);
        self.finished = if is_outdated {
            Err(UpdateFailure::BasisChanged)
        } else {
            let finished = self.updates.finish().cloned();
            finished.map_err(UpdateFailure::Rejected)
        };
        let skipped = self.finished.as_ref().ok()?;
        Some((self.event)(counts, skipped))
    }
}

#[cfg(test)]
mod tests;
