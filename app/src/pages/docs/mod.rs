//! The API docs.
//!
//! The server renders them, and in the browser they stay as they are: one listener serves every
//! button, so that none of their text is in the module.

mod content;
mod operation;
mod parts;

use crate::browser;
use crate::prelude::*;

/// The element that the listener is attached to.
const ID: &str = "docs";
/// The field for the reader's key. A key typed there is not stored elsewhere, and the field is
/// cleared when the page is left.
const KEY: &str = "docs-key";

pub fn docs_page() -> AnyView {
    Effect::new(|_| browser::serve_docs(ID, KEY));
    browser::on_leaving(|| browser::empty(KEY));
    view! { <article id=ID class="docs" inner_html=server_html(content::html)></article> }
}
