//! No page stands at this address.

use crate::components::PageHead;
use crate::lean::plain;
use crate::request::not_found;
use leptos::prelude::*;

#[component]
pub fn NotFoundPage() -> impl IntoView {
    not_found();
    plain(view! {
        <PageHead title="Page not found" purpose="There is no page at this address. It may have moved, or the link is incomplete."/>
        <p>
            <a href="/keys">"Go to API Keys"</a>
        </p>
    })
}
