//! The sellers' items: what one is, and how integrations push and read them.

mod check;
mod feed;
mod item;
mod operations;

pub use crate::entry::{EntryCode, EntryError};
pub use check::{ItemDraft, MAX_ID_CHARS};
pub use feed::{FeedMode, FeedOptions, FeedReport, OnError, RejectedItem, check_feed};
pub use item::{Condition, Currency, Item, ItemFilter, ItemId, Price, StoredItem, Version};
pub use operations::{ItemsPage, PutOutcome};
