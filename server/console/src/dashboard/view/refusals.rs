//! Reasons for refused calls.

use crate::charts::RefusalTable;
use app::prelude::*;
use domain::RefusalCode;

const CAPTION: &str = "Rejected requests by reason over the last 30 days, the most frequent first";

#[component]
pub fn Refusals(refusals: Vec<(RefusalCode, u64)>) -> impl IntoView {
    let content = if refusals.is_empty() {
        view! { <p class="second">"None in the last 30 days."</p> }
    } else {
        view! { <RefusalTable refusals=refusals caption=CAPTION.to_owned()/> }
    };
    view! {
        <section class="box" aria-labelledby="refusals">
            <h2 id="refusals">"Rejected requests by reason"</h2>
            {content}
            <p>"Request rejected? " <a href="/refusals">"Look up its request ID"</a></p>
            <p class="second small">
                "Requests with a missing or unknown key aren't counted."
            </p>
        </section>
    }
}
