//! The audit log: who did what, when, and from where.

mod form;
mod row;

use crate::list_parameters::corrected_notice;
use app::components::{
    CLEAR_FILTERS, Clock, Column, NEXT_PAGE, PageHead, Pager, SEARCH_FURTHER, Table, TimesSwitch,
    exports, filters,
};
use app::pages::page_data::{Head, page_or_error};
use app::prelude::*;
use domain::{AuditPage as Data, Failure};

const HEAD: Head = Head {
    title: "Audit log",
    purpose: "Who did what, when, and from where. Entries can't be edited or deleted.",
};

const COLUMNS: &[Column] = &[
    Column::Text("Time"),
    Column::Text("Actor"),
    Column::Text("Action"),
    Column::Text("Resource"),
    Column::Text("Change"),
    Column::Text("IP address"),
    Column::Unseen("Details"),
];

pub fn audit_page(data: Result<Data, Failure>) -> AnyView {
    page_or_error(HEAD, data, |page| {
        erase((
            view! { <PageHead title=HEAD.title purpose=HEAD.purpose/> },
            corrected_notice(),
            log(page),
        ))
    })
}

fn log(page: Data) -> AnyView {
    let form = form::form(&page);
    let clear = (!page.filters.is_empty()).then_some(("/audit", CLEAR_FILTERS));
    let filters = filters(page.filters.clone(), clear);
    let has_errors = !page.errors.is_empty();
    let found = if has_errors {
        None
    } else if page.rows.is_empty() && page.stopped {
        let title = "No matches so far";
        let text =
            "One page searches a part of the log, newest first. Search further for older events.";
        Some(erase((
            view! {
                <section class="empty">
                    <h2>{title}</h2>
                    <p>{text}</p>
                </section>
            },
            pages(&page),
        )))
    } else if page.rows.is_empty() && page.first.is_some() {
        Some(view! {
            <section class="empty">
                <h2>"No more matches"</h2>
                <p>"You have reached the beginning of the log. " <a href="/audit">"Clear filters"</a></p>
            </section>
        })
    } else if page.rows.is_empty() {
        Some(view! {
            <section class="empty">
                <h2>"No matching events"</h2>
                <p>
                    "Try changing or clearing your filters. " <a href="/audit">"Clear filters"</a>
                </p>
            </section>
        })
    } else {
        Some(list(page))
    };
    view! {
        <details class="panel filter-panel" open=has_errors>
            <summary>"Filter"</summary>
            {form}
        </details>
        {filters}
        {found}
    }
}

fn list(page: Data) -> AnyView {
    let clock = Clock::start(page.now.at);
    let pages = pages(&page);
    let exports = exports("/audit/log", &page.query);
    let rows = page.rows.into_iter().map(|line| row::row(line, clock));
    let rows = rows.collect_view().into_any();
    view! {
        <div class="toolbar">
            {exports}
            <TimesSwitch/>
        </div>
        <Table caption="Events in this account" class="audit" columns=COLUMNS rows=rows/>
        {pages}
    }
}

fn pages(page: &Data) -> AnyView {
    let next_label = if page.stopped {
        SEARCH_FURTHER
    } else {
        NEXT_PAGE
    };
    let (first, next) = (page.first.clone(), page.next.clone());
    view! { <Pager label="Audit log pagination" first=first next=next next_label=next_label/> }
}
