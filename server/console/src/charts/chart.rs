//! A bar chart of two counts for each period, and the same numbers as a table.
//!
//! The bars are the choices of a radio group, so that the keyboard reaches them without a script:
//! Tab leads to the last bar, and the arrow keys lead from bar to bar. The bar that has the focus
//! or is under the pointer shows its numbers.

use super::figures::{number, scale, share};
use app::prelude::*;

/// Height of a bar's drawing, in SVG units. The style sheet stretches it.
const HEIGHT: u64 = 1_000;
/// Height of the seam between the two counts of a bar.
const SEAM: u64 = 5;

/// Number of bars up to which there is space to centre a label below its bar.
const SPARSE: usize = 7;

/// One period, such as a day, with two counts that are stacked on each other.
#[derive(Clone)]
pub struct Bar {
    pub name: String,
    pub lower: u64,
    pub upper: u64,
}

impl Bar {
    const fn total(&self) -> u64 {
        self.lower.saturating_add(self.upper)
    }
}

/// Texts of a chart.
#[derive(Clone, Copy)]
pub struct ChartText {
    /// Title, such as "Requests per day over the last 30 days".
    pub title: &'static str,
    /// Names of the lower and of the upper count, such as "Accepted" and "Rejected".
    pub counts: [&'static str; 2],
    /// Whether the upper count is not that of rejected requests, and so needs another tone than
    /// theirs.
    pub neutral: bool,
    /// Heading of the column with the bars' names, such as "Day".
    pub column: &'static str,
    /// Label of the last bar, such as "Today".
    pub last: &'static str,
}

/// The chart, followed by its table. `id` is unique on the page, and `summary` describes the chart
/// in words.
#[component]
pub fn Chart(id: &'static str, bars: Vec<Bar>, text: ChartText, summary: String) -> impl IntoView {
    let lines = scale(bars.iter().map(Bar::total).max().unwrap_or_default());
    let top = lines.last().copied().unwrap_or(1);
    let grid = lines
        .iter()
        .map(|line| format!("M0 {}H1", HEIGHT - share(*line, top, HEIGHT)));
    let grid: Vec<_> = grid.collect();
    let names = lines
        .iter()
        .rev()
        .map(|line| view! { <span>{number(*line)}</span> });
    let names = names.collect_view();
    let ticks = ticks(&bars, text.last);
    let count = bars.len();
    let is_sparse = (count <= SPARSE).then_some("");
    let columns = bars.iter().zip(ticks).enumerate();
    let columns = columns.map(|(index, (bar, tick))| {
        let side = if index * 2 < count { "left" } else { "right" };
        let is_last = index + 1 == count;
        let label = format!(
            "{}: {} {}, {} {}",
            bar.name,
            number(bar.lower),
            text.counts[0].to_lowercase(),
            number(bar.upper),
            text.counts[1].to_lowercase(),
        );
        view! {
            <label data-side=side>
                <input class="visually-hidden" type="radio" name=id checked=is_last aria-label=label/>
                {drawing(bar, top)}
                {reading(bar, text.counts)}
                {tick}
            </label>
        }
    });
    let columns = columns.collect_view();
    let [lower, upper] = text.counts;
    view! {
        <div class="chart" data-neutral=text.neutral.then_some("")>
            <p class="legend" aria-hidden="true">
                <span class="lower">{lower}</span>
                <span class="upper">{upper}</span>
            </p>
            <div class="lines" aria-hidden="true">
                {names}
            </div>
            <div class="plot" data-sparse=is_sparse role="radiogroup" aria-label=text.title aria-describedby=id>
                <svg class="grid" viewBox=format!("0 0 1 {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
                    <path d=grid.concat()></path>
                </svg>
                {columns}
            </div>
            <p id=id class="visually-hidden">
                {summary}
            </p>
        </div>
        {table(bars, text)}
    }
}

/// Draws a bar. The scale of the chart ends at `top`.
fn drawing(bar: &Bar, top: u64) -> AnyView {
    let lower = share(bar.lower, top, HEIGHT);
    let upper = share(bar.upper, top, HEIGHT).min(HEIGHT - lower);
    let seam = if upper > 0 && lower > SEAM { SEAM } else { 0 };
    let part = |class, y: u64, height: u64| {
        (height > 0).then(|| view! { <rect class=class y=y width="1" height=height></rect> })
    };
    view! {
        <svg viewBox=format!("0 0 1 {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
            {part("lower", HEIGHT - lower + seam, lower - seam)}
            {part("upper", HEIGHT - lower - upper, upper)}
        </svg>
    }
}

/// The numbers of a bar. The style sheet shows them while the bar has the focus or the pointer.
fn reading(bar: &Bar, counts: [&'static str; 2]) -> AnyView {
    view! {
        <span class="reading" aria-hidden="true">
            <strong>{bar.name.clone()}</strong>
            <span class="lower">{counts[0]} <b>{number(bar.lower)}</b></span>
            <span class="upper">{counts[1]} <b>{number(bar.upper)}</b></span>
        </span>
    }
}

/// Returns the label below each bar. Labels are far enough apart for their texts to fit.
fn ticks(bars: &[Bar], last: &'static str) -> Vec<Option<AnyView>> {
    /// Longer names, such as "23 Nov, 14:00", leave space only for the first and the last label.
    const SHORT: usize = 8;
    /// A label less than this many bars before the last one would run into it on a narrow screen.
    const NARROW: usize = 10;
    let step = match bars.len() {
        count if bars.iter().any(|bar| bar.name.len() > SHORT) => count,
        0..=SPARSE => 2,
        8..=24 => 6,
        _ => 7,
    };
    let end = bars.len().saturating_sub(1);
    let tick = |(index, bar): (usize, &Bar)| {
        if index == end {
            return Some(view! { <span class="tick last" aria-hidden="true">{last}</span> });
        }
        let is_labelled = index == 0 || index % step == 0 && index + step <= end;
        let collides = step == 7 && end - index < NARROW;
        is_labelled.then(|| {
            let class = if collides { "tick wide" } else { "tick" };
            view! { <span class=class aria-hidden="true">{bar.name.clone()}</span> }
        })
    };
    bars.iter().enumerate().map(tick).collect()
}

/// The same numbers as a table, the latest first.
fn table(bars: Vec<Bar>, text: ChartText) -> AnyView {
    let [lower, upper] = text.counts;
    let rows = bars.into_iter().rev().map(|bar| {
        view! {
            <tr>
                <th scope="row">{bar.name}</th>
                <td class="number">{number(bar.lower)}</td>
                <td class="number">{number(bar.upper)}</td>
            </tr>
        }
    });
    view! {
        <details class="more">
            <summary>"Show as table"</summary>
            <table class="figures">
                <caption class="visually-hidden">
                    {text.title}
                    ", the latest first"
                </caption>
                <thead>
                    <tr>
                        <th scope="col">{text.column}</th>
                        <th scope="col" class="number">{lower}</th>
                        <th scope="col" class="number">{upper}</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </details>
    }
}
