//! A heat map of a key's calls: a row for each weekday, and a column for each hour.

use crate::charts::{card, counted, number};
use app::prelude::*;
use domain::{WeekPattern, WeekdayCalls};

/// Steps of the colour for hours with calls. The busiest hour has the last one.
const LEVELS: u64 = 4;
/// Hours between two labels.
const LABELLED: usize = 6;

#[component]
pub fn HeatMap(pattern: WeekPattern) -> impl IntoView {
    let WeekPattern { days, summary } = pattern;
    let most = days.iter().flat_map(|day| &day.hours).copied().max();
    let most = most.unwrap_or_default();
    let rows = days.iter().map(|day| row(day, most)).collect_view();
    let hours = (0..24).step_by(LABELLED);
    let hours = hours.map(|hour| view! { <span class="hour">{clock(hour)}</span> });
    let legend = (0..=LEVELS).map(|level| view! { <span data-level=level></span> });
    let content = view! {
        <div class="heat-map" role="img" aria-labelledby="hours" aria-describedby="busiest-hour">
            {rows}
            <span></span>
            {hours.collect_view()}
        </div>
        <div class="heat-foot">
            <p id="busiest-hour" class="second small">{summary}</p>
            <p class="heat-legend" aria-hidden="true">
                "0" {legend.collect_view()} {number(most)}
            </p>
        </div>
        {table(&days)}
    };
    card(
        "box",
        "hours",
        "Requests by hour of the week",
        "Last 4 weeks",
        content,
    )
}

fn row(day: &WeekdayCalls, most: u64) -> AnyView {
    let short = short(day);
    let cells = day.hours.iter().enumerate().map(|(hour, calls)| {
        let side = if hour < 12 { "left" } else { "right" };
        view! {
            <span data-level=level(*calls, most) data-side=side>
                <span class="reading">
                    <strong>{format!("{short}, {}–{}", clock(hour), clock(hour + 1))}</strong>
                    {counted(*calls, "request", "requests")}
                </span>
            </span>
        }
    });
    let cells = cells.collect_view();
    view! {
        <span class="day">{short}</span>
        {cells}
    }
}

/// Abbreviates the name of a day.
fn short(day: &WeekdayCalls) -> String {
    day.name.chars().take(3).collect()
}

/// Returns 0 for an hour without calls, and the highest level for the busiest hour.
fn level(calls: u64, most: u64) -> u64 {
    let level = (u128::from(calls) * u128::from(LEVELS)).div_ceil(u128::from(most.max(1)));
    u64::try_from(level).unwrap_or(LEVELS)
}

/// Formats a full hour, such as `09:00`.
fn clock(hour: usize) -> String {
    format!("{hour:02}:00")
}

/// The same numbers as a table, with a row for each hour.
fn table(days: &[WeekdayCalls]) -> AnyView {
    let head = days.iter().map(|day| {
        view! { <th scope="col" class="number"><abbr title=day.name.clone()>{short(day)}</abbr></th> }
    });
    let rows = (0..24).map(|hour| {
        let cells = days.iter().map(|day| {
            let calls = day.hours.get(hour).copied().unwrap_or_default();
            view! { <td class="number">{number(calls)}</td> }
        });
        view! {
            <tr>
                <th scope="row">{clock(hour)}</th>
                {cells.collect_view()}
            </tr>
        }
    });
    view! {
        <details class="more">
            <summary>"Show as table"</summary>
            <div class="wide-table" role="region" aria-label="Requests by hour of the week" tabindex="0">
                <table class="figures">
                    <caption class="visually-hidden">
                        "Requests by hour of the week over the last 4 weeks"
                    </caption>
                    <thead>
                        <tr>
                            <th scope="col">"Hour"</th>
                            {head.collect_view()}
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::level;

    #[test]
    fn colour_of_an_hour_grows_with_its_share_of_the_busiest_hour() {
        for (calls, most, expected) in [
            (0, 0, 0),
            (0, 100, 0),
            (1, 100, 1),
            (25, 100, 1),
            (26, 100, 2),
            (100, 100, 4),
            (u64::MAX, u64::MAX, 4),
        ] {
            assert_eq!(level(calls, most), expected, "{calls} of {most}");
        }
    }
}
