//! Reasons for refused calls.

use super::figures::{number, share};
use app::prelude::*;
use domain::RefusalCode;

/// Length of the longest bar in SVG units; it is stretched to the available space.
const WIDTH: u64 = 100;

/// A table of refusals with a bar in each row. The table itself is the accessible text of the bars.
#[component]
pub fn RefusalTable(refusals: Vec<(RefusalCode, u64)>, caption: String) -> impl IntoView {
    let most = refusals.first().map_or(0, |(_, calls)| *calls);
    let rows = refusals.into_iter().map(|(refusal, calls)| {
        let long = share(calls, most, WIDTH);
        view! {
            <tr>
                <th scope="row">
                    {refusal.label()}
                    <small><code>{refusal.as_str()}</code></small>
                </th>
                <td class="bar" aria-hidden="true">
                    <svg viewBox=format!("0 0 {WIDTH} 8") preserveAspectRatio="none">
                        <rect class="refused" width=long height="8"></rect>
                    </svg>
                </td>
                <td class="number">{number(calls)}</td>
            </tr>
        }
    });
    view! {
        <table class="figures">
            <caption class="visually-hidden">
                {caption}
            </caption>
            <thead class="visually-hidden">
                <tr>
                    <th scope="col">"Reason"</th>
                    <td aria-hidden="true"></td>
                    <th scope="col">"Requests"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}
