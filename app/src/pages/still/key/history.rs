//! The history of a key.

use crate::components::{Clock, Time};
use crate::lean::plain;
use domain::{HistoryRow, KeyId};
use leptos::prelude::*;

pub fn history(id: &KeyId, rows: Vec<HistoryRow>, clock: Clock) -> AnyView {
    let rows = rows.into_iter().map(|row| event(row, clock));
    plain(view! {
        <section class="history">
            <h2>"History"</h2>
            <ol>{rows.collect_view()}</ol>
            <p>
                <a href=format!("/audit?thing={id}")>"This key in the audit log"</a>
            </p>
        </section>
    })
}

fn event(row: HistoryRow, clock: Clock) -> AnyView {
    let from = row.from.map(|from| format!(" from {from}"));
    plain(view! {
        <li>
            <p>{row.what}</p>
            <p class="second">
                <Time moment=row.at clock=clock/>
                " by "
                {row.by}
                {from}
            </p>
        </li>
    })
}
