//! The form that searches the items, and the links that export its results.

use app::components::{escaped, exports};
use app::prelude::*;

pub fn search(q: &str) -> AnyView {
    let query = if q.is_empty() {
        String::new()
    } else {
        format!("q={}", escaped(q))
    };
    view! {
        <search class="stack">
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
        </search>
    }
}
