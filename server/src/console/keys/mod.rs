//! Pages of the list of keys and of one key.

mod address;
mod history;
pub mod page;
mod rotations;
mod view;
mod words;

pub use address::{canonical_address, parse};
pub use view::view;
pub use words::first_call;
