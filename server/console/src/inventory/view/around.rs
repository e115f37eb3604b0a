//! The form that searches the items, and the links that export its results.

use crate::ListAddress;
use app::components::exports;
use app::prelude::*;

pub fn search(q: &str) -> AnyView {
    let query = ListAddress::new("/inventory", [("q", q)]).query();
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
