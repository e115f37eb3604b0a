//! One picture of the sprite that the shell puts at the end of every page.

use crate::lean::plain;
use leptos::prelude::*;

/// Always beside a word, and therefore hidden from those who hear the page.
#[component]
pub fn Icon(
    /// The symbol's id in `icons.svg`, after `#`.
    name: &'static str,
) -> impl IntoView {
    plain(view! {
        <svg class="icon" aria-hidden="true">
            <use href=name></use>
        </svg>
    })
}
