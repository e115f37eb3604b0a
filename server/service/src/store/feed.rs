//! The changes that a feed of items makes, and their limits.

use std::collections::HashSet;

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
