//! A longer text in a list, shown on demand.

use crate::prelude::*;

/// A collapsed text that opens without script. Line breaks are preserved, and markup is shown as
/// text.
#[component]
pub fn CollapsibleText(label: &'static str, text: String) -> impl IntoView {
    view! {
        <details class="more">
            <summary>{label}</summary>
            <p dir="auto">{text}</p>
        </details>
    }
}
