//! Fields of forms, and the clipboard.

use super::{element, window};
use leptos::ev::SubmitEvent;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, FormData, HtmlFormElement, HtmlInputElement};

/// What stands in a text field.
pub fn value(id: &str) -> String {
    element::<HtmlInputElement>(id)
        .map(|field| field.value())
        .unwrap_or_default()
}

/// Empties a text field.
pub fn empty(id: &str) {
    if let Some(field) = element::<HtmlInputElement>(id) {
        field.set_value("");
    }
}

/// Selects a field's value, or an element's text.
pub fn select_all(id: &str) {
    if let Some(field) = element::<HtmlInputElement>(id) {
        let _ = field.focus();
        field.select();
    } else if let Some(element) = element::<Element>(id)
        && let Some(selection) = window().and_then(|window| window.get_selection().ok().flatten())
    {
        let _ = selection.select_all_children(&element);
    }
}

/// Whether the clipboard took the text. Not every page has one: browsers give it to secure origins only.
pub async fn copy(text: String) -> bool {
    let Some(window) = window() else { return false };
    let clipboard = window.navigator().clipboard();
    if JsValue::from(clipboard.clone()).is_undefined() {
        return false;
    }
    JsFuture::from(clipboard.write_text(&text)).await.is_ok()
}

fn form_data(event: &SubmitEvent) -> Option<FormData> {
    let form = event.target()?.dyn_into::<HtmlFormElement>().ok()?;
    FormData::new_with_form(&form).ok()
}

/// Whether the button that sends the form sends it elsewhere than the form itself says.
pub fn has_own_address(event: &SubmitEvent) -> bool {
    let button = event.submitter();
    button.is_some_and(|button| button.has_attribute("formaction"))
}

/// What stands in a field of the form that is being sent.
pub fn form_value(event: &SubmitEvent, name: &str) -> String {
    form_data(event)
        .and_then(|data| data.get(name).as_string())
        .unwrap_or_default()
}

/// What is checked under one name of the form that is being sent.
pub fn form_values(event: &SubmitEvent, name: &str) -> Vec<String> {
    let values = form_data(event)
        .map(|data| data.get_all(name))
        .unwrap_or_default();
    values
        .iter()
        .filter_map(|value| value.as_string())
        .collect()
}

/// Checks the boxes `name` of a form whose values are wanted, and no other.
pub fn check_boxes(form: &str, name: &str, wanted: &[&str]) {
    let Some(form) = element::<Element>(form) else {
        return;
    };
    let Ok(boxes) = form.query_selector_all(&format!("input[name={name}]")) else {
        return;
    };
    for index in 0..boxes.length() {
        if let Some(input) = boxes
            .get(index)
            .and_then(|node| node.dyn_into::<HtmlInputElement>().ok())
        {
            input.set_checked(wanted.contains(&input.value().as_str()));
        }
    }
}
