//! The Requests page: refused calls, their filters, and the explanation of one of them.

mod acts;
mod filter;
pub mod news;
mod page;
pub mod show;
mod view;
mod words;

pub use words::words;
