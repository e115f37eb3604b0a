//! The program: everything that is neither a rule (`service`), a statement (`storage`), nor a page
//! of the console (`console`).
//!
//! A request goes one way: `web::http` accepts it, [`router`] takes it through its steps and finds
//! its handler; `console` (people, sessions, pages) or `api` (integrations, keys, JSON) extracts
//! what it needs and passes a typed call with a typed caller to `service`.

mod api;
mod cli;
mod docs;
pub mod embedded_site;
mod mail;
mod metrics;
mod open_services;
mod pepper_file;
#[cfg(any(test, fuzzing))]
pub mod properties;
pub mod router;
mod runtime;
mod settings;

pub(crate) use api::problem::Problem;
pub use cli::run;
pub use docs::documents;
pub use mail::Letter;
pub use metrics::Group;
pub use router::{Pipeline, build_app};
pub use web::http::listen::{App, Limits, serve_listener, serve_stream};
pub use web::telemetry::{LogFormat, log};
pub use web::{AppState, BodyLimits, Documents, PublicUrl, Route, Site, TrustedProxies};
