//! The page that explains a refused call.

mod page;
pub mod view;
mod words;

pub use page::page;
pub use words::words;
