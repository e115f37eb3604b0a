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

/// Percent-encodes a value for use in an address.
pub fn escaped(value: &str) -> String {
    let plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':');
    value
        .bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
