//! The console: what both the server and the browser run.
//!
//! Data flows one way: `pages` show what `calls` return, `calls` ask the `backend`, and the server stands behind
//! that. `components` know nothing of any of them but the words of the domain.

#[cfg(feature = "ssr")]
pub mod backend;
pub mod calls;
pub mod request;

use leptos::prelude::*;

#[component]
pub fn App() -> impl IntoView {
    view! { <main><h1>"Voxum Console"</h1></main> }
}
