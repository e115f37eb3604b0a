//! The API docs.
//!
//! The server renders them, and in the browser they stay as they are: one listener serves every
//! button, so that none of their text is in the module.

#[cfg(feature = "ssr")]
mod content;
#[cfg(feature = "ssr")]
mod operation;
#[cfg(feature = "ssr")]
mod parts;

use crate::browser;
use crate::prelude::*;

/// The element that the listener is attached to.
const ID: &str = "docs";
/// The field for the reader's key. A key typed there is not stored elsewhere, and the field is
/// cleared when the page is left.
const KEY: &str = "docs-key";

#[component]
pub fn DocsPage() -> impl IntoView {
    Effect::new(|_| browser::serve_docs(ID, KEY));
    browser::on_leaving(|| browser::empty(KEY));
    #[cfg(feature = "ssr")]
    let article = view! { <article id=ID class="docs" inner_html=content::html()></article> };
    #[cfg(not(feature = "ssr"))]
    let article = view! { <article id=ID class="docs"></article> };
    article
}
