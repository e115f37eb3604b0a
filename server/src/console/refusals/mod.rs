//! The page that explains a refused call.

mod page;

pub use page::page;
