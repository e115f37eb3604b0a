//! The history of a key.

use app::components::{Clock, Time};
use app::prelude::*;
use domain::{HistoryRow, KeyId};

pub fn history(id: &KeyId, rows: Vec<HistoryRow>, clock: Clock) -> AnyView {
    let rows = rows.into_iter().map(|row| event(row, clock));
    view! {
        <section class="box history" aria-labelledby="history">
            <h2 id="history">"History"</h2>
            <ol>{rows.collect_view()}</ol>
            <p>
                <a href=format!("/audit?thing={id}")>"View in audit log"</a>
            </p>
        </section>
    }
}

fn event(row: HistoryRow, clock: Clock) -> AnyView {
    let changes = row.changes.into_iter();
    let changes = changes.map(|change| view! { <p>{change}</p> });
    let from = row.from.map(|from| format!(" from {from}"));
    view! {
        <li>
            <p>{row.what}</p>
            {changes.collect_view()}
            <p class="second">
                <Time moment=row.at clock=clock/>
                " by "
                {row.by}
                {from}
            </p>
        </li>
    }
}
