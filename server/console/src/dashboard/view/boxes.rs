//! The boxes for keys, inventory and leads, each with its latest change.

use crate::charts::number;
use app::components::{Badge, Icon};
use app::prelude::*;
use domain::{
    DisplayTime, ExpiringKey, KeyCount, KeyCounts, KeyQuery, KeyStatus, LastChange, LeadStatus,
    Timestamp, relative,
};

/// Number of soon-expiring keys that are listed by name.
const NAMED: usize = 5;

#[component]
pub fn Keys(keys: KeyCounts, expiring: Vec<ExpiringKey>, now: Timestamp) -> impl IntoView {
    let counts = [
        (KeyStatus::Active, keys.active),
        (KeyStatus::Paused, keys.paused),
        (KeyStatus::Expired, keys.expired),
        (KeyStatus::Revoked, keys.revoked),
    ];
    let counts = counts.map(|(status, count)| {
        view! {
            <div>
                <dt><Badge status=status/></dt>
                <dd>{KeyCount::capped(count)}</dd>
            </div>
        }
    });
    let unused = (keys.unused > 0).then(|| {
        let (keys, verb) = (
            many(keys.unused, "active or paused key", "active or paused keys"),
            if keys.unused == 1 { "has" } else { "have" },
        );
        view! {
            <p>
                {format!("{keys} {verb} been unused for 30 days. ")}
                <a href="/keys?unused=30">"Review keys"</a>
            </p>
        }
    });
    let dead_keys_in_use = (keys.dead_keys_in_use > 0).then(|| {
        let (keys, verb) = (
            many(
                keys.dead_keys_in_use,
                "revoked or expired key",
                "revoked or expired keys",
            ),
            if keys.dead_keys_in_use == 1 {
                "is"
            } else {
                "are"
            },
        );
        view! {
            <p class="sign">
                <Icon name="#i-alert"/>
                {format!(" {keys} {verb} still in use. ")}
                <a href=format!("/keys?status={}", KeyQuery::DEAD_IN_USE)>"Review keys"</a>
            </p>
        }
    });
    let all = expiring.len();
    let expiring = (all > 0).then(|| {
        let ends = expiring.into_iter().take(NAMED).map(|key| {
            view! {
                <li>
                    <a class="name" href=format!("/keys/{}", key.id)>{key.name.to_string()}</a>
                    {key.late.then(|| view! { <strong class="late">"still in use"</strong> })}
                    {when(&key.end, &key.end.short, now)}
                </li>
            }
        });
        view! {
            <h3 id="expiring">"Expiring in the next 30 days"</h3>
            <ul class="ends" aria-labelledby="expiring">{ends.collect_view()}</ul>
            {(all > NAMED)
                .then(|| view! { <p><a href="/keys?expires=30">"View all"</a></p> })}
        }
    });
    view! {
        <section class="box" aria-labelledby="keys">
            <h2 id="keys">"API keys"</h2>
            <dl class="tally">{counts}</dl>
            {dead_keys_in_use}
            {expiring}
            {unused}
            <p><a href="/keys">"View all keys"</a></p>
        </section>
    }
}

fn many(count: u32, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        KeyCount::capped(count),
        if count == 1 { one } else { many }
    )
}

#[component]
pub fn Inventory(items: u64, change: Option<LastChange>, now: Timestamp) -> impl IntoView {
    view! {
        <section class="box" aria-labelledby="inventory">
            <h2 id="inventory">"Inventory"</h2>
            <p class="stat"><strong>{number(items)}</strong> {if items == 1 { " item" } else { " items" }}</p>
            {last(change, "No items yet.", now)}
            <p><a href="/inventory">"View inventory"</a></p>
        </section>
    }
}

#[component]
pub fn Leads(
    leads: Vec<(LeadStatus, u64)>,
    change: Option<LastChange>,
    now: Timestamp,
) -> impl IntoView {
    let total: u64 = leads.iter().map(|(_, count)| count).sum();
    let counts: Vec<_> = leads
        .into_iter()
        .map(|(status, count)| format!("{} {}", number(count), status.label().to_lowercase()))
        .collect();
    let counts = (!counts.is_empty()).then(|| view! { <p>{counts.join(", ")}</p> });
    view! {
        <section class="box" aria-labelledby="leads">
            <h2 id="leads">"Leads"</h2>
            <p class="stat"><strong>{number(total)}</strong> {if total == 1 { " lead" } else { " leads" }}</p>
            {counts}
            {last(change, "No leads yet.", now)}
            <p><a href="/leads">"View leads"</a></p>
        </section>
    }
}

/// Renders the latest change, with its author and its time.
fn last(change: Option<LastChange>, never: &'static str, now: Timestamp) -> AnyView {
    let Some(LastChange { at, what, key }) = change else {
        return view! { <p class="second">{never}</p> };
    };
    let who = key.map_or_else(
        || " in the console".to_owned(),
        |name| format!(" by “{name}”"),
    );
    view! {
        <div class="last">
            <h3>"Last change"</h3>
            <p>{what} {who}</p>
            <p class="second small">{when(&at, &at.exact, now)}</p>
        </div>
    }
}

/// Renders a time such as "3 minutes ago · 23 Nov 2026, 05:31:07 UTC". The page does not update, so
/// it shows both.
fn when(moment: &DisplayTime, exact: &str, now: Timestamp) -> AnyView {
    let words = format!("{} · {exact}", relative(moment.at, now));
    let iso = moment.iso.clone();
    view! { <time datetime=iso>{words}</time> }
}
