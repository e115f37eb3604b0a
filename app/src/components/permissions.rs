//! The permissions of a key.

use super::{FieldError, takes_focus};
use crate::prelude::*;
use domain::{Preset, Scope};

/// Check boxes for the permissions of a key.
///
/// A preset is a button that posts the form, and gets it back with the boxes checked. If a script
/// runs, the button checks them on this page instead, and appears pressed while exactly its boxes
/// are checked (`frontend/src/console.js`).
#[expect(
    clippy::needless_pass_by_value,
    reason = "a component owns what it is given"
)]
#[component]
pub fn Permissions(
    checked: Vec<String>,
    error: Signal<Option<String>>,
    /// Whether to show a button for each preset.
    #[prop(optional)]
    presets: bool,
) -> impl IntoView {
    let presets = presets.then(|| {
        Preset::ALL.map(|preset| {
            let scopes = preset.scopes();
            let scopes: Vec<_> = scopes.iter().map(Scope::as_str).collect();
            let pressed = scopes == checked;
            view! {
                <button
                    class="button small"
                    type="submit"
                    formaction="/keys/new"
                    formnovalidate
                    name="preset"
                    value=preset.as_str()
                    data-scopes=scopes.join(" ")
                    aria-pressed=if pressed { "true" } else { "false" }
                >
                    {preset.label()}
                </button>
            }
        })
    });
    let invalid = attr_if("true", move || error.with(Option::is_some));
    let mut focus = takes_focus(error);
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
                    autofocus=std::mem::take(&mut focus)
                    aria-invalid=invalid
                    aria-describedby=format!("{meaning} permissions-error")
                />
                <label for=id>{text}</label>
                <span id=meaning>{scope.meaning()}</span>
            </div>
        }
    });
    view! {
        <fieldset
            class="field"
            aria-describedby="permissions-error"
            data-invalid=attr_if("", move || error.with(Option::is_some))
        >
            <legend>"Permissions"</legend>
            {presets.map(|presets| view! { <div class="presets">{presets}</div> })}
            <div class="checks">{boxes}</div>
            <FieldError id="permissions-error" error=error/>
        </fieldset>
    }
}
