//! The error message of a form field.

use super::Icon;
use crate::prelude::*;

/// The field's error message; empty while the field is valid. The field refers to it by `id`.
#[component]
pub fn FieldError(#[prop(into)] id: String, error: Signal<Option<String>>) -> impl IntoView {
    let text: DynamicView = dynamic(move || match error.get() {
        Some(error) => view! {
            <Icon name="#i-alert"/>
            <span>{error}</span>
        },
        None => erase(()),
    });
    view! {
        <div class="error" id=id>
            {text}
        </div>
    }
}
