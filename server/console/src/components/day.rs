//! A date, with the exact time available.

use app::prelude::*;
use domain::DisplayTime;

/// A date such as "11 Jan 2027", for an agreed day that a relative time would only blur.
#[component]
pub fn Day(moment: DisplayTime) -> impl IntoView {
    let DisplayTime {
        iso, exact, short, ..
    } = moment;
    view! {
        <time datetime=iso title=exact>
            <span class="ago">{short}</span>
            <span class="exact">{exact.clone()}</span>
        </time>
    }
}
