//! What a new key may do.

use super::Icon;
use crate::browser;
use crate::whole::whole;
use domain::{Preset, Scope};
use leptos::prelude::*;

/// A preset is a button that asks for the form's own page with the boxes checked; where a script runs, it checks them
/// here.
#[component]
pub fn Permissions(
    /// The form's id.
    form: &'static str,
    checked: Vec<String>,
    error: Signal<Option<String>>,
) -> impl IntoView {
    let presets = Preset::ALL.map(|preset| {
        let apply = move |event: leptos::ev::MouseEvent| {
            browser::cancel(&event);
            let scopes = preset.scopes();
            let wanted: Vec<_> = scopes.iter().map(Scope::as_str).collect();
            browser::check_boxes(form, "scopes", &wanted);
        };
        view! {
            <button
                class="button small"
                type="submit"
                formaction="/keys/new"
                formmethod="get"
                formnovalidate
                name="preset"
                value=preset.as_str()
                on:click=apply
            >
                {preset.label()}
            </button>
        }
    });
    let boxes = Scope::ALL.map(|scope| {
        let text = scope.as_str();
        let id = text.replace(':', "-");
        let meaning = format!("{id}-meaning");
        view! {
            <div class="check">
                <input
                    type="checkbox"
                    id=id.clone()
                    name="scopes"
                    value=text
                    checked=checked.iter().any(|scope| scope == text)
                    aria-describedby=meaning.clone()
                />
                <label for=id>{text}</label>
                <span id=meaning>{scope.meaning()}</span>
            </div>
        }
    });
    whole(view! {
        <fieldset
            class="field"
            aria-describedby="permissions-error"
            data-invalid=move || error.with(Option::is_some).then_some("")
        >
            <legend>"Permissions"</legend>
            <div class="presets">{presets}</div>
            <div class="checks">{boxes}</div>
            <div class="error" id="permissions-error">
                {move || error.get().map(|error| view! { <Icon name="#i-alert"/> <span>{error}</span> })}
            </div>
        </fieldset>
    })
}
