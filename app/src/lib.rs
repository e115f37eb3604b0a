//! The console: what both the server and the browser run.
//!
//! Data flows one way: the server fetches what a page shows from its `backend` and draws the page with it; in the
//! browser, `calls` ask the same backend. `components` know nothing of any of them but the words of the domain.

// A page's type holds the types of everything on it.
#![recursion_limit = "256"]

#[cfg(feature = "ssr")]
pub mod backend;
mod browser;
pub mod calls;
mod components;
#[cfg(feature = "ssr")]
pub mod docs;
mod layout;
mod lean;
mod pages;
pub mod request;
mod routes;
#[cfg(feature = "ssr")]
mod shell;

pub use routes::{App, Page};
#[cfg(feature = "ssr")]
pub use shell::shell;
