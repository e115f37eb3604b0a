//! Links that export a list as a file. Only the server renders them.

use crate::prelude::*;

/// Renders links to the files at `path` plus extension, with `query` as the search.
pub fn exports(path: &str, query: &str) -> AnyView {
    let link = |ending: &str, text: &'static str| {
        let mark = if query.is_empty() { "" } else { "?" };
        let href = format!("{path}.{ending}{mark}{query}");
        view! { <a href=href>{text}</a> }
    };
    view! {
        <p class="downloads">
            "Export: " {link("csv", "CSV")} " " {link("jsonl", "JSON Lines")}
        </p>
    }
}
