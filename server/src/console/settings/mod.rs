//! The Settings page.

pub mod page;
