//! No page stands at this address.

use crate::components::PageHead;
use crate::request::not_found;
use crate::whole::whole;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn NotFoundPage() -> impl IntoView {
    not_found();
    whole(view! {
        <Title text="Page not found · Voxum Console"/>
        <PageHead title="Page not found" purpose="There is no page at this address. It may have moved, or the link is incomplete."/>
        <p>
            <a href="/keys">"Go to API Keys"</a>
        </p>
    })
}
