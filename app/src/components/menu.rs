//! The navigation menu.

use super::Icon;
use crate::page::Page;
use crate::prelude::*;
use crate::request::page_request;

#[component]
pub fn Menu(page: Page) -> impl IntoView {
    let entries = Page::ALL
        .iter()
        .filter_map(|entry| Some((*entry, entry.icon()?)));
    let items = entries.map(|(entry, icon)| {
        view! {
            <li>
                <a href=entry.path() aria-current=(page.entry() == Some(entry)).then_some("page")>
                    <Icon name=icon/>
                    <span>{entry.name()}</span>
                </a>
            </li>
        }
    });
    // A script opens the search as a dialog.
    let palette = page_request().assets.and_then(|assets| assets.palette);
    view! {
        <nav aria-label="Main">
            <ul>
                <li>
                    <a
                        href=Page::Search.path()
                        aria-current=(page == Page::Search).then_some("page")
                        aria-keyshortcuts="Control+K Meta+K"
                        data-palette=palette
                    >
                        <Icon name="#i-search"/>
                        <span>{Page::Search.name()}</span>
                        <kbd class="scripted" aria-hidden="true">"Ctrl K"</kbd>
                    </a>
                </li>
                {items.collect_view()}
            </ul>
        </nav>
    }
}
