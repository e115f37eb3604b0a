//! The Dashboard.

pub mod page;
pub mod view;
mod words;
