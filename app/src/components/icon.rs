//! One icon of the sprite that the shell puts at the end of every page.

use crate::prelude::*;

/// An icon. It always accompanies a text, and is therefore hidden from screen readers.
#[component]
pub fn Icon(
    /// The symbol's id in `icons.svg`, with a leading `#`.
    name: &'static str,
) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=name></use>
        </svg>
    }
}
