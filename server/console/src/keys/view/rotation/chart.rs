//! Calls with the old key and with the new one, by hour or by day.

use crate::charts::{number, scale, share};
use app::prelude::*;
use domain::OverlapStep;

/// Units of the SVG, which is stretched to the available space, as on the Dashboard.
const STEP: usize = 10;
const BAR: (usize, usize) = (2, 6);
const HEIGHT: u64 = 1_000;

#[component]
pub fn Chart(steps: Vec<OverlapStep>, hourly: bool) -> impl IntoView {
    let (old, new) = steps
        .iter()
        .fold((0, 0), |(old, new), step| (old + step.old, new + step.new));
    if old + new == 0 {
        return view! { <p class="second">"No requests with either key yet."</p> };
    }
    let top = steps.iter().map(OverlapStep::total).max().unwrap_or(0);
    let lines = scale(top);
    let top = lines.last().copied().unwrap_or(1);
    let (unit, title) = if hourly {
        ("Hour", "Requests per hour with the old key and the new one")
    } else {
        ("Day", "Requests per day with the old key and the new one")
    };
    let told = format!("Old key: {}. New key: {}.", number(old), number(new));
    let width = steps.len() * STEP;
    let grid = lines
        .iter()
        .map(|line| format!("M0 {}H{width}", HEIGHT - share(*line, top, HEIGHT)));
    let grid: Vec<_> = grid.collect();
    let names = lines
        .iter()
        .rev()
        .map(|line| view! { <span>{number(*line)}</span> });
    let names = names.collect_view();
    let first = steps.first().map(|step| step.name.clone());
    let bars = steps
        .iter()
        .enumerate()
        .map(|(index, step)| bar(index, step, top));
    let bars = bars.collect_view();
    view! {
        <div class="chart">
            <p class="legend" aria-hidden="true">
                <span class="accepted">"New key"</span>
                <span class="refused">"Old key"</span>
            </p>
            <div class="lines" aria-hidden="true">{names}</div>
            <svg
                role="img"
                aria-labelledby="overlap-name overlap-words"
                viewBox=format!("0 0 {width} {HEIGHT}")
                preserveAspectRatio="none"
            >
                <title id="overlap-name">{title}</title>
                <desc id="overlap-words">{told}</desc>
                <path class="grid" d=grid.concat()></path>
                {bars}
            </svg>
            <div class="span" aria-hidden="true">
                <span>{first}</span>
                <span>"Now"</span>
            </div>
        </div>
        <AsTable steps=steps unit=unit title=title/>
    }
}

/// Renders one step: calls with the old key stacked on calls with the new one.
fn bar(index: usize, step: &OverlapStep, top: u64) -> AnyView {
    let x = index * STEP;
    let (left, wide) = BAR;
    let new = share(step.new, top, HEIGHT);
    let old = share(step.old, top, HEIGHT).min(HEIGHT - new);
    let piece = |class, y, height: u64| {
        (height > 0).then(|| {
            view! { <rect class=class x=x + left y=y width=wide height=height></rect> }
        })
    };
    view! {
        <g>
            <title>
                {format!("{}: new key {}, old key {}", step.name, number(step.new), number(step.old))}
            </title>
            <rect class="day" x=x y="0" width=STEP height=HEIGHT></rect>
            {piece("accepted", HEIGHT - new, new)}
            {piece("refused", HEIGHT - new - old, old)}
        </g>
    }
}

#[component]
fn AsTable(steps: Vec<OverlapStep>, unit: &'static str, title: &'static str) -> impl IntoView {
    let rows = steps.into_iter().rev().map(|step| {
        view! {
            <tr>
                <th scope="row">{step.name}</th>
                <td class="number">{number(step.old)}</td>
                <td class="number">{number(step.new)}</td>
            </tr>
        }
    });
    view! {
        <details class="more">
            <summary>"Show as table"</summary>
            <table class="figures">
                <caption class="visually-hidden">{title}</caption>
                <thead>
                    <tr>
                        <th scope="col">{unit}</th>
                        <th scope="col" class="number">"Old key"</th>
                        <th scope="col" class="number">"New key"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </details>
    }
}
