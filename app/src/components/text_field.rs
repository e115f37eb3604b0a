//! A labelled text field with its hint and its error.

use super::{FieldError, takes_focus};
use crate::prelude::*;
use leptos::ev::Event;

/// A text field. The browser owns the typed text, and `value` is only the initial one, so nothing
/// that was typed before the module loaded is lost.
#[component]
pub fn TextField(
    #[prop(into)] id: String,
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] error: Signal<Option<String>>,
    /// Browsers restore the text after Back, unless this is `off`.
    #[prop(default = "on")]
    autocomplete: &'static str,
    #[prop(default = true)] required: bool,
    /// Which keyboard a phone opens, unless it is the default one.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    #[prop(optional)] autofocus: bool,
    #[prop(optional)] spellcheck: bool,
    #[prop(optional)] on_input: Option<Callback<Event>>,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let error_id = format!("{id}-error");
    let described = [
        hint.is_some().then_some(hint_id.as_str()),
        Some(error_id.as_str()),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(" ");
    let autofocus = autofocus || takes_focus(error);
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                name=name
                type=kind
                inputmode=inputmode
                value=value
                autocomplete=autocomplete
                autofocus=autofocus
                spellcheck=if spellcheck { "true" } else { "false" }
                required=required
                aria-invalid=attr_if("true", move || error.with(Option::is_some))
                aria-describedby=described
                on:input=handler(move |event: Event| {
                    if let Some(on_input) = on_input {
                        on_input.run(event);
                    }
                })
            />
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
            <FieldError id=error_id error=error/>
        </div>
    }
}
