//! The page that explains a refused call.

mod page;
mod words;

pub use page::page;
pub use words::words;
