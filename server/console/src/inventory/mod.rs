//! The Inventory page, and the page of one item.

mod page;
pub mod show;
mod view;
pub mod words;
