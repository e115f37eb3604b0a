//! The form that searches the items, and the links that export its results.

use crate::ListAddress;
use app::components::SearchForm;
use app::prelude::*;

pub fn search(q: &str) -> AnyView {
    view! {
        <search class="find">
            <SearchForm
                action="/inventory"
                label="Search by name or ID"
                placeholder="Name or ID"
                q=q.to_owned()
            />
        </search>
    }
}

/// Returns the address of the first page of the items found by the search.
pub fn first_page(q: &str) -> String {
    found(q).to_string()
}

/// Renders the links that export the items found by the search.
pub fn exports(q: &str) -> AnyView {
    let query = found(q).query();
    app::components::exports("/inventory/export", &query)
}

fn found(q: &str) -> ListAddress<'_> {
    ListAddress::new("/inventory", [("q", q)])
}
