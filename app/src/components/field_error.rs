//! The error message of a form field.

use super::Icon;
use crate::lean::{Changing, changing, plain};
use leptos::prelude::*;

/// The field's error message; empty while the field is valid. The field refers to it by `id`.
#[component]
pub fn FieldError(#[prop(into)] id: String, error: Signal<Option<String>>) -> impl IntoView {
    let text: Changing = changing(move || match error.get() {
        Some(error) => plain(view! {
            <Icon name="#i-alert"/>
            <span>{error}</span>
        }),
        None => plain(()),
    });
    plain(view! {
        <div class="error" id=id>
            {text}
        </div>
    })
}
