//! A value that may be missing.

use crate::lean::plain;
use leptos::prelude::*;

/// What the system that sent it left out is said to be so.
pub fn given(value: Option<String>) -> AnyView {
    match value {
        Some(value) => plain(value),
        None => plain(view! { <span class="second">"Not given"</span> }),
    }
}
