//! HTTP: connections, and the steps of every request.
//!
//! `listen` accepts connections and bounds them. [`Pipeline`] takes each request through its steps,
//! and `routes` finds its handler. `context` has what the steps know of a request.

pub mod context;
mod counted_body;
mod fallback;
pub mod headers;
mod json;
pub mod listen;
mod pipeline;
mod request_id;
pub mod routes;

pub use context::{KeyOutcome, RequestContext, Segment};
pub use json::Json;
pub use pipeline::Pipeline;
pub use request_id::RequestId;
