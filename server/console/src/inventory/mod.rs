//! The Inventory page.

mod page;
pub mod show;
mod view;
pub mod words;
