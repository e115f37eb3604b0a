//! A labelled field for several lines of text, with its hint and its error.

use super::{FieldError, takes_focus};
use crate::prelude::*;

/// A field for several lines. The browser owns the typed text, and `value` is only the initial one.
#[component]
pub fn TextArea(
    id: &'static str,
    name: &'static str,
    label: &'static str,
    value: String,
    hint: &'static str,
    error: Signal<Option<String>>,
    /// Maximum length in characters, if the browser shall enforce it.
    #[prop(optional)]
    maxlength: Option<&'static str>,
    #[prop(default = "true")] spellcheck: &'static str,
) -> impl IntoView {
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <textarea
                id=id
                name=name
                rows="4"
                maxlength=maxlength
                spellcheck=spellcheck
                autofocus=takes_focus(error)
                aria-invalid=attr_if("true", move || error.with(Option::is_some))
                aria-describedby=format!("{hint_id} {error_id}")
                inner_html=text_area_html(value)
            ></textarea>
            <p class="hint" id=hint_id>{hint}</p>
            <FieldError id=error_id error=error/>
        </div>
    }
}

/// Returns the inner HTML of a text area with this text. It is escaped here, because the framework
/// does not escape the children of text areas.
pub fn text_area_html(text: impl AsRef<str>) -> String {
    text.as_ref().replace('&', "&amp;").replace('<', "&lt;")
}
