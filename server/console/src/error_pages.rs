//! Pages for addresses that lead to no page, or that cannot be read.

use app::Page;
use app::components::PageHead;
use app::prelude::*;
use app::request::page_request;

/// Returns the page of the console whose path has the same beginning as this one, since most
/// mistaken addresses are variants of existing ones. The result does not contain any part of the
/// path.
pub fn list_near(path: &str) -> Option<Page> {
    let first = path.split('/').nth(1)?;
    let mut pages = Page::ALL.iter();
    pages
        .find(|page| leads_back(**page) && page.path()[1..].eq_ignore_ascii_case(first))
        .copied()
}

const fn leads_back(page: Page) -> bool {
    page.icon().is_some() && !matches!(page, Page::Dashboard) || matches!(page, Page::Account)
}

pub fn not_found_page(list: Option<Page>) -> AnyView {
    view! {
        <PageHead title="Page not found" purpose="We couldn't find that page. The address may be wrong or incomplete."/>
        {ways_back(list)}
    }
}

/// The page of a request in which the parameter `name` is longer than `max_chars`.
pub fn too_long_page(name: &str, max_chars: usize, list: Option<Page>) -> AnyView {
    let text = format!("“{name}” can have at most {max_chars} characters. Go back and shorten it.");
    view! {
        <PageHead title="Too long" purpose="A value was too long, so nothing was done."/>
        <p>{text}</p>
        {ways_back(list)}
    }
}

/// The page of a request in which the parameter `name` occurs more than once.
pub fn repeated_page(name: &str, list: Option<Page>) -> AnyView {
    let text = format!("The address contains “{name}” more than once. Remove one of them.");
    view! {
        <PageHead title="Duplicate value" purpose="A value was given more than once, so nothing was done."/>
        <p>{text}</p>
        {ways_back(list)}
    }
}

/// Renders links to pages on which the person can continue.
fn ways_back(list: Option<Page>) -> AnyView {
    if page_request().member.is_none() {
        return view! { <p><a href=Page::SignIn.path()>"Go to sign-in"</a></p> };
    }
    let list = list.map(|list| {
        let text = format!("Back to {}", list.name());
        view! { <p><a href=list.path()>{text}</a></p> }
    });
    view! {
        {list}
        <p><a href=Page::Dashboard.path()>"Go to the Dashboard"</a></p>
        <p><a href=Page::Search.path()>"Search keys, pages and actions"</a></p>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistaken_address_leads_to_the_list_that_it_begins_like() {
        for (path, list) in [
            ("/keys/nonsense/x", Some(Page::Keys)),
            ("/Inventory/1", Some(Page::Inventory)),
            ("/leads/", Some(Page::Leads)),
            ("/team/x/y", Some(Page::Team)),
            ("/account/x", Some(Page::Account)),
            ("/keysx", None),
            ("/sign-in/x", None),
            ("/", None),
            ("//keys", None),
            ("", None),
        ] {
            assert_eq!(list_near(path), list, "{path}");
        }
    }
}
