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
    /// The number of removals that the sender allows. [`LargeRemoval`] needs it.
    pub allowed: Option<u64>,
}

/// A removal of more than half of the items of an account, and of more than [`FEW`](Self::FEW). A feed that was cut off
/// would cause one, so its sender has to allow it.
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

    /// `None` if the removal is small, or allowed.
    pub fn unless_allowed(removed: u64, stored: u64, allowed: Option<u64>) -> Option<Self> {
        let is_large = removed > Self::FEW && removed > stored / 2;
        let is_allowed = allowed.is_some_and(|allowed| removed <= allowed);
        (is_large && !is_allowed).then_some(Self { removed, stored })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removal_of_more_than_half_and_more_than_a_few_has_to_be_allowed() {
        let large = |removed, stored, allowed| {
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
}
