//! The Leads page.

pub mod page;
