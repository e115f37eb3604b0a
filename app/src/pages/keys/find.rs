//! Search, saved views and filters of the list of keys.
//!
//! All of it are links and one plain form that only the server renders, so that it works without
//! script and is not in the module.

use crate::components::{CLEAR_FILTERS, Notice, SearchForm, Tone, filters};
use crate::prelude::*;
use domain::{KeyQuery, KeysPageContext, ListLink};

/// Renders the links to the saved views, which are hidden while the account has no keys.
pub fn views(context: &KeysPageContext, no_keys: RwSignal<bool>) -> AnyView {
    let html = server_html(|| {
        let views = context.views.iter().cloned().enumerate();
        let links = views.map(|(number, view)| view_link(number, view));
        links.collect_view().to_html()
    });
    let hidden = attr_if("", move || no_keys.get());
    view! { <nav class="views" aria-label="Views" hidden=hidden inner_html=html></nav> }
}

/// Renders the search form and the filters, which are hidden while the account has no keys.
pub fn find(context: &KeysPageContext, no_keys: RwSignal<bool>) -> AnyView {
    let html = server_html(|| {
        let explanation = context.explanation.clone();
        let explanation = explanation.map(|text| view! { <p class="second list-rule">{text}</p> });
        form(context).to_html() + &suggestions(&context.suggestions) + &explanation.to_html()
    });
    let hidden = attr_if("", move || no_keys.get());
    view! { <search hidden=hidden inner_html=html></search> }
}

/// Renders links to the lists that a search text also describes, such as "unused".
fn suggestions(links: &[ListLink]) -> String {
    if links.is_empty() {
        return String::new();
    }
    let links = links.iter().cloned().enumerate();
    let links = links.map(|(number, ListLink { text, href, .. })| {
        let lead = if number == 0 { "Show " } else { " or " };
        view! {
            {lead}
            <a href=href>{text}</a>
        }
    });
    let links = links.collect_view();
    view! { <p class="list-rule">{links}</p> }.to_html()
}

fn form(context: &KeysPageContext) -> AnyView {
    let KeysPageContext {
        query,
        refused,
        has_full_key,
        filters: menus,
        ..
    } = context;
    let identify = has_full_key.then(|| view! { <a href="/keys/found">"Identify a key"</a> });
    let refused = refused
        .clone()
        .map(|why| view! { <Notice tone=Tone::Warning text=why action=identify/> });
    // A search keeps the filters and the order.
    let kept = query
        .fields()
        .into_iter()
        .filter(|(name, value)| !matches!(*name, "q" | "cursor") && !value.is_empty())
        .map(|(name, value)| {
            let value = value.to_owned();
            view! { <input type="hidden" name=name value=value/> }
        })
        .collect_view();
    let clear = clear_text(query).map(|text| ("/keys", text));
    view! {
        <div class="find">
            <SearchForm
                action="/keys"
                label="Search by name or key preview"
                placeholder="Name or key preview"
                q=query.q.clone()
                maxlength="64"
                kept=kept.into_any()
            />
            {filters(menus.clone(), clear)}
        </div>
        {refused}
    }
}

/// Returns the text of the link to the whole list. A single filter has its own link, which
/// removes it.
fn clear_text(query: &KeyQuery) -> Option<&'static str> {
    let has_text = !query.q.trim().is_empty();
    match query.number_of_filters() {
        0 => has_text.then_some("Clear search"),
        1 if !has_text => None,
        _ if has_text => Some("Clear all"),
        _ => Some(CLEAR_FILTERS),
    }
}

/// Returns the id of the number of keys in a saved view.
pub fn view_count(number: usize) -> String {
    format!("view-count-{number}")
}

fn view_link(number: usize, view: ListLink) -> AnyView {
    let count = view.count.clone().map(|count| {
        view! { <span class="count" id=view_count(number)>{count}</span> }
    });
    view! {
        <a href=view.href aria-current=view.is_current.then_some("true")>{view.text} " " {count}</a>
    }
}
