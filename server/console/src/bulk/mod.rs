//! Bulk actions on keys.

pub mod form;
pub mod page;
pub mod view;
mod words;

pub use words::done;
