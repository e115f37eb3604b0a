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
    /// The hour and minute at which the sources were read, if the page has a newer list of
    /// addresses.
    as_of: Option<String>,
    clock: Clock,
) -> impl IntoView {
    let content = if callers.is_empty() {
        let text = match &as_of {
            _ if !refused.is_empty() => "No accepted requests.".to_owned(),
            Some(minute) => format!("No requests had been counted at {minute}."),
            None => "No requests have been counted yet. Refresh this page a few seconds after the first one.".to_owned(),
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
    let as_of = as_of.map(|minute| {
        let text = format!(
            "As of {minute}. The list of addresses above is newer while this page is open."
        );
        view! { <p class="second scripted">{text}</p> }
    });
    view! {
        <section class="box" aria-labelledby="callers">
            <h2 id="callers">"Sources"</h2>
            {as_of}
            {content}
            {in_vain}
        </section>
    }
}
