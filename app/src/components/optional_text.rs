//! A value that may be missing.

use crate::prelude::*;

/// Renders a value, or "Not provided" if the system that sent the record left it out.
pub fn optional_text(value: Option<String>) -> AnyView {
    match value {
        Some(value) => erase(value),
        None => view! {
            <span class="second">
                <span aria-hidden="true">"–"</span>
                <span class="visually-hidden">"Not provided"</span>
            </span>
        },
    }
}
