//! The changes that a feed of items makes, and their limits.

use super::{Actor, AuditEvent};
use crate::entry::EntryError;
use crate::inventory::{Condition, Item, StoredItem, Version};
use domain::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Items that one feed may remove at most. SQLite has one writer for all accounts, which a feed holds until it is stored, so
/// this bounds how long a revocation waits for a feed. A feed has at most 5,000 items.
pub const REMOVED_AT_MOST: usize = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UpsertCounts {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub removed: u64,
}

/// The outcome of storing a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upserted {
    Stored(UpsertCounts),
    /// It would have removed more items than [`REMOVED_AT_MOST`]; nothing was changed.
    RemovesTooMany,
    /// It would have removed a large part of the items, and its sender has not allowed so many; nothing was changed.
    RemovalNotAllowed(LargeRemoval),
    /// The stored items are not those of the [`FeedBasis`]; nothing was changed.
    BasisChanged,
    /// [`ItemUpdates::event`] refused it; nothing was changed.
    Refused,
    /// The items that it would have changed hold more than [`UPDATED_BYTES_AT_MOST`]; nothing was changed.
    ChangesTooMuch,
}

/// Bytes of the texts of all stored items that one feed may change some fields of: as many as a feed may hold. It bounds how long
/// the writer is held.
pub const UPDATED_BYTES_AT_MOST: u64 = 16 * 1024 * 1024;

/// A change of one stored item.
#[derive(Clone, Copy)]
pub struct ItemEdit<'a> {
    pub id: &'a str,
    pub sender: &'a Actor,
    /// The item is changed only if this holds of it.
    pub condition: &'a Condition,
    pub now: Timestamp,
    pub change: &'a ItemChanger<'a>,
    /// The audit event, made of the item as it is then.
    pub event: &'a (dyn Fn(&StoredItem) -> AuditEvent + Send + Sync),
}

/// Makes the item that is to be stored, or says why it cannot be.
pub type ItemChanger<'a> = dyn Fn(&StoredItem) -> Result<Item, Vec<EntryError>> + Send + Sync + 'a;

/// Changes of stored items, made one after the other in one transaction.
pub trait ItemUpdates: Send {
    /// Returns the item at this place in the list of ids as it shall be stored, or `None` if it is left as it is.
    fn change(&mut self, place: usize, stored: Option<&StoredItem>) -> Option<Item>;

    /// Returns the audit event of all changes, or `None` if nothing is to be changed after all.
    fn event(&mut self, counts: UpsertCounts) -> Option<AuditEvent>;
}

/// The conditions under which a feed is stored, apart from quotas.
#[derive(Debug, Clone, Copy, Default)]
pub struct FeedTerms<'a> {
    pub left_out: Option<LeftOut<'a>>,
    /// State of the stored items that was confirmed, if it was.
    pub basis: Option<&'a FeedBasis>,
}

impl<'a> From<Option<LeftOut<'a>>> for FeedTerms<'a> {
    fn from(left_out: Option<LeftOut<'a>>) -> Self {
        Self {
            left_out,
            basis: None,
        }
    }
}

/// The state of the stored items with which a feed was compared. The effects of the feed are the same as long as this is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedBasis {
    /// Versions of those items of the feed that are stored, by id.
    pub stored: BTreeMap<String, Version>,
    /// Ids of the items that the feed removes.
    pub removed: BTreeSet<String>,
}

impl FeedBasis {
    /// Adds an item of the feed that is stored.
    pub fn add(&mut self, stored: &StoredItem) {
        let id = stored.item.id.as_str().to_owned();
        self.stored.insert(id, stored.version());
    }
}

/// The items that a feed with the whole inventory removes.
#[derive(Debug, Clone, Copy)]
pub struct LeftOut<'a> {
    /// The ids of items that stay. All others are removed.
    pub kept: &'a HashSet<&'a str>,
    pub allowed: Removals,
}

/// The removals that the sender of a feed allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Removals {
    /// All that are not large.
    #[default]
    Few,
    /// All that are not large, and large ones of up to so many items.
    LargeUpTo(u64),
    /// Those of up to so many items, large or not.
    UpTo(u64),
}

impl From<Option<u64>> for Removals {
    fn from(large: Option<u64>) -> Self {
        large.map_or(Self::Few, Self::LargeUpTo)
    }
}

/// A removal that its sender has to allow: one of more than half of the items of an account, and of more than
/// [`FEW`](Self::FEW), which a feed that was cut off would cause; or one of more items than a member confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LargeRemoval {
    /// Items that would be removed.
    pub removed: u64,
    /// Items of the account before.
    pub stored: u64,
}

impl LargeRemoval {
    /// Removals that are never large.
    pub const FEW: u64 = 100;

    /// `None` if the removal is allowed.
    pub fn unless_allowed(removed: u64, stored: u64, allowed: Removals) -> Option<Self> {
        let is_large = removed > Self::FEW && removed > stored / 2;
        let is_allowed = match allowed {
            Removals::Few => !is_large,
            Removals::LargeUpTo(most) => !is_large || removed <= most,
            Removals::UpTo(most) => removed <= most,
        };
        (!is_allowed).then_some(Self { removed, stored })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removal_of_more_than_half_and_more_than_a_few_has_to_be_allowed() {
        let large = |removed, stored, allowed| {
            let allowed = Removals::from(allowed);
            LargeRemoval::unless_allowed(removed, stored, allowed).is_some()
        };
        assert!(!large(100, 100, None), "a few");
        assert!(!large(101, 202, None), "half");
        assert!(large(101, 201, None));
        assert!(large(101, 101, None));
        assert!(large(101, 101, Some(100)));
        assert!(!large(101, 101, Some(101)));
        assert!(!large(101, 101, Some(u64::MAX)));
    }
    #[test]
    fn a_removal_that_a_member_confirmed_has_at_most_so_many_items() {
        let refused = |removed, most| {
            LargeRemoval::unless_allowed(removed, 10, Removals::UpTo(most)).is_some()
        };
        assert!(!refused(0, 0) && !refused(2, 2) && !refused(1, 2));
        assert!(refused(1, 0) && refused(3, 2));
    }
}
