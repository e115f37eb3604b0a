//! The ways to the other pages of a long list.

use crate::lean::plain;
use leptos::prelude::*;

#[component]
pub fn Pager(
    label: &'static str,
    /// Where the list stands.
    path: &'static str,
    /// Whether this is its first page.
    first: bool,
    /// The cursor of the next page.
    next: Option<String>,
) -> impl IntoView {
    plain(view! {
        <nav class="pager" aria-label=label>
            {(!first).then(|| view! { <a class="button" href=path>"First page"</a> })}
            {next
                .map(|cursor| {
                    view! {
                        <a class="button" href=format!("{path}?cursor={cursor}")>
                            "Next page"
                        </a>
                    }
                })}
        </nav>
    })
}
