//! The calls of the last 30 days.

use super::figures::{counted, number, scale, share};
use crate::lean::plain;
use domain::DayCalls;
use leptos::prelude::*;

/// Units of the picture: it is stretched to whatever place there is, so that only its lines and bars are in it and every
/// text stands beside it in its own size.
const DAY: usize = 10;
const BAR: (usize, usize) = (2, 6);
const HEIGHT: u64 = 1_000;
/// Days from one label to the next.
const WEEK: usize = 7;

#[component]
pub fn Calls(days: Vec<DayCalls>, zone: String) -> impl IntoView {
    let (accepted, refused) = sums(&days);
    let today = days
        .last()
        .map_or((0, 0), |day| (day.accepted, day.refused));
    let content = if accepted + refused == 0 {
        plain(view! {
            <p class="second">
                "No calls in the last 30 days. They show here a few seconds after a system makes them."
            </p>
        })
    } else {
        plain(view! {
            <dl class="stats">
                {stat("Today", today)}
                {stat("Last 30 days", (accepted, refused))}
            </dl>
            <Chart days=days.clone()/>
            <AsTable days=days/>
            <p class="second small">
                "A day begins at midnight in the account's time zone, " {zone} "."
            </p>
        })
    };
    plain(view! {
        <section class="box wide" aria-labelledby="calls">
            <h2 id="calls">"Calls"</h2>
            {content}
        </section>
    })
}

fn sums(days: &[DayCalls]) -> (u64, u64) {
    days.iter().fold((0, 0), |(accepted, refused), day| {
        (accepted + day.accepted, refused + day.refused)
    })
}

fn stat(name: &'static str, (accepted, refused): (u64, u64)) -> AnyView {
    let calls = accepted + refused;
    plain(view! {
        <div>
            <dt>{name}</dt>
            <dd>
                <strong>{number(calls)}</strong>
                {if calls == 1 { " call" } else { " calls" }}
                <span class="second">{number(refused)} " refused"</span>
            </dd>
        </div>
    })
}

#[component]
fn Chart(days: Vec<DayCalls>) -> impl IntoView {
    let busiest = days.iter().max_by_key(|day| day.total()).cloned();
    let lines = scale(busiest.as_ref().map_or(0, DayCalls::total));
    let top = lines.last().copied().unwrap_or(1);
    let told = busiest.map(|day| {
        let (accepted, refused) = sums(&days);
        format!(
            "Accepted: {}. Refused: {}. The most on one day: {}, on {}.",
            counted(accepted, "call", "calls"),
            number(refused),
            number(day.total()),
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
    // The last two days have their own label.
    let weeks = days.iter().step_by(WEEK).take(days.len() / WEEK);
    let weeks = weeks
        .map(|day| view! { <span>{day.name.clone()}</span> })
        .collect_view();
    let bars = days
        .into_iter()
        .enumerate()
        .map(|(index, day)| bar(index, &day, top));
    plain(view! {
        <div class="chart">
            <p class="legend" aria-hidden="true">
                <span class="accepted">"Accepted"</span>
                <span class="refused">"Refused"</span>
            </p>
            <div class="lines" aria-hidden="true">{names}</div>
            <svg
                role="img"
                aria-labelledby="chart-name chart-words"
                viewBox=format!("0 0 {width} {HEIGHT}")
                preserveAspectRatio="none"
            >
                <title id="chart-name">"Calls a day over the last 30 days"</title>
                <desc id="chart-words">{told}</desc>
                <path class="grid" d=grid.concat()></path>
                {bars.collect_view()}
            </svg>
            <div class="weeks" aria-hidden="true">
                {weeks}
                <span>"Today"</span>
            </div>
        </div>
    })
}

fn share_of(calls: u64, top: u64) -> u64 {
    share(calls, top, HEIGHT)
}

/// One day: what was accepted, and what was refused on top of it. The place around it tells its numbers to a mouse.
fn bar(index: usize, day: &DayCalls, top: u64) -> AnyView {
    let x = index * DAY;
    let (left, wide) = BAR;
    let accepted = share_of(day.accepted, top);
    let refused = share_of(day.refused, top).min(HEIGHT - accepted);
    let piece = |class, y, height: u64| {
        (height > 0).then(|| {
            view! { <rect class=class x=x + left y=y width=wide height=height></rect> }
        })
    };
    plain(view! {
        <g>
            <title>
                {format!("{}: {} accepted, {} refused", day.name, number(day.accepted), number(day.refused))}
            </title>
            <rect class="day" x=x y="0" width=DAY height=HEIGHT></rect>
            {piece("accepted", HEIGHT - accepted, accepted)}
            {piece("refused", HEIGHT - accepted - refused, refused)}
        </g>
    })
}

#[component]
fn AsTable(days: Vec<DayCalls>) -> impl IntoView {
    let rows = days.into_iter().rev().map(|day| {
        view! {
            <tr>
                <th scope="row">{day.name}</th>
                <td class="number">{number(day.accepted)}</td>
                <td class="number">{number(day.refused)}</td>
            </tr>
        }
    });
    plain(view! {
        <details class="more">
            <summary>"Show as table"</summary>
            <table class="figures">
                <caption class="visually-hidden">
                    "Calls a day over the last 30 days, today first"
                </caption>
                <thead>
                    <tr>
                        <th scope="col">"Day"</th>
                        <th scope="col" class="number">"Accepted"</th>
                        <th scope="col" class="number">"Refused"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </details>
    })
}
