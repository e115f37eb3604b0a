//! Texts that the console, the API, the mails and the commands share. Each feature of the console
//! has its own texts in the `words.rs` of its folder.

pub mod browser;
pub mod invalid_field;
pub mod receipt;
pub mod time;
