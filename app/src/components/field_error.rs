//! What is wrong with a field, in its place.

use super::Icon;
use crate::lean::{Changing, changing, plain};
use leptos::prelude::*;

/// The field refers to it by its id; empty while nothing is wrong.
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
