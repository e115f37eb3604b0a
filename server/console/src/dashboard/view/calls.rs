//! The calls of the last 30 days.

use crate::charts::{AsTable, Chart, Words, number, sums};
use app::prelude::*;
use domain::PeriodCalls;

const WORDS: Words = Words {
    title: "Requests per day over the last 30 days",
    unit: "day",
    column: "Day",
    at: "on",
    last: "Today",
};

#[component]
pub fn Calls(days: Vec<PeriodCalls>, zone: String) -> impl IntoView {
    let (accepted, refused) = sums(&days);
    let today = days
        .last()
        .map_or((0, 0), |day| (day.accepted, day.refused));
    let content = if accepted + refused == 0 {
        view! {
            <p class="second">
                "No requests in the last 30 days. Refresh this page a few seconds after a system sends one."
            </p>
        }
    } else {
        view! {
            <dl class="stats">
                {stat("Today", today)}
                {stat("Last 30 days", (accepted, refused))}
            </dl>
            <Chart days=days.clone() words=WORDS/>
            <AsTable days=days words=WORDS/>
            <p class="second small">
                "Days begin at midnight in the time zone " {zone} "."
            </p>
        }
    };
    view! {
        <section class="box wide" aria-labelledby="calls">
            <h2 id="calls">"Requests"</h2>
            {content}
        </section>
    }
}

fn stat(name: &'static str, (accepted, refused): (u64, u64)) -> AnyView {
    let calls = accepted + refused;
    view! {
        <div>
            <dt>{name}</dt>
            <dd>
                <strong>{number(calls)}</strong>
                {if calls == 1 { " request" } else { " requests" }}
                <span class="second">{number(refused)} " rejected"</span>
            </dd>
        </div>
    }
}
