//! Pages of the list of keys and of one key.

mod address;
mod filters;
mod history;
pub mod page;
mod rotations;
mod sparkline;
mod view;
mod words;

pub use address::{canonical_address, parse};
pub use sparkline::sparklines;
pub use view::view;
pub use words::first_call;
