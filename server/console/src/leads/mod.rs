//! The Leads page.

mod page;
pub mod show;
mod view;
