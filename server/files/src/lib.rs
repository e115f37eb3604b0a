//! Readers of the files that people and programs send: feeds in JSON, XML and CSV, and the exports
//! of other systems; and sentences about values that are refused.
//!
//! They do not depend on HTTP. Their input is untrusted, so every reader has bounds.

pub mod encoding;
pub mod feed;
pub mod formula;
pub mod import_file;
pub mod invalid_entry;
pub mod json;
