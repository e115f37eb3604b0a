//! The console's pages, one per file or folder.
//!
//! A page is a function of its data, which the server loads.

mod docs;
mod found_key;
mod hydrated;
mod keys;
pub mod page_data;

pub use hydrated::HydratedPage;
