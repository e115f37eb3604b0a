//! The HTTP API that integrations call with a key. Every response is JSON, and every refusal a
//! problem document.

pub mod address;
pub mod calls;
pub mod condition;
pub mod credentials;
pub mod fields;
pub mod health;
pub mod inventory;
pub mod json;
pub mod key;
pub mod key_expiry_headers;
pub mod leads;
pub mod limit;
pub mod once;
pub mod openapi;
pub mod page;
pub mod parameters;
pub mod path_id;
pub mod problem;
pub mod refusals;
pub mod scoped;
pub mod scoped_body;
pub mod text;
pub mod whole;
