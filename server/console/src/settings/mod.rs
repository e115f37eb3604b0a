//! The Settings page.

mod emergency;
pub mod form;
mod page;
pub mod show;
mod view;
