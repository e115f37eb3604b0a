//! The user name that a form's password belongs to.

use app::prelude::*;

/// A field that is neither visible nor submitted, from which password managers read whose password
/// the form takes.
#[component]
pub fn Username(#[prop(into)] email: String) -> impl IntoView {
    view! { <input type="text" autocomplete="username" value=email readonly hidden/> }
}
