//! The server: everything that only it runs and that is neither a rule (`service`) nor a statement
//! (`storage`).
//!
//! A request goes one way: [`router`] finds the handler; `console` (people, sessions, pages) or
//! `api` (integrations, keys, JSON) extracts what it needs and passes a typed call with a typed
//! caller to `service`.

mod api;
mod body;
mod cli;
mod client;
mod console;
mod counted;
mod cursor;
mod docs;
mod encoding;
mod fallback;
mod feed;
mod formula;
mod headers;
mod listen;
mod mail;
mod memory;
mod metrics;
mod open;
mod parameter;
mod pepper_file;
#[cfg(any(test, fuzzing))]
pub mod properties;
mod request;
pub mod router;
mod runtime;
mod settings;
mod site;
mod state;
mod table;
mod telemetry;

pub(crate) use api::problem::Problem;
pub use cli::run;
pub use listen::{Answers, Limits, answer_all, answer_one};
pub use request::App;
pub use router::build_app;
pub use settings::{PublicUrl, TrustedProxies};
pub use site::Site;
pub use state::{AppState, Bodies};
pub use telemetry::{LogFormat, log};
