//! The head of a page about one thing, such as a key or a member.

use app::prelude::*;

#[component]
pub fn DetailHead(
    /// The address and the name of the list that the thing is in.
    #[prop(optional)]
    back: Option<(&'static str, &'static str)>,
    #[prop(into)] title: String,
    /// Status beside the title.
    #[prop(optional)]
    badge: Option<AnyView>,
    /// Facts below the title.
    facts: AnyView,
    #[prop(optional_no_strip)] actions: Option<AnyView>,
) -> impl IntoView {
    let back = back.map(|(href, list)| view! { <p><a href=href>{list}</a></p> });
    let title = view! { <h1>{title}</h1> };
    let title = match badge {
        Some(badge) => view! { <div class="title">{title} {badge}</div> },
        None => title,
    };
    view! {
        <div class="page-head">
            <div>
                {back}
                {title}
                {facts}
            </div>
            {actions}
        </div>
    }
}
