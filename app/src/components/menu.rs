//! The pages there are.

use super::Icon;
use crate::browser;
use crate::lean::{flag, on, plain};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Path, name and icon, in the menu's order.
const PAGES: [(&str, &str, &str); 2] = [
    ("/keys", "API Keys", "#i-key"),
    ("/inventory", "Inventory", "#i-box"),
];

/// Each link changes the page without a page load once the console is hydrated.
#[component]
pub fn Menu() -> impl IntoView {
    let path = use_location().pathname;
    let items = PAGES.map(|(page, name, icon)| {
        let current = flag("page", move || path.with(|path| path.starts_with(page)));
        view! {
            <li>
                <a href=page aria-current=current on:click=on(|_: MouseEvent| browser::close("menu"))>
                    <Icon name=icon/>
                    <span>{name}</span>
                </a>
            </li>
        }
    });
    plain(view! {
        <nav aria-label="Main">
            <ul>{items}</ul>
        </nav>
    })
}
