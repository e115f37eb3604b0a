//! A filter of a list.

use crate::prelude::*;
use domain::{FilterMenu, ListLink};

/// Renders a filter as a button that opens its choices. While it applies, a second one removes it.
/// A filter without choices is chosen elsewhere on its page.
pub fn filter_menu(
    FilterMenu {
        name,
        label,
        current,
        choices,
    }: FilterMenu,
) -> AnyView {
    let id = format!("filter-{name}");
    let is_on = current.is_some();
    let (text, remove) = match current {
        Some((value, href)) => {
            let text = format!("{label}: {value}");
            let remove = view! {
                <a class="remove" href=href aria-label=format!("Remove {text}")>"×"</a>
            };
            (text, Some(remove))
        }
        None => (label.to_owned(), None),
    };
    if choices.is_empty() {
        return view! {
            <div class="chip" class:on=is_on data-filter=name>
                <span>{text}</span>
                {remove}
            </div>
        };
    }
    let links = choices
        .into_iter()
        .map(|choice| view! { <li>{list_link(choice)}</li> })
        .collect_view();
    view! {
        <div class="chip" class:on=is_on data-filter=name>
            <button type="button" popovertarget=id.clone()>{text}</button>
            {remove}
            <div class="choice-menu" id=id popover="auto" role="group" aria-label=label>
                <ul>{links}</ul>
            </div>
        </div>
    }
}

pub fn list_link(
    ListLink {
        text,
        href,
        is_current,
        ..
    }: ListLink,
) -> AnyView {
    view! { <a href=href aria-current=is_current.then_some("true")>{text}</a> }
}
