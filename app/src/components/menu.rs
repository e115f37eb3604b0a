//! The navigation menu.

use super::Icon;
use crate::page::Page;
use crate::prelude::*;

/// The page of each entry, in order, and its icon.
const ENTRIES: [(Page, &str); 9] = [
    (Page::Dashboard, "#i-chart"),
    (Page::Keys, "#i-key"),
    (Page::Refusals, "#i-stop"),
    (Page::Inventory, "#i-box"),
    (Page::Leads, "#i-person"),
    (Page::Docs, "#i-book"),
    (Page::Audit, "#i-list"),
    (Page::Team, "#i-people"),
    (Page::Settings, "#i-sliders"),
];

#[component]
pub fn Menu(page: Page) -> impl IntoView {
    let items = ENTRIES.map(|(entry, icon)| {
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
            <ul>{items}</ul>
        </nav>
    }
}
