//! The console.
use leptos::prelude::*;

#[component]
pub fn App() -> impl IntoView {
    view! { <main><h1>"Voxum Console"</h1></main> }
}
