//! What came of a file, row by row.

use super::{Notice, Tone};
use crate::lean::plain;
use domain::{Failure, ImportReport, RowProblem};
use leptos::prelude::*;

#[component]
pub fn ImportResult(report: ImportReport) -> impl IntoView {
    let (notice, rows, hidden) = match report {
        ImportReport::Refused { reason, rows } => {
            let notice =
                view! { <Notice tone=Tone::Error title="Nothing was stored" text=reason/> };
            (plain(notice), rows, 0)
        }
        ImportReport::OutcomeUnknown => {
            let text = Failure::OutcomeUnknown.message();
            let notice =
                view! { <Notice tone=Tone::Error title="The outcome is not known" text=text/> };
            (plain(notice), Vec::new(), 0)
        }
        ImportReport::Stored {
            received,
            created,
            updated,
            unchanged,
            removed,
            passed_over,
            passed_over_count,
        } => {
            let text = format!(
                "{received} received: {created} new, {updated} changed, {unchanged} as they were, {removed} removed, \
                 {passed_over_count} passed over."
            );
            let tone = if passed_over_count == 0 {
                Tone::Info
            } else {
                Tone::Warning
            };
            let hidden = passed_over_count.saturating_sub(passed_over.len() as u64);
            let notice = view! { <Notice tone=tone title="The file was stored" text=text/> };
            (plain(notice), passed_over, hidden)
        }
    };
    let table = (!rows.is_empty()).then(|| table(rows));
    let more = (hidden > 0).then(|| {
        let text =
            format!("And {hidden} more. Mend these, then send the file again to see the next.");
        view! { <p class="second">{text}</p> }
    });
    plain(view! {
        <section id="report" class="report" aria-label="What came of the file" tabindex="-1">
            {notice}
            {table}
            {more}
        </section>
    })
}

fn table(rows: Vec<RowProblem>) -> AnyView {
    let rows = rows
        .into_iter()
        .map(|RowProblem { place, problems }| {
            let problems = problems
                .into_iter()
                .map(|(field, detail)| {
                    let field = (!field.is_empty()).then(|| view! { <code>{field}</code> " " });
                    view! {
                        <li>
                            {field}
                            {detail}
                        </li>
                    }
                })
                .collect_view();
            view! {
                <tr role="row">
                    <th role="rowheader" scope="row">
                        {place}
                    </th>
                    <td role="cell">
                        <ul>{problems}</ul>
                    </td>
                </tr>
            }
        })
        .collect_view();
    plain(view! {
        <div class="table-card">
            <table role="table">
                <caption class="visually-hidden">"What is wrong, item by item"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">
                            "Item"
                        </th>
                        <th role="columnheader" scope="col">
                            "What to mend"
                        </th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    })
}
