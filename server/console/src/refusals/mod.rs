//! The Requests page: refused calls, their filters, and the explanation of one of them.

mod acts;
mod filter;
mod news;
mod page;
pub mod view;
mod words;

pub use filter::RefusalQuery;
pub use news::news;
pub use page::page;
pub use words::words;
