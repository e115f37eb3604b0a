//! Readers of the files that people and programs send: feeds in JSON, XML and CSV, and the exports
//! of other systems; and why a value of them is refused.
//!
//! They know nothing of requests. What they read is untrusted, so every reader has bounds.

pub mod encoding;
pub mod feed;
pub mod formula;
pub mod import_file;
pub mod invalid_entry;
pub mod json;
