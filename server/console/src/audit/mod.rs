//! The Audit log page: its filters, its rows and their texts.

mod filter;
mod page;
pub mod show;
mod view;
mod words;

pub use page::{row, search};
pub use words::{capitalize, describe, details, event_title, who};
