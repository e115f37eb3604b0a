//! Readers of the files that people and programs send: feeds in JSON, XML and CSV, and the exports
//! of other systems.
//!
//! They know nothing of requests. What they read is untrusted, so every reader has bounds.

pub mod encoding;
pub mod feed;
pub mod formula;
pub mod import_file;
pub mod json;
