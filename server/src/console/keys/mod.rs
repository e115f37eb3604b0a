//! Pages of the list of keys and of one key.

mod address;
mod history;
pub mod page;
mod words;

pub use address::{canonical_address, parse};
pub use words::first_call;
