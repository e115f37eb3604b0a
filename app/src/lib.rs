//! The console: what both the server and the browser run.
//!
//! Data flows one way: `pages` show what `calls` return, `calls` ask the `backend`, and the server stands behind
//! that. `components` know nothing of any of them but the words of the domain.

// A page's type holds the types of everything on it.
#![recursion_limit = "256"]

#[cfg(feature = "ssr")]
pub mod backend;
mod browser;
pub mod calls;
mod codec;
mod components;
mod layout;
mod lean;
mod pages;
pub mod request;
mod routes;
mod shell;
mod titles;

pub use routes::App;
pub use shell::shell;
