//! The Audit log page: its filters, its rows and their texts.

mod filter;
mod page;
pub mod view;
mod words;

pub use filter::parse;
pub use page::page;
pub use words::{capitalize, details, join_details, title, who};
