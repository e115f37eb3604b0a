//! The Dashboard.

pub mod page;
mod words;
