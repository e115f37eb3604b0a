//! A member's own page.

pub mod page;
