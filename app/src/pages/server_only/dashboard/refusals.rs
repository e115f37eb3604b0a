//! Reasons for refused calls.

use crate::pages::server_only::charts::RefusalTable;
use crate::prelude::*;
use domain::RefusalCode;

const CAPTION: &str = "Refused calls by reason over the last 30 days, the most frequent first";

#[component]
pub fn Refusals(refusals: Vec<(RefusalCode, u64)>) -> impl IntoView {
    let content = if refusals.is_empty() {
        view! { <p class="second">"None in the last 30 days."</p> }
    } else {
        view! { <RefusalTable refusals=refusals caption=CAPTION.to_owned()/> }
    };
    view! {
        <section class="box" aria-labelledby="refusals">
            <h2 id="refusals">"Refused calls by reason"</h2>
            {content}
            <p>"Somebody was refused? " <a href="/refusals">"Look up a request id"</a></p>
            <p class="second small">
                "Calls without a key, or with one that this server does not know, belong to no account and are not counted."
            </p>
        </section>
    }
}
