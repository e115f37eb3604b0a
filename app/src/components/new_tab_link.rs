//! A link that opens in a new tab.

use crate::prelude::*;

/// Renders a link that opens in a new tab, for pages whose form or secret would be lost if it
/// opened in the same one. Only the server renders it.
pub fn new_tab_link(href: impl Into<String>, text: &'static str) -> AnyView {
    let href = href.into();
    view! {
        <a href=href target="_blank" rel="noopener">
            {text}
            " (opens in a new tab)"
        </a>
    }
}
