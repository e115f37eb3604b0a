//! Calls as a bar chart, and the same numbers as a table.

use super::figures::{counted, number, scale, share};
use app::prelude::*;
use domain::PeriodCalls;

/// Units of the SVG. It is stretched to the available space, so it contains only lines and bars,
/// and every text is placed beside it at its own size.
const DAY: usize = 10;
const BAR: (usize, usize) = (2, 6);
const HEIGHT: u64 = 1_000;

/// Texts of a chart.
#[derive(Clone, Copy)]
pub struct Words {
    /// Title, such as "Requests per day over the last 30 days".
    pub title: &'static str,
    /// Unit of a bar, such as "day".
    pub unit: &'static str,
    /// Heading of the column with the bars' names, such as "Day".
    pub column: &'static str,
    /// Preposition before a bar's name, such as "on".
    pub at: &'static str,
    /// Label of the last bar, such as "Today".
    pub last: &'static str,
}

/// Returns the distance between labels, in bars. The last bar has a label of its own.
fn label_step(bars: usize) -> usize {
    match bars {
        0..=7 => 2,
        8..=24 => 6,
        _ => 7,
    }
}

/// Sums up accepted and refused calls.
pub fn sums(days: &[PeriodCalls]) -> (u64, u64) {
    days.iter().fold((0, 0), |(accepted, refused), day| {
        (accepted + day.accepted, refused + day.refused)
    })
}

#[component]
pub fn Chart(days: Vec<PeriodCalls>, words: Words) -> impl IntoView {
    let busiest = days.iter().max_by_key(|day| day.total()).cloned();
    let lines = scale(busiest.as_ref().map_or(0, PeriodCalls::total));
    let top = lines.last().copied().unwrap_or(1);
    let told = busiest.map(|day| {
        let (accepted, refused) = sums(&days);
        format!(
            "Accepted: {}. Rejected: {}. The most in one {}: {}, {} {}.",
            counted(accepted, "request", "requests"),
            number(refused),
            words.unit,
            number(day.total()),
            words.at,
            day.name
        )
    });
    let width = days.len() * DAY;
    let grid = lines
        .iter()
        .map(|line| format!("M0 {}H{width}", HEIGHT - share_of(*line, top)));
    let grid: Vec<_> = grid.collect();
    let names = lines
        .iter()
        .rev()
        .map(|line| view! { <span>{number(*line)}</span> });
    let names = names.collect_view();
    let count = days.len();
    let step = label_step(count);
    let labels = days.iter().step_by(step).take((count - 1) / step);
    let labels = labels
        .map(|day| view! { <span>{day.name.clone()}</span> })
        .collect_view();
    let bars = days
        .into_iter()
        .enumerate()
        .map(|(index, day)| bar(index, &day, top));
    view! {
        <div class="chart">
            <p class="legend" aria-hidden="true">
                <span class="accepted">"Accepted"</span>
                <span class="refused">"Rejected"</span>
            </p>
            <div class="lines" aria-hidden="true">{names}</div>
            <svg
                role="img"
                aria-labelledby="chart-name chart-words"
                viewBox=format!("0 0 {width} {HEIGHT}")
                preserveAspectRatio="none"
            >
                <title id="chart-name">{words.title}</title>
                <desc id="chart-words">{told}</desc>
                <path class="grid" d=grid.concat()></path>
                {bars.collect_view()}
            </svg>
            <div class="labels" data-bars=count aria-hidden="true">
                {labels}
                <span>{words.last}</span>
            </div>
        </div>
    }
}

fn share_of(calls: u64, top: u64) -> u64 {
    share(calls, top, HEIGHT)
}

/// Renders one day: refused calls stacked on accepted ones. The element around it has a tooltip
/// with the numbers.
fn bar(index: usize, day: &PeriodCalls, top: u64) -> AnyView {
    let x = index * DAY;
    let (left, wide) = BAR;
    let accepted = share_of(day.accepted, top);
    let refused = share_of(day.refused, top).min(HEIGHT - accepted);
    let piece = |class, y, height: u64| {
        (height > 0).then(|| {
            view! { <rect class=class x=x + left y=y width=wide height=height></rect> }
        })
    };
    view! {
        <g>
            <title>
                {format!("{}: {} accepted, {} rejected", day.name, number(day.accepted), number(day.refused))}
            </title>
            <rect class="day" x=x y="0" width=DAY height=HEIGHT></rect>
            {piece("accepted", HEIGHT - accepted, accepted)}
            {piece("refused", HEIGHT - accepted - refused, refused)}
        </g>
    }
}

#[component]
pub fn AsTable(days: Vec<PeriodCalls>, words: Words) -> impl IntoView {
    let rows = days.into_iter().rev().map(|day| {
        view! {
            <tr>
                <th scope="row">{day.name}</th>
                <td class="number">{number(day.accepted)}</td>
                <td class="number">{number(day.refused)}</td>
            </tr>
        }
    });
    view! {
        <details class="more">
            <summary>"Show as table"</summary>
            <table class="figures">
                <caption class="visually-hidden">
                    {words.title}
                    ", the latest first"
                </caption>
                <thead>
                    <tr>
                        <th scope="col">{words.column}</th>
                        <th scope="col" class="number">"Accepted"</th>
                        <th scope="col" class="number">"Rejected"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </details>
    }
}
