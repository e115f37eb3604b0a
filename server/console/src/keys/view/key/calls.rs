//! The calls of a key and their outcomes.

use crate::charts::{AsTable, Chart, RefusalTable, Words, counted, number, sums};
use app::prelude::*;
use domain::{ActivityPeriod, KeyActivity, KeyId};

const fn words(period: ActivityPeriod) -> Words {
    let (title, unit, at, last) = match period {
        ActivityPeriod::Day => (
            "Requests per hour over the last 24 hours",
            "hour",
            "at",
            "Now",
        ),
        ActivityPeriod::Week => (
            "Requests per day over the last 7 days",
            "day",
            "on",
            "Today",
        ),
        ActivityPeriod::Month => (
            "Requests per day over the last 30 days",
            "day",
            "on",
            "Today",
        ),
    };
    Words {
        title,
        unit,
        column: if matches!(period, ActivityPeriod::Day) {
            "Hour"
        } else {
            "Day"
        },
        at,
        last,
    }
}

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
    let (accepted, refused) = sums(&tallies);
    let words = words(period);
    let content = if accepted + refused == 0 {
        view! {
            <p class="second">{format!("No requests in the last {}.", period.label())}</p>
        }
    } else {
        view! {
            <p class="total">
                <strong>{counted(accepted + refused, "request", "requests")}</strong>
                <span class="second">{format!(", {} rejected", number(refused))}</span>
            </p>
            <Chart days=tallies.clone() words=words/>
            <AsTable days=tallies words=words/>
        }
    };
    let reasons = (!refusals.is_empty()).then(|| {
        let caption = format!(
            "Rejected requests by reason over the last {}, the most frequent first",
            period.label()
        );
        view! {
            <h3>"Rejected requests by reason"</h3>
            <RefusalTable refusals=refusals caption=caption/>
            <p><a href="/refusals">"Look up a request ID"</a></p>
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
