//! The head of a page about one thing, such as a key or a member.

use app::prelude::*;

/// Renders the head of a page. `back` is the address and the name of the list that the thing is in,
/// `badge` is beside the title, and `facts` are below it.
pub fn detail_head(
    back: Option<(&'static str, &'static str)>,
    title: String,
    badge: Option<AnyView>,
    facts: AnyView,
    actions: Option<AnyView>,
) -> AnyView {
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
