//! The form that searches the items, and the links that export its results.

use crate::ListAddress;
use app::components::{Notice, SearchForm, Tone};
use app::prelude::*;

pub fn search(q: &str) -> AnyView {
    view! {
        <search class="find">
            <SearchForm
                action="/inventory"
                label="Search by name, ID or attribute"
                placeholder="Name, ID or attribute"
                q=q.to_owned()
            />
        </search>
    }
}

/// Renders the notice of a list whose search text contained a full key.
pub fn full_key(text: String) -> AnyView {
    let identify = view! { <a href="/keys/found">"Identify a key"</a> };
    view! { <Notice tone=Tone::Warning text=text action=identify/> }
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
