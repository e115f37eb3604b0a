//! A long, read-only list, one page at a time.

use super::{Code, Column, NEXT_PAGE, Pager, Table, TimesSwitch};
use crate::prelude::*;

/// Texts of one list.
#[derive(Clone, Copy)]
pub struct List {
    /// Noun for the list's entries.
    pub name: &'static str,
    pub caption: &'static str,
    pub class: &'static str,
    pub columns: &'static [Column],
}

#[component]
pub fn Listing(
    list: List,
    rows: Vec<AnyView>,
    /// The number of entries on all pages, in words.
    count: String,
    /// Links that export the list.
    exports: AnyView,
    /// Address of the first page; `None` on the first page itself.
    first: Option<String>,
    /// Address of the next page; `None` on the last page.
    next: Option<String>,
    /// The label of the link to the next page.
    #[prop(default = NEXT_PAGE)]
    next_label: &'static str,
) -> impl IntoView {
    let name = list.name;
    view! {
        <div class="toolbar">
            <p>{count}</p>
            {exports}
            <TimesSwitch/>
        </div>
        <Table caption=list.caption class=list.class columns=list.columns rows=rows.into_any()/>
        <Pager
            label=format!("{name} pagination")
            first=first
            next=next
            next_label=next_label
        />
    }
}

/// Placeholder for a list to which no data has been sent yet.
#[component]
pub fn NothingSent(
    title: &'static str,
    /// Instructions, shown above an example call.
    text: &'static str,
    call: String,
) -> impl IntoView {
    view! {
        <section class="empty">
            <h2>{title}</h2>
            <p>{text}</p>
            <Code id="example-call" text=call/>
            <p>
                <a href="/keys">"Go to API Keys"</a>
            </p>
        </section>
    }
}
