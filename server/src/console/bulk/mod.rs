//! Bulk actions on keys.

pub mod page;
