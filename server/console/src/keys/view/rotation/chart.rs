//! Calls with the old key and with the new one, by hour or by day.

use crate::charts::{Bar, Chart, ChartText, number};
use app::prelude::*;
use domain::OverlapStep;

#[component]
pub fn OverlapChart(steps: Vec<OverlapStep>, hourly: bool) -> impl IntoView {
    let (old, new) = steps
        .iter()
        .fold((0, 0), |(old, new), step| (old + step.old, new + step.new));
    if old + new == 0 {
        return view! { <p class="second">"No requests with either key have been counted yet."</p> };
    }
    let (column, title) = if hourly {
        ("Hour", "Requests per hour with the old key and the new one")
    } else {
        ("Day", "Requests per day with the old key and the new one")
    };
    let text = ChartText {
        title,
        counts: ["New key", "Old key"],
        neutral: true,
        column,
        last: "Now",
    };
    let summary = format!("Old key: {}. New key: {}.", number(old), number(new));
    let bars = steps.into_iter().map(|step| Bar {
        name: step.name,
        lower: step.new,
        upper: step.old,
    });
    view! { <Chart id="overlap-chart" bars=bars.collect() text=text summary=summary/> }
}
