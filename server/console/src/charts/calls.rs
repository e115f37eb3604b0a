//! Accepted and rejected calls by day or by hour.

use super::chart::{Bar, Chart, ChartText};
use super::figures::{counted, number};
use app::prelude::*;
use domain::{ActivityPeriod, PeriodCalls};

/// Sums up accepted and refused calls.
fn sums(periods: &[PeriodCalls]) -> (u64, u64) {
    periods.iter().fold((0, 0), |(accepted, refused), period| {
        (accepted + period.accepted, refused + period.refused)
    })
}

/// The calls in a period: their sum, the chart and its table.
#[component]
pub fn CallsChart(calls: Vec<PeriodCalls>, period: ActivityPeriod) -> impl IntoView {
    let (title, column, last) = match period {
        ActivityPeriod::Day => ("Requests per hour over the last 24 hours", "Hour", "Now"),
        ActivityPeriod::Week => ("Requests per day over the last 7 days", "Day", "Today"),
        ActivityPeriod::Month => ("Requests per day over the last 30 days", "Day", "Today"),
    };
    let text = ChartText {
        title,
        counts: ["Accepted", "Rejected"],
        neutral: false,
        column,
        last,
    };
    let (accepted, refused) = sums(&calls);
    let summary = summary(&calls, period);
    let bars = calls.into_iter().map(|calls| Bar {
        name: calls.name,
        lower: calls.accepted,
        upper: calls.refused,
    });
    view! {
        <p class="total">
            <strong>{counted(accepted + refused, "request", "requests")}</strong>
            <span class="second">{format!(", {} rejected", number(refused))}</span>
        </p>
        <Chart id="calls-chart" bars=bars.collect() text=text summary=summary/>
    }
}

fn summary(calls: &[PeriodCalls], period: ActivityPeriod) -> String {
    let (unit, at) = match period {
        ActivityPeriod::Day => ("hour", "at"),
        ActivityPeriod::Week | ActivityPeriod::Month => ("day", "on"),
    };
    let (accepted, refused) = sums(calls);
    let totals = format!(
        "Accepted: {}. Rejected: {}.",
        counted(accepted, "request", "requests"),
        number(refused),
    );
    match calls.iter().max_by_key(|calls| calls.total()) {
        None => totals,
        Some(busiest) => format!(
            "{totals} The most in one {unit}: {}, {at} {}.",
            number(busiest.total()),
            busiest.name
        ),
    }
}
