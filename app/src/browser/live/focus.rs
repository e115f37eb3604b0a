//! Moving the keyboard focus.

use super::element;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

pub fn focus(id: &str) {
    if let Some(element) = element::<HtmlElement>(id) {
        let _ = element.focus();
    }
}

/// Focuses the first invalid field of a form. If it is folded away, it is unfolded first.
pub fn focus_invalid(form: &str) {
    let field = element::<Element>(form)
        .and_then(|form| {
            form.query_selector("[aria-invalid=true], [data-invalid] input")
                .ok()
                .flatten()
        })
        .and_then(|field| field.dyn_into::<HtmlElement>().ok());
    if let Some(field) = field {
        if let Ok(Some(details)) = field.closest("details") {
            let _ = details.set_attribute("open", "");
        }
        let _ = field.focus();
    }
}
