//! The sellers' items, and how integrations push and read them.

mod changes;
mod console;
mod edit;
mod export;
mod feed;
mod import;
mod items;
mod preview;
mod validation;

pub use crate::entry::{EntryCode, EntryError, Position};
pub use crate::item::{
    Condition, Currency, Item, ItemDraft, ItemFilter, ItemId, MAX_ID_CHARS, MAX_ITEM_BYTES, Price,
    StoredItem, Version,
};
pub use changes::{ChangeEntry, ItemChanges, ItemState, read_changes};
pub use console::InventoryList;
pub use feed::{FeedOutcome, FeedReport};
pub use import::{FileToImport, ImportOutcome, ImportToApply, Imports};
pub use items::{DefaultCurrency, EditOutcome, ItemsPage, PutOutcome};
pub use preview::{
    CreatedItem, EmptiedFields, FeedPreview, FieldChange, ItemChange, PreviewOutcome,
};
pub use validation::{
    CheckedFeed, FeedMode, FeedOptions, FeedRefusal, OnError, RejectedItem, Skipped, check_entries,
    check_feed,
};

use crate::clock::Clock;
use crate::reserve::FreeSpace;
use crate::store::InventoryPorts;
use std::sync::Arc;

/// The operations on the items of an account.
pub struct Inventory {
    pub(crate) store: Arc<dyn InventoryPorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) free_space: Arc<FreeSpace>,
}
