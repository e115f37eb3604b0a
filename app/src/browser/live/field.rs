//! Reading and clearing form fields.

use super::element;
use leptos::ev::SubmitEvent;
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlFormElement, HtmlInputElement};

/// Returns the value of a text field, or an empty string if there is no such field.
pub fn value(id: &str) -> String {
    element::<HtmlInputElement>(id)
        .map(|field| field.value())
        .unwrap_or_default()
}

/// Clears a text field.
pub fn empty(id: &str) {
    if let Some(field) = element::<HtmlInputElement>(id) {
        field.set_value("");
    }
}

fn form_data(event: &SubmitEvent) -> Option<FormData> {
    let form = event.target()?.dyn_into::<HtmlFormElement>().ok()?;
    FormData::new_with_form(&form).ok()
}

/// Returns whether the pressed submit button overrides the form's address with `formaction`.
pub fn has_own_address(event: &SubmitEvent) -> bool {
    let button = event.submitter();
    button.is_some_and(|button| button.has_attribute("formaction"))
}

/// Returns the value of a field in the form that is being submitted.
pub fn form_value(event: &SubmitEvent, name: &str) -> String {
    form_data(event)
        .and_then(|data| data.get(name).as_string())
        .unwrap_or_default()
}

/// Returns all checked values with this name in the form that is being submitted.
pub fn form_values(event: &SubmitEvent, name: &str) -> Vec<String> {
    let values = form_data(event)
        .map(|data| data.get_all(name))
        .unwrap_or_default();
    values
        .iter()
        .filter_map(|value| value.as_string())
        .collect()
}
