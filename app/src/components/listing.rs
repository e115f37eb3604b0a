//! A long list for reading, a page of it at a time.

use super::{Code, Column, Table, TimesSwitch};
use crate::lean::plain;
use leptos::prelude::*;

pub const NEXT_PAGE: &str = "Next page";
/// The same if a search stopped before the page was full.
pub const SEARCH_FURTHER: &str = "Search further";

/// What one list is called, and where it stands.
#[derive(Clone, Copy)]
pub struct List {
    pub path: &'static str,
    /// What stands in it.
    pub name: &'static str,
    pub caption: &'static str,
    pub class: &'static str,
    pub columns: &'static [Column],
}

#[component]
pub fn Listing(
    list: List,
    rows: Vec<AnyView>,
    /// How many there are on all pages, in words.
    count: String,
    /// Whether this is the first page.
    first: bool,
    /// The address of the next page.
    next: Option<String>,
    /// The text of the link to the next page.
    #[prop(default = NEXT_PAGE)]
    next_label: &'static str,
) -> impl IntoView {
    let List { path, name, .. } = list;
    plain(view! {
        <div class="toolbar">
            <p>{count}</p>
            <TimesSwitch/>
        </div>
        <Table caption=list.caption class=list.class columns=list.columns rows=rows.into_any()/>
        <Pager name=name first=(!first).then(|| path.to_owned()) next=next next_label=next_label/>
    })
}

/// Links to the first and the next page of a list.
#[component]
pub fn Pager(
    /// The name of the list.
    name: &'static str,
    /// The address of the first page, unless this is it.
    first: Option<String>,
    /// The address of the next page.
    next: Option<String>,
    next_label: &'static str,
) -> impl IntoView {
    let link = |href: String, label: &'static str| {
        view! {
            <a class="button" href=href>
                {label}
            </a>
        }
    };
    plain(view! {
        <nav class="pager" aria-label=format!("Pages of the {name}")>
            {first.map(|first| link(first, "First page"))} {next.map(|next| link(next, next_label))}
        </nav>
    })
}

/// In the place of a list to which nothing was sent yet.
#[component]
pub fn NothingSent(
    title: &'static str,
    /// What to do about it, before a call that does it.
    text: &'static str,
    call: String,
) -> impl IntoView {
    plain(view! {
        <section class="empty">
            <h2>{title}</h2>
            <p>{text}</p>
            <Code id="example-call" text=call copy=true/>
            <p>
                <a href="/keys">"Go to API Keys"</a>
            </p>
        </section>
    })
}
