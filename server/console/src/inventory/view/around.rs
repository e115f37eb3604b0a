//! The form that searches the items, and the links that export its results.

use crate::ListAddress;
use app::components::Icon;
use app::prelude::*;

pub fn search(q: &str) -> AnyView {
    view! {
        <search class="find">
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
                <button type="submit" class="button" aria-label="Search">
                    <Icon name="#i-search"/>
                </button>
            </form>
        </search>
    }
}

/// Renders the links that export the items found by the search.
pub fn exports(q: &str) -> AnyView {
    let query = ListAddress::new("/inventory", [("q", q)]).query();
    app::components::exports("/inventory/export", &query)
}
