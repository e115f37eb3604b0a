//! A long list for reading, a page of it at a time.

use super::{Code, Column, Table, TimesSwitch};
use crate::lean::plain;
use leptos::prelude::*;

/// What one list is called, and where it stands.
#[derive(Clone, Copy)]
pub struct List {
    pub path: &'static str,
    /// One of them, and several.
    pub words: (&'static str, &'static str),
    pub caption: &'static str,
    pub class: &'static str,
    pub columns: &'static [Column],
}

#[component]
pub fn Listing(
    list: List,
    rows: Vec<AnyView>,
    /// How many there are on all pages.
    total: u64,
    /// Whether this is the first page.
    first: bool,
    /// The cursor of the next page.
    next: Option<String>,
) -> impl IntoView {
    let List { path, words, .. } = list;
    let word = if total == 1 { words.0 } else { words.1 };
    plain(view! {
        <div class="toolbar">
            <p>{format!("{total} {word}")}</p>
            <TimesSwitch/>
        </div>
        <Table caption=list.caption class=list.class columns=list.columns rows=rows.into_any()/>
        <nav class="pager" aria-label=format!("Pages of the {}", words.1)>
            {(!first).then(|| view! { <a class="button" href=path>"First page"</a> })}
            {next
                .map(|cursor| {
                    view! {
                        <a class="button" href=format!("{path}?cursor={cursor}")>
                            "Next page"
                        </a>
                    }
                })}
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
