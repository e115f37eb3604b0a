//! HTTP: connections, and what requests and responses have in common.
//!
//! [`listen`] accepts connections and bounds them. [`context`] has the facts about a request, and
//! [`headers`] has the headers of every response. Handlers whose responses may be compressed call
//! [`compression`].

pub mod accept_encoding;
pub mod address;
pub mod compression;
pub mod context;
mod counted_body;
pub mod headers;
mod json;
pub mod listen;
mod request_id;
pub mod status;

pub use context::{KeyOutcome, RequestContext, Segment};
pub use counted_body::CountedBody;
pub use json::Json;
pub use request_id::RequestId;
