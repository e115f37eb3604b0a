//! The calls of a key and their outcomes.

use crate::ListAddress;
use crate::charts::{CallsChart, Ranking, refusals as ranks};
use app::prelude::*;
use domain::{ActivityPeriod, KeyActivity, KeyId};

pub fn calls(id: &KeyId, activity: KeyActivity) -> AnyView {
    let KeyActivity {
        period,
        tallies,
        refusals,
        ..
    } = activity;
    let links = ActivityPeriod::ALL.map(|other| {
        let current = (other == period).then_some("true");
        view! {
            <a href=format!("/keys/{id}?over={}#calls", other.as_str()) aria-current=current>
                {other.label()}
            </a>
        }
    });
    let content = if tallies.iter().all(|calls| calls.total() == 0) {
        view! {
            <p class="second">{format!("No requests were counted in the last {}.", period.label())}</p>
        }
    } else {
        view! {
            <CallsChart calls=tallies period=period/>
        }
    };
    let reasons = (!refusals.is_empty()).then(|| {
        let list = ListAddress::new("/requests", [("key", id.as_str())]);
        let caption = format!(
            "Rejected requests by reason over the last {}, the most frequent first",
            period.label()
        );
        view! {
            <h3>"Rejected requests by reason"</h3>
            <Ranking ranks=ranks(refusals, &list) caption=caption column="Reason"/>
            <p><a href=list.to_string()>"View rejected requests"</a></p>
        }
    });
    view! {
        <section class="box" aria-labelledby="calls">
            <div class="box-head">
                <h2 id="calls">"Requests"</h2>
                <nav class="choices" aria-label="Requests over the last">
                    {links}
                </nav>
            </div>
            {content}
            {reasons}
        </section>
    }
}
