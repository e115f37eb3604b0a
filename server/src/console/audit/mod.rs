//! The Audit log page: its filters, its rows and their texts.

mod filter;
mod page;

pub use filter::parse;
pub use page::page;
