//! The console's pages, one per file or folder.
//!
//! A page is a function of its data, which the server loads.

mod docs;
mod found_key;
mod hydrated;
mod inventory;
mod keys;
mod leads;
mod page_data;
#[cfg(feature = "ssr")]
mod server_only;

pub use hydrated::HydratedPage;
#[cfg(feature = "ssr")]
pub use server_only::*;
