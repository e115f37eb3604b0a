//! The links between the pages of a list. Only the server renders them.

use crate::prelude::*;

/// Renders links to the first and the next page of a list, if there are any.
///
/// `label` names the list, and `next_label` is the text of the second link.
pub fn pager(
    label: impl Into<String>,
    first: Option<String>,
    next: Option<String>,
    next_label: &'static str,
) -> Option<AnyView> {
    let links = [(first, "First page"), (next, next_label)];
    let links = links.into_iter().filter_map(|(href, text)| {
        href.map(|href| {
            view! {
                <a class="button" href=href>
                    {text}
                </a>
            }
        })
    });
    let links: Vec<_> = links.collect();
    let label = label.into();
    (!links.is_empty()).then(|| {
        view! {
            <nav class="pager" aria-label=label>
                {links}
            </nav>
        }
    })
}
