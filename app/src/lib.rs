//! The console: the code that runs on both the server and the browser.
//!
//! Data flows one way: the server loads the data of a page, and a function renders the page from it
//! as its `Content`. Those of hydrated pages are in `pages`, all others in the crate `console`. In
//! the browser, a hydrated page gets new data by `calls`. `components` depend on neither, only on
//! the types of the domain.

mod app;
#[cfg(feature = "ssr")]
pub mod backend;
mod browser;
pub mod calls;
pub mod components;
#[cfg(feature = "ssr")]
mod content;
pub mod docs;
mod erased;
mod layout;
mod page;
pub mod pages;
pub mod prelude;
pub mod request;
mod server_html;
#[cfg(feature = "ssr")]
mod shell;

pub use app::hydrate;
#[cfg(feature = "ssr")]
pub use content::Content;
pub use page::Page;
#[cfg(feature = "ssr")]
pub use shell::shell;
