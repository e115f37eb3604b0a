//! Filters of a list. Each of them is a link that applies the filter.

use crate::prelude::*;
use domain::{FilterMenu, ListLink};

/// Text of the link that removes all filters.
pub const CLEAR_FILTERS: &str = "Clear filters";

/// Renders the filters of a list, or nothing if there is nothing to choose or to remove.
///
/// `clear`: the address of the whole list, and the text of the link to it, if the list is filtered.
pub fn filters(menus: Vec<FilterMenu>, clear: Option<(&'static str, &'static str)>) -> AnyView {
    let menus = menus.into_iter();
    let mut items: Vec<_> = menus
        .filter(|menu| menu.current.is_some() || !menu.choices.is_empty())
        .map(filter)
        .collect();
    items.extend(clear.map(|(href, text)| {
        view! { <li><a class="chip clear" href=href>{text}</a></li> }
    }));
    if items.is_empty() {
        return erase(());
    }
    view! {
        <ul class="chips" aria-label="Filters">
            {items}
        </ul>
    }
}

/// Renders a filter as a button that opens its choices. While it applies, a link removes it. A
/// filter without choices is chosen elsewhere on its page.
fn filter(
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
    // The style sheet cuts off a long value.
    let title = is_on.then(|| text.clone());
    let filter = if choices.is_empty() {
        view! {
            <span>{text}</span>
            {remove}
        }
    } else {
        let links = choices.into_iter().map(choice).collect_view();
        view! {
            <button type="button" popovertarget=id.clone() title=title>{text}</button>
            {remove}
            <div class="choice-menu" id=id popover="auto" role="group" aria-label=label>
                <ul>{links}</ul>
            </div>
        }
    };
    view! {
        <li class="chip" class:on=is_on data-filter=name>{filter}</li>
    }
}

fn choice(
    ListLink {
        text,
        href,
        is_current,
        ..
    }: ListLink,
) -> AnyView {
    view! {
        <li>
            <a href=href aria-current=is_current.then_some("true")>{text}</a>
        </li>
    }
}
