//! The list of refused calls.

use super::follow::following;
use super::remedy::remedy;
use app::components::{Clock, Column, Pager, Table, Time, TimesSwitch};
use app::prelude::*;
use domain::{RefusalList, RefusalRow, TextLink};

const COLUMNS: &[Column] = &[
    Column::Text("Time"),
    Column::Text("Request"),
    Column::Text("Status"),
    Column::Text("Reason"),
    Column::Text("Key"),
    Column::Text("IP address"),
    Column::Unseen("Actions"),
];

/// Renders the list below the line that reports newer requests.
pub fn table(table: RefusalList, clock: Clock) -> AnyView {
    view! {
        <div class="toolbar">
            {table.news.as_deref().map(following)}
            <TimesSwitch/>
        </div>
        {list(table, clock)}
    }
}

/// Renders one page of the list, or explains why it is empty.
pub fn list(list: RefusalList, clock: Clock) -> AnyView {
    let RefusalList {
        rows,
        matches,
        is_first,
        first,
        next,
        ..
    } = list;
    let content = if rows.is_empty() {
        empty(matches.is_some(), is_first)
    } else {
        let rows = rows.into_iter().map(|line| row(line, clock));
        let rows = rows.collect_view().into_any();
        view! { <Table caption="Rejected requests, newest first" class="requests" columns=COLUMNS rows=rows/> }
    };
    view! {
        <div class="followed">{content}</div>
        <Pager label="Requests pagination" first=(!is_first).then_some(first) next=next/>
    }
}

fn empty(is_filtered: bool, is_first: bool) -> AnyView {
    if !is_first {
        return view! {
            <section class="empty">
                <h2>"No more requests"</h2>
                <p>"You have reached the oldest rejected request that is kept."</p>
            </section>
        };
    }
    if is_filtered {
        return view! {
            <section class="empty">
                <h2>"No matching requests"</h2>
                <p>
                    "No rejected request of the last 7 days matches these filters. "
                    <a href="/requests">"Clear filters"</a>
                </p>
            </section>
        };
    }
    view! {
        <section class="empty">
            <h2>"No rejected requests"</h2>
            <p>
                "If a system still gets an error, it may not send your key. Copy the request ID from the X-Request-Id \
                 header of the response that it got, and look it up here."
            </p>
        </section>
    }
}

/// Renders one call. ARIA roles are repeated, since the `display` of narrow screens removes the
/// native ones.
fn row(line: RefusalRow, clock: Clock) -> AnyView {
    let filter = |link: TextLink, what: &str| {
        let name = format!("{}: show only this {what}", link.text);
        view! {
            <a href=link.href aria-label=name>
                {link.text}
            </a>
        }
    };
    let status = match line.status {
        Some(status) => erase(status.to_string()),
        None => none(),
    };
    let key = line.key.map_or_else(none, |link| filter(link, "key"));
    let address = line
        .address
        .map_or_else(none, |link| filter(link, "address"));
    view! {
        <tr role="row">
            <td role="cell" data-label="Time">
                <Time moment=line.at clock=clock/>
            </td>
            <th role="rowheader" scope="row">
                <a class="name" href=line.call.href>
                    <code>{line.call.text}</code>
                </a>
            </th>
            <td role="cell" data-label="Status">
                {status}
            </td>
            <td role="cell" data-label="Reason">
                {filter(line.reason, "reason")}
            </td>
            <td role="cell" data-label="Key">
                {key}
            </td>
            <td role="cell" data-label="IP address">
                {address}
            </td>
            <td role="cell" class="row-actions">
                {line.remedy.map(remedy)}
            </td>
        </tr>
    }
}

fn none() -> AnyView {
    view! { <span class="second">"–"</span> }
}
