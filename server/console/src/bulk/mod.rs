//! Bulk actions on keys.

pub mod form;
mod page;
pub mod show;
mod view;

/// Path of the list of keys.
const LIST: &str = "/keys";
