//! For whom a form's password is.

use crate::lean::plain;
use leptos::prelude::*;

/// Not seen and not sent: password managers read from it whose password the form takes.
#[component]
pub fn Username(#[prop(into)] email: String) -> impl IntoView {
    plain(view! { <input type="text" autocomplete="username" value=email readonly hidden/> })
}
