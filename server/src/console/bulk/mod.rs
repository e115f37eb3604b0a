//! Bulk actions on keys.

pub mod page;
mod words;

pub use words::done;
