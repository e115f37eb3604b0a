//! The sellers' items: what one is, and how integrations push and read them.

mod changes;
mod check;
mod checked;
mod console;
mod edit;
mod export;
mod feed;
mod import;
mod item;
mod operations;
mod preview;
mod price;

pub use crate::entry::{EntryCode, EntryError, Position};
pub use changes::{ChangeEntry, ItemChanges, ItemState, follow};
pub use check::{ItemDraft, MAX_ID_CHARS, MAX_ITEM_BYTES};
pub use checked::{
    CheckedFeed, FeedRefusal, OnError, RejectedItem, Skipped, check_entries, check_feed,
};
pub use feed::{FeedMode, FeedOptions, FeedOutcome, FeedReport};
pub use import::{FileToImport, ImportOutcome, ImportToApply};
pub use item::{Condition, Currency, Item, ItemFilter, ItemId, StoredItem, Version};
pub use operations::{EditOutcome, ItemsPage, PutOutcome};
pub use preview::{Emptied, FeedPreview, FieldChange, ItemChange, NewItem, PreviewOutcome};
pub use price::Price;
