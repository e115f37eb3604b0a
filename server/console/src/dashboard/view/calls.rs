//! The calls of the last 30 days.

use crate::charts::{CallsChart, card};
use app::prelude::*;
use domain::{ActivityPeriod, PeriodCalls};

#[component]
pub fn Calls(days: Vec<PeriodCalls>, zone: String) -> impl IntoView {
    let content = if days.iter().all(|day| day.total() == 0) {
        view! {
            <p class="second">
                "No requests in the last 30 days. Refresh this page a few seconds after a system sends one."
            </p>
        }
    } else {
        view! {
            <CallsChart calls=days period=ActivityPeriod::Month/>
            <p class="second small">
                "Days begin at midnight in the time zone " {zone} "."
            </p>
        }
    };
    card("box wide", "calls", "Requests", "Last 30 days", content)
}
