//! What a key may do.

use super::FieldError;
use crate::browser;
use crate::lean::{flag, on, plain};
use domain::{Preset, Scope};
use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// A preset is a button that asks for the form's own page with the boxes checked; where a script runs, it checks them
/// here.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a component owns what it is given"
)]
#[component]
pub fn Permissions(
    /// The form's id.
    form: &'static str,
    checked: Vec<String>,
    error: Signal<Option<String>>,
    /// With a button for each usual choice.
    #[prop(optional)]
    presets: bool,
) -> impl IntoView {
    let presets = presets.then(|| {
        Preset::ALL.map(|preset| {
            let apply = on(move |event: MouseEvent| {
                browser::cancel(&event);
                let scopes = preset.scopes();
                let wanted: Vec<_> = scopes.iter().map(Scope::as_str).collect();
                browser::check_boxes(form, "scopes", &wanted);
            });
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
        })
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
    plain(view! {
        <fieldset
            class="field"
            aria-describedby="permissions-error"
            data-invalid=flag("", move || error.with(Option::is_some))
        >
            <legend>"Permissions"</legend>
            {presets.map(|presets| view! { <div class="presets">{presets}</div> })}
            <div class="checks">{boxes}</div>
            <FieldError id="permissions-error" error=error/>
        </fieldset>
    })
}
