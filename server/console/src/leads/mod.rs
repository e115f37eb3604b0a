//! The Leads page.

mod page;
pub mod show;
