//! The HTTP API that integrations call with a key. Every response is JSON, and every refusal a
//! problem document.

pub mod address;
pub mod buffered_response;
pub mod call_outcome;
pub mod condition;
pub mod credentials;
pub mod health;
pub mod idempotency;
pub mod inventory;
pub mod json_body;
pub mod key;
pub mod key_expiry_headers;
pub mod leads;
pub mod openapi;
pub mod page_size;
pub mod parameters;
pub mod path_id;
pub mod possible_refusals;
pub mod problem;
pub mod rate_limit_headers;
pub mod scoped;
pub mod scoped_body;
pub mod text_body;
