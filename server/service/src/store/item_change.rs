//! The changes of items, in an order that a client can follow.
//!
//! # Definitions
//! Each account has a counter (`last_change`). A *change* is a transaction that creates, changes or
//! removes items of the account; it takes the next number, and all its items have that number. A
//! *removal* is what is left of an item that was removed: its id, number and time. An item that
//! comes back is an item again, and has no removal.
//!
//! # Invariant
//! If a reader sees number *n* as the last one, it sees all changes up to *n*, and every later
//! change has a greater number. Changes of one account's items are serialised (by SQLite's writer,
//! or by the account's lock for feeds in PostgreSQL), and each takes its number in its own
//! transaction, before it removes anything.
//!
//! # Steps of a reader
//! 1. It reads the last number, *n*.
//! 2. It reads items and removals after its place, in the order of (number, id), up to *n*. They
//!    are two statements. An entry that leaves this range in between has been changed again, so it
//!    has a number above *n* and is read later.
//! 3. If it got everything, its next place is the beginning of *n* + 1, else the last entry that it
//!    got.
//! 4. It reads last which removals are forgotten, so that a removal that was forgotten during step
//!    2 counts.
//!
//! # Expiry of places
//! Removals are kept for [`REMOVAL_RETENTION_SECONDS`], and at most the latest [`MAX_REMOVALS`] of
//! an account. When some are forgotten, the greatest of their numbers is recorded. A place before
//! that number is *expired*: its reader may hold items that were removed. A reader that began
//! without a place holds none, so what was forgotten before it began does not matter to it
//! ([`ItemCursor::base`]).

use super::{Page, Result};
use crate::item::StoredItem;
use async_trait::async_trait;
use domain::{AccountId, Timestamp, seconds};

/// How long a removal is listed, in seconds.
pub const REMOVAL_RETENTION_SECONDS: i64 = 30 * seconds::DAY;

/// Maximum number of removals of one account that are listed.
pub const MAX_REMOVALS: u32 = 100_000;

/// Cursor in the changes of an account's items: right after the entry with this number and id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemCursor {
    /// The last change when the reader began. Until its place is past this number, it skips
    /// removals up to it.
    pub base: u64,
    pub number: u64,
    /// Empty for the place before all entries with this number.
    pub id: String,
}

impl ItemCursor {
    /// Returns the place before the first item, for a reader that begins when `last` is the last
    /// change.
    pub const fn first(last: u64) -> Self {
        Self {
            base: last,
            number: 0,
            id: String::new(),
        }
    }

    /// Returns the place after the change `last`.
    pub const fn end(last: u64) -> Self {
        Self {
            base: 0,
            number: last + 1,
            id: String::new(),
        }
    }

    /// Returns the place of the same reader after the entry with this number and id.
    #[must_use]
    pub fn after(&self, number: u64, id: &str) -> Self {
        Self {
            base: if number > self.base { 0 } else { self.base },
            number,
            id: id.to_owned(),
        }
    }

    /// Returns the place in the list of removals from which the reader continues.
    pub(crate) fn removal_cursor(&self) -> Self {
        if self.number > self.base {
            self.clone()
        } else {
            Self::end(self.base)
        }
    }

    /// Returns whether the reader may have missed a removal.
    pub(crate) fn is_expired(&self, feed: ItemFeed) -> bool {
        let first = self.removal_cursor().number;
        // A number above the last one was given by a database that has since been replaced, for
        // example by a backup.
        first <= feed.forgotten || self.number > feed.last_change + 1
    }
}

/// The changes of an account's items as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ItemFeed {
    /// The number of the last change; 0 before the first.
    pub last_change: u64,
    /// The greatest number of the removals that have been forgotten; 0 if every removal is still
    /// listed.
    pub forgotten: u64,
}

/// An item that was removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedItem {
    pub id: String,
    pub at: Timestamp,
}

/// The changes of items.
#[async_trait]
pub trait ItemChangeStore: Send + Sync + 'static {
    async fn item_feed(&self, account: &AccountId) -> Result<ItemFeed>;

    /// Returns up to `limit` items after the place, with numbers up to `until`, in the order of
    /// number and id, and no more of them than [`PAGE_BYTES`](super::PAGE_BYTES) hold.
    async fn changed_items(
        &self,
        account: &AccountId,
        after: &ItemCursor,
        until: u64,
        limit: u32,
    ) -> Result<Page<(u64, StoredItem)>>;

    /// Returns up to `limit` removals after the place, with numbers up to `until`, in the order of
    /// number and id.
    async fn removed_items(
        &self,
        account: &AccountId,
        after: &ItemCursor,
        until: u64,
        limit: u32,
    ) -> Result<Page<(u64, RemovedItem)>>;

    /// Forgets up to `limit` removals of one account from `expired` or before, and returns how
    /// many.
    async fn forget_removed_items(&self, expired: Timestamp, limit: u32) -> Result<u64>;
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEED: ItemFeed = ItemFeed {
        last_change: 20,
        forgotten: 10,
    };

    #[test]
    fn place_expires_when_a_removal_after_it_is_forgotten() {
        let place = |number| ItemCursor::end(0).after(number, "a");
        assert!(place(9).is_expired(FEED));
        assert!(
            place(10).is_expired(FEED),
            "others of this change may follow"
        );
        assert!(!place(11).is_expired(FEED));
        assert!(!ItemCursor::end(10).is_expired(FEED));
        assert!(!ItemCursor::end(20).is_expired(FEED));
        assert!(ItemCursor::end(21).is_expired(FEED), "never given");
    }

    #[test]
    fn new_reader_does_not_need_removals_forgotten_before_it_began() {
        let first = ItemCursor::first(20);
        assert!(!first.is_expired(FEED));
        assert_eq!(first.removal_cursor(), ItemCursor::end(20));
        let early = first.after(3, "a");
        assert!(!early.is_expired(FEED));
        assert_eq!(early.removal_cursor(), ItemCursor::end(20));
        let later = ItemFeed {
            last_change: 30,
            forgotten: 21,
        };
        assert!(early.is_expired(later));
        let late = early.after(22, "a");
        assert_eq!((late.base, late.removal_cursor()), (0, late.clone()));
        assert!(!late.is_expired(later));
    }
}
