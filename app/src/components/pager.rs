//! Links to other pages of a list.

use crate::prelude::*;

pub const NEXT_PAGE: &str = "Next page";
/// Label for the next page if a search stopped before the page was full.
pub const SEARCH_FURTHER: &str = "Search further";

/// Links to the first and the next page of a list. Nothing is rendered for a list of one page.
#[component]
pub fn Pager(
    /// Name of the links for screen readers.
    #[prop(into)]
    label: String,
    /// Address of the first page; `None` on the first page itself.
    first: Option<String>,
    /// Address of the next page; `None` on the last page.
    next: Option<String>,
    #[prop(default = NEXT_PAGE)] next_label: &'static str,
    /// Text beside the links.
    #[prop(default = None)]
    note: Option<&'static str>,
) -> impl IntoView {
    let links = [(first, "First page"), (next, next_label)];
    let links = links.into_iter().filter_map(|(href, text)| {
        let href = href?;
        Some(view! {
            <a class="button" href=href>
                {text}
            </a>
        })
    });
    let links: Vec<_> = links.collect();
    (!links.is_empty()).then(|| {
        view! {
            <nav class="pager" aria-label=label>
                {note.map(|note| view! { <p>{note}</p> })}
                {links}
            </nav>
        }
    })
}
