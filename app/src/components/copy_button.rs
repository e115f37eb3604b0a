//! A button that copies a text to the clipboard and confirms only success.
//! `frontend/src/console.js` does the work.

use super::Icon;
use crate::prelude::*;

/// A button that copies the field or the text with the id `of`. Hidden without script.
///
/// If the clipboard refuses, the text is selected instead, and the element with the id `{of}-note`,
/// if there is one, explains this.
#[component]
pub fn CopyButton(
    #[prop(into)] of: String,
    /// Describes the copied text for screen readers, since a page can have several of these
    /// buttons.
    #[prop(optional_no_strip)]
    what: Option<String>,
) -> impl IntoView {
    view! {
        <button type="button" class="button copy scripted" data-copy=of>
            <Icon name="#i-copy"/>
            <span aria-live="polite">"Copy"</span>
            {what.map(|what| view! { <span class="visually-hidden">" " {what}</span> })}
        </button>
    }
}
