//! Reasons for which nothing of a feed can be taken.

use super::{MAX_ERRORS, Skipped};
use crate::entry::{EntryCode, EntryError};

/// With `mode=replace`, an item without an id that its sender meant could be any of those that are
/// stored. Passing over it would remove that one.
pub(super) const UNREADABLE_IDS: &str = "The IDs of these items cannot be read, so a feed that replaces the inventory might remove \
    them. Nothing was changed. Correct them, or send the feed with mode=merge.";

/// Reason for which nothing of a feed can be taken.
#[derive(Debug)]
pub enum FeedRefusal {
    /// Items are faulty, and no item may be skipped or none is good.
    Faulty(Skipped),
    /// The feed replaces the inventory, and the ids of items that it would skip cannot be read.
    UnreadableIds {
        /// The errors of these items, up to 100.
        unreadable: Vec<EntryError>,
        /// All faulty items.
        skipped: Skipped,
    },
}

impl FeedRefusal {
    /// Returns the errors with which the feed is refused, up to 100.
    pub fn into_errors(self) -> Vec<EntryError> {
        match self {
            Self::Faulty(skipped) => skipped.into_errors(),
            Self::UnreadableIds { unreadable, .. } => {
                let why = EntryError::new("", EntryCode::Required, UNREADABLE_IDS);
                let mut errors = vec![why];
                errors.extend(unreadable);
                errors.truncate(MAX_ERRORS);
                errors
            }
        }
    }
}
