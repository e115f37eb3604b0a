//! Ranked lists: what had the most calls, with a bar for each row.

use super::figures::{number, share};
use crate::ListAddress;
use app::prelude::*;
use domain::RefusalCode;

/// Length of the longest bar in SVG units; it is stretched to the available space.
const WIDTH: u64 = 1_000;

/// One row of a [`Ranking`].
pub struct Rank {
    pub name: AnyView,
    pub href: String,
    pub accepted: u64,
    pub refused: u64,
    /// Shown below the number.
    pub note: Option<String>,
}

/// Returns the rows for refused calls by reason, each with a link to those in a list of refused
/// calls.
pub fn refusals(refusals: Vec<(RefusalCode, u64)>, list: &ListAddress<'_>) -> Vec<Rank> {
    let rows = refusals.into_iter().map(|(refusal, calls)| Rank {
        name: view! {
            {refusal.label()}
            <small><code>{refusal.as_str()}</code></small>
        },
        href: list.clone().with("reason", refusal.as_str()).to_string(),
        accepted: 0,
        refused: calls,
        note: None,
    });
    rows.collect()
}

/// A table with a bar in each row, the longest first. The numbers are the accessible text of the
/// bars.
#[component]
pub fn Ranking(
    ranks: Vec<Rank>,
    caption: String,
    /// Heading of the column with the names.
    column: &'static str,
) -> impl IntoView {
    let total = |rank: &Rank| rank.accepted.saturating_add(rank.refused);
    let most = ranks.iter().map(total).max().unwrap_or_default();
    let rows = ranks.into_iter().map(|rank| {
        let calls = total(&rank);
        let accepted = share(rank.accepted, most, WIDTH);
        let refused = share(rank.refused, most, WIDTH).min(WIDTH - accepted);
        let note = rank.note.map(|note| view! { <small>{note}</small> });
        view! {
            <tr>
                <th scope="row">
                    <a href=rank.href>{rank.name}</a>
                    <svg viewBox=format!("0 0 {WIDTH} 1") preserveAspectRatio="none" aria-hidden="true">
                        <rect class="lower" width=accepted height="1"></rect>
                        <rect class="upper" x=accepted width=refused height="1"></rect>
                    </svg>
                </th>
                <td class="number">{number(calls)} {note}</td>
            </tr>
        }
    });
    view! {
        <table class="ranking">
            <caption class="visually-hidden">
                {caption}
            </caption>
            <thead class="visually-hidden">
                <tr>
                    <th scope="col">{column}</th>
                    <th scope="col">"Requests"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}
