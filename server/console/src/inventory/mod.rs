//! The Inventory page.

pub mod page;
mod words;
