//! Moving the keyboard focus, and reacting when the focus or the pointer reaches a button.

use super::element;
use leptos::prelude::{on_cleanup, window_event_listener_untyped};
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

/// Calls `then` whenever the pointer or the focus reaches a button of a form, until the current
/// owner is disposed of.
pub fn on_approach(form: &'static str, then: impl Fn() + Copy + 'static) {
    for event in ["pointerover", "focusin"] {
        let listener = window_event_listener_untyped(event, move |event| {
            let target = event.target().and_then(|it| it.dyn_into::<Element>().ok());
            let button = target.and_then(|it| it.closest("button[form]").ok().flatten());
            if button.and_then(|it| it.get_attribute("form")).as_deref() == Some(form) {
                then();
            }
        });
        on_cleanup(move || listener.remove());
    }
}
