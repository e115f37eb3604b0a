//! The navigation menu.

use super::Icon;
use crate::prelude::*;
use crate::routes::Page;

/// Path, name and icon of each menu entry, in order, and the pages for which the entry is current.
const PAGES: [(&str, &str, &str, &[Page]); 8] = [
    (
        "/",
        "Dashboard",
        "#i-chart",
        &[Page::Dashboard, Page::Refusals],
    ),
    (
        "/keys",
        "API Keys",
        "#i-key",
        &[
            Page::Keys,
            Page::NewKey,
            Page::Key,
            Page::EditKey,
            Page::RevokeKey,
            Page::RotateKey,
            Page::BulkKeys,
            Page::FoundKey,
        ],
    ),
    (
        "/inventory",
        "Inventory",
        "#i-box",
        &[Page::Inventory, Page::Import],
    ),
    ("/leads", "Leads", "#i-person", &[Page::Leads]),
    ("/docs", "API docs", "#i-book", &[Page::Docs]),
    ("/audit", "Audit log", "#i-list", &[Page::Audit]),
    (
        "/team",
        "Team",
        "#i-people",
        &[Page::Team, Page::Invite, Page::Member],
    ),
    (
        "/settings",
        "Settings",
        "#i-sliders",
        &[Page::Settings, Page::RevokeAll],
    ),
];

#[component]
pub fn Menu(page: Page) -> impl IntoView {
    let items = PAGES.map(|(path, name, icon, pages)| {
        view! {
            <li>
                <a href=path aria-current=pages.contains(&page).then_some("page")>
                    <Icon name=icon/>
                    <span>{name}</span>
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
