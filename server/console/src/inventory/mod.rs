//! The Inventory page.

mod page;
pub mod show;
mod view;
mod words;
