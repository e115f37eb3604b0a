//! A longer text in a list, shown once it is asked for.

use crate::lean::plain;
use leptos::prelude::*;

/// Opens without script. Shows line breaks as they were typed, and the text as nothing but text.
#[component]
pub fn More(label: &'static str, text: String) -> impl IntoView {
    plain(view! {
        <details class="more">
            <summary>{label}</summary>
            <p dir="auto">{text}</p>
        </details>
    })
}
