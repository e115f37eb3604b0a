//! The Dashboard.

mod page;
pub mod show;
mod tiles;
mod view;
mod words;
