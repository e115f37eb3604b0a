//! The Dashboard.

mod page;
pub mod show;
mod view;
mod words;
