//! Changes that a feed makes to the stored items, and the limits of a feed.

use super::{Actor, AuditEvent};
use crate::entry::EntryError;
use crate::item::{Condition, Item, StoredItem, Version};
use crate::refusal::Refusal;
use domain::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Most items that one feed may remove.
///
/// SQLite has one writer for all accounts, and a feed occupies it until the feed is stored. So this
/// limit bounds how long a revocation waits for a feed. A feed contains at most 5,000 items.
pub const MAX_REMOVED_ITEMS: usize = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UpsertCounts {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
    pub removed: u64,
}

/// The outcome of storing a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpsertOutcome {
    Stored(UpsertCounts),
    /// The feed would have removed more items than [`MAX_REMOVED_ITEMS`]; nothing was changed.
    RemovesTooMany,
    /// The feed would have removed a large part of the items, and its sender has not allowed so
    /// many; nothing was changed.
    RemovalNotAllowed(LargeRemoval),
    /// The stored items are not those of the [`FeedBasis`]; nothing was changed.
    BasisChanged,
    /// [`ItemUpdates::event`] refused the feed; nothing was changed.
    Refused,
    /// The items to be changed contain more than [`MAX_UPDATED_BYTES`]; nothing was changed.
    ChangesTooMuch,
}

/// Most bytes of text in the stored items that one feed of partial updates may change, which is as
/// many as a feed may contain.
///
/// The limit bounds how long the feed occupies the writer.
pub const MAX_UPDATED_BYTES: u64 = 16 * 1024 * 1024;

/// A change of one stored item.
#[derive(Clone, Copy)]
pub struct ItemEdit<'a> {
    pub id: &'a str,
    pub sender: &'a Actor,
    /// The item is changed only if it matches this condition.
    pub condition: &'a Condition,
    pub now: Timestamp,
    pub change: &'a ItemChanger<'a>,
    /// Creates the audit event from the item as it is stored after the change.
    pub event: &'a (dyn Fn(&StoredItem) -> AuditEvent + Send + Sync),
}

/// Returns the item that is to be stored, or the reasons why the change is invalid.
pub type ItemChanger<'a> = dyn Fn(&StoredItem) -> Result<Item, Vec<EntryError>> + Send + Sync + 'a;

/// Changes of stored items, made one after the other in one transaction.
pub trait ItemUpdates: Send {
    /// Returns the item at index `position` of the list of ids as it is to be stored, or `None` to
    /// leave it unchanged.
    fn change(&mut self, position: usize, stored: Option<&StoredItem>) -> Option<Item>;

    /// Returns the audit event of all changes, or `None` to roll the changes back.
    fn event(&mut self, counts: UpsertCounts) -> Option<AuditEvent>;
}

/// The conditions under which a feed is stored, apart from quotas.
#[derive(Debug, Clone, Copy, Default)]
pub struct FeedConditions<'a> {
    pub removals: Option<FeedRemovals<'a>>,
    /// State of the stored items that a member confirmed, if the feed was previewed.
    pub basis: Option<&'a FeedBasis>,
}

impl<'a> From<Option<FeedRemovals<'a>>> for FeedConditions<'a> {
    fn from(removals: Option<FeedRemovals<'a>>) -> Self {
        Self {
            removals,
            basis: None,
        }
    }
}

/// State of the stored items with which a feed was compared. While it is unchanged, the feed has
/// the effects that the preview showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedBasis {
    /// Versions of the stored items that the feed contains, by id.
    pub stored: BTreeMap<String, Version>,
    /// Ids of the items that the feed removes.
    pub removed: BTreeSet<String>,
}

impl FeedBasis {
    /// Adds the stored version of an item that the feed contains.
    pub fn add(&mut self, stored: &StoredItem) {
        let id = stored.item.id.as_str().to_owned();
        self.stored.insert(id, stored.version());
    }
}

/// The items that a feed with the whole inventory removes.
#[derive(Debug, Clone, Copy)]
pub struct FeedRemovals<'a> {
    /// The ids of the items to keep. All others are removed.
    pub retained: &'a HashSet<&'a str>,
    pub allowed: AllowedRemovals,
}

/// The removals that the sender of a feed allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AllowedRemovals {
    /// Any removal that is not large.
    #[default]
    Few,
    /// Any removal that is not large, and a large one of up to this many items.
    LargeUpTo(u64),
    /// A removal of up to this many items, whether it is large or not.
    UpTo(u64),
}

impl From<Option<u64>> for AllowedRemovals {
    fn from(large: Option<u64>) -> Self {
        large.map_or(Self::Few, Self::LargeUpTo)
    }
}

/// A removal that the sender of a feed has to allow.
///
/// It either removes more than half of the items of an account and more than [`FEW`](Self::FEW), as
/// a truncated feed would, or it removes more items than a member confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LargeRemoval {
    /// Number of items that would be removed.
    pub removed: u64,
    /// Number of items in the account before the removal.
    pub stored: u64,
}

impl From<LargeRemoval> for Refusal {
    fn from(LargeRemoval { removed, stored }: LargeRemoval) -> Self {
        Self::RemovalNotAllowed { removed, stored }
    }
}

impl LargeRemoval {
    /// Largest number of items whose removal is never large.
    pub const FEW: u64 = 100;

    /// Returns `None` if the removal is allowed.
    pub fn unless_allowed(removed: u64, stored: u64, allowed: AllowedRemovals) -> Option<Self> {
        let is_large = removed > Self::FEW && removed > stored / 2;
        let is_allowed = match allowed {
            AllowedRemovals::Few => !is_large,
            AllowedRemovals::LargeUpTo(limit) => !is_large || removed <= limit,
            AllowedRemovals::UpTo(limit) => removed <= limit,
        };
        (!is_allowed).then_some(Self { removed, stored })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removal_of_over_100_items_and_over_half_must_be_allowed() {
        let large = |removed, stored, allowed| {
            let allowed = AllowedRemovals::from(allowed);
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
    fn removal_is_refused_if_it_exceeds_the_number_that_the_member_confirmed() {
        let refused = |removed, limit| {
            LargeRemoval::unless_allowed(removed, 10, AllowedRemovals::UpTo(limit)).is_some()
        };
        assert!(!refused(0, 0) && !refused(2, 2) && !refused(1, 2));
        assert!(refused(1, 0) && refused(3, 2));
    }
}
