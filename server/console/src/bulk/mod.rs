//! Bulk actions on keys.

pub mod form;
mod page;
pub mod show;
mod view;
