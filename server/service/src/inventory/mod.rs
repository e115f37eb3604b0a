//! The sellers' items: what one is, and how integrations push and read them.

mod check;
mod item;
mod operations;

pub use crate::entry::{EntryCode, EntryError};
pub use check::{ItemDraft, MAX_ID_CHARS};
pub use item::{Currency, Item, ItemId, Price, StoredItem};
pub use operations::{FullItem, ItemsPage, PutOutcome, UpsertReport, check_feed};
