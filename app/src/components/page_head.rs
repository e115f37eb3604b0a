//! The top of a page: what it is, what it is for, and its one primary action.

use crate::whole::whole;
use leptos::prelude::*;

#[component]
pub fn PageHead(
    #[prop(into)] title: String,
    purpose: &'static str,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    whole(view! {
        <div class="page-head">
            <div>
                <h1>{title}</h1>
                <p>{purpose}</p>
            </div>
            {children.map(|children| view! { <div class="page-action">{children()}</div> })}
        </div>
    })
}
