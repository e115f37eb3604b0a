//! The Requests page: refused calls, their filters, and the explanation of one of them.

pub mod filter;
pub mod news;
mod page;
mod remedy;
pub mod show;
mod summary;
mod view;
mod words;

pub use words::words;
