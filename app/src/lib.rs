//! The console: the code that runs on both the server and the browser.
//!
//! Data flows one way: the server fetches the data of a page from its `backend` and renders the
//! page with it; in the browser, `calls` use the same backend. `components` depend on neither, only
//! on the types of the domain.

// The type of a page contains the types of everything on it.
#![recursion_limit = "256"]

mod app;
#[cfg(feature = "ssr")]
pub mod backend;
mod browser;
pub mod calls;
mod components;
#[cfg(feature = "ssr")]
pub mod docs;
mod erased;
mod layout;
mod page;
mod pages;
mod prelude;
pub mod request;
#[cfg(feature = "ssr")]
mod shell;

pub use app::App;
pub use page::Page;
#[cfg(feature = "ssr")]
pub use shell::shell;
