//! The server: everything that only it runs and that is neither a rule (`service`) nor a statement
//! (`storage`).
//!
//! A request goes one way: `http` accepts it, [`router`] takes it through its steps and finds its
//! handler; `console` (people, sessions, pages) or `api` (integrations, keys, JSON) extracts what
//! it needs and passes a typed call with a typed caller to `service`.

mod api;
mod body;
mod cli;
mod console;
mod cursor;
mod docs;
mod encoding;
mod feed;
mod formula;
mod http;
mod import_file;
mod json;
mod live_streams;
mod mail;
mod memory;
mod metrics;
mod open_services;
mod parameter_limits;
mod pepper_file;
#[cfg(any(test, fuzzing))]
pub mod properties;
pub mod router;
mod runtime;
mod settings;
mod site;
mod state;
mod telemetry;
mod words;

pub(crate) use api::problem::Problem;
pub use cli::run;
pub use docs::documents;
pub use http::listen::{App, Limits, serve_listener, serve_stream};
pub use mail::Letter;
pub use metrics::Group;
pub use router::{Pipeline, Route, build_app};
pub use settings::{BodyLimits, PublicUrl, TrustedProxies};
pub use site::Site;
pub use state::{AppState, Documents};
pub use telemetry::{LogFormat, log};
