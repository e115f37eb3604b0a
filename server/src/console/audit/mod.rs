//! The Audit log page: its filters, its rows and their texts.

mod filter;
mod page;
mod words;

pub use filter::parse;
pub use page::page;
pub use words::{capitalised, details, in_a_sentence, title, who};
