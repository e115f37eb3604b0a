//! The callers of a key.

use crate::charts::number;
use app::components::{Clock, Column, Row, Table, Time};
use app::prelude::*;
use domain::{CallerRow, RefusalCode};

const CALLERS: &[Column] = &[
    Column::Text("IP address"),
    Column::Text("First request"),
    Column::Text("Last request"),
    Column::Number("Requests"),
];

const REFUSED: &[Column] = &[
    Column::Text("IP address"),
    Column::Text("Reason"),
    Column::Text("Last request"),
    Column::Number("Requests"),
];

/// Marks an address that used the key before its allowed IPs excluded it.
const BLOCKED: &str = "Rejected now: not in the allowed IPs";

#[component]
pub fn Callers(
    callers: Vec<CallerRow>,
    refused: Vec<(RefusalCode, CallerRow)>,
    clock: Clock,
) -> impl IntoView {
    let content = if callers.is_empty() {
        let text = if refused.is_empty() {
            "No requests have been counted yet. Refresh this page a few seconds after the first one."
        } else {
            "No accepted requests."
        };
        view! { <p class="second">{text}</p> }
    } else {
        let rows = callers.into_iter().map(|caller| {
            let cells = vec![
                view! { <Time moment=caller.first clock=clock/> },
                view! { <Time moment=caller.last clock=clock/> },
                erase(number(caller.calls)),
            ];
            let blocked = caller.is_blocked.then(|| BLOCKED.to_owned());
            let under = caller.user_agent.into_iter().chain(blocked).collect();
            view! { <Row columns=CALLERS name=caller.ip under=under cells=cells/> }
        });
        let rows = erase(rows.collect_view());
        view! { <Table caption="Sources of requests with this key, the latest first" columns=CALLERS rows=rows/> }
    };
    let in_vain = (!refused.is_empty()).then(|| {
        let rows = refused.into_iter().map(|(refusal, caller)| {
            let cells = vec![
                erase(refusal.label()),
                view! { <Time moment=caller.last clock=clock/> },
                erase(number(caller.calls)),
            ];
            let under = caller.user_agent.into_iter().collect();
            view! { <Row columns=REFUSED name=caller.ip under=under cells=cells/> }
        });
        let rows = erase(rows.collect_view());
        view! {
            <h3>"Rejected sources"</h3>
            <Table caption="Sources of rejected requests with this key, the latest first" columns=REFUSED rows=rows/>
        }
    });
    view! {
        <section class="box" aria-labelledby="callers">
            <h2 id="callers">"Sources"</h2>
            {content}
            {in_vain}
        </section>
    }
}
