//! Reasons for which a whole feed is refused.

use super::{MAX_ERRORS, Skipped};
use crate::entry::{EntryCode, EntryError, EntryReason};

/// Reason for which a whole feed is refused.
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
                // An item without the id that its sender intended may be any of the stored ones,
                // which skipping it would remove.
                let reason = EntryReason::UnreadableIds;
                let mut errors = vec![EntryError::new("", EntryCode::Required, reason)];
                errors.extend(unreadable);
                errors.truncate(MAX_ERRORS);
                errors
            }
        }
    }
}
