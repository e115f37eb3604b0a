//! The keys with the most calls, and the most frequent reasons for refused calls.

use crate::ListAddress;
use crate::charts::{Rank, Ranking, card, number, refusals};
use app::prelude::*;
use domain::{BusyKey, KeyName, RefusalCode};

/// Reasons that are shown.
const REASONS: usize = 5;

#[component]
pub fn TopKeys(keys: Vec<BusyKey>, examined: Option<u32>) -> impl IntoView {
    let content = if keys.is_empty() {
        view! { <p class="second">"No requests in the last 7 days."</p> }
    } else {
        // The old and the new key of a rotation have the same name.
        let names: Vec<_> = keys.iter().map(|key| key.name.clone()).collect();
        let is_shared = |name: &KeyName| names.iter().filter(|other| *other == name).count() > 1;
        let ranks = keys.into_iter().map(|key| Rank {
            name: if is_shared(&key.name) {
                view! { {key.name.to_string()} " " <code>{key.preview}</code> }
            } else {
                erase(key.name.to_string())
            },
            href: format!("/keys/{}", key.id),
            accepted: key.accepted,
            refused: key.refused,
            note: (key.refused > 0).then(|| format!("{} rejected", number(key.refused))),
        });
        let caption = "Keys with the most requests over the last 7 days".to_owned();
        view! { <Ranking ranks=ranks.collect() caption=caption column="Key"/> }
    };
    let examined = examined.map(|keys| {
        view! {
            <p class="second small">{format!("Among the {keys} keys that were used most recently.")}</p>
        }
    });
    let content = view! {
        {content}
        {examined}
        <p><a href="/keys?sort=used">"View recently used keys"</a></p>
    };
    card("box", "top-keys", "Top keys", "Last 7 days", content)
}

#[component]
pub fn TopRefusals(mut reasons: Vec<(RefusalCode, u64)>) -> impl IntoView {
    let content = if reasons.is_empty() {
        view! { <p class="second">"None in the last 7 days."</p> }
    } else {
        reasons.truncate(REASONS);
        let list = ListAddress::new("/requests", []);
        let caption = "Rejected requests by reason over the last 7 days, the most frequent first";
        view! {
            <Ranking ranks=refusals(reasons, &list) caption=caption.to_owned() column="Reason"/>
        }
    };
    let content = view! {
        {content}
        <p>"Request rejected? " <a href="/requests">"Look up its request ID"</a></p>
        <p class="second small">
            "Requests that match none of your keys aren't counted."
        </p>
    };
    card(
        "box",
        "refusals",
        "Rejected requests by reason",
        "Last 7 days",
        content,
    )
}
