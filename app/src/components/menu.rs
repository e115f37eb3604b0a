//! The navigation menu.

use super::Icon;
use crate::page::Page;
use crate::prelude::*;

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
    view! {
        <nav aria-label="Main">
            <ul>{items.collect_view()}</ul>
        </nav>
    }
}
