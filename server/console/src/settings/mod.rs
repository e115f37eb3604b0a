//! The Settings page.

pub mod form;
pub mod page;
pub mod view;
