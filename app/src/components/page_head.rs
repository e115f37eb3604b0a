//! The top of a page: its title, its purpose, and its one primary action.

use crate::prelude::*;

#[component]
pub fn PageHead(
    #[prop(into)] title: String,
    purpose: &'static str,
    #[prop(optional)] action: Option<AnyView>,
) -> impl IntoView {
    view! {
        <div class="page-head">
            <div>
                <h1>{title}</h1>
                <p>{purpose}</p>
            </div>
            {action.map(|action| view! { <div class="page-action">{action}</div> })}
        </div>
    }
}
