//! The form that searches the items, and the links that export its results.
//!
//! The server renders both. In the browser they stay as they are, so that none of their text is in
//! the module.

use crate::components::{escaped, exports};
use crate::prelude::*;

pub fn search(q: &str) -> AnyView {
    let html = server_html(|| content(q).to_html());
    view! { <search class="stack" inner_html=html></search> }
}

fn content(q: &str) -> AnyView {
    let query = if q.is_empty() {
        String::new()
    } else {
        format!("q={}", escaped(q))
    };
    view! {
        <form class="search" method="get" action="/inventory">
            <label class="visually-hidden" for="q">
                "Search by name or ID"
            </label>
            <input
                id="q"
                type="search"
                name="q"
                value=q.to_owned()
                placeholder="Name or ID"
                autocomplete="off"
                spellcheck="false"
            />
            <button type="submit" class="button">
                "Search"
            </button>
        </form>
        {exports("/inventory/export", &query)}
    }
}
