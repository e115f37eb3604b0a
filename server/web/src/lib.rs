//! Code that the API and the console share: connections, requests, and the state of the server.

pub mod body;
mod body_limits;
pub mod cursor;
pub mod http;
pub mod kept_forms;
pub mod live_streams;
pub mod memory;
pub mod parameter_limits;
mod public_url;
pub mod responses;
mod route;
mod site;
mod state;
pub mod telemetry;
mod trusted_proxies;
pub mod words;

pub use body_limits::BodyLimits;
pub use public_url::PublicUrl;
pub use route::{DirectHandler, ResponseFuture, Route};
pub use site::Site;
pub use state::{AppState, Documents};
pub use trusted_proxies::TrustedProxies;
