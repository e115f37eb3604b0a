//! Conditions of a key that need attention, each with what can be done.

use super::quick::QuickEdits;
use crate::charts::counted;
use app::components::Icon;
use app::prelude::*;
use domain::{KeyPage, KeyView, Timestamp, relative, seconds};

/// Renders the card; nothing if there is nothing to do.
pub fn attention(page: &KeyPage, edits: Option<&QuickEdits>) -> AnyView {
    let (key, now) = (&page.key, page.now.at);
    let mut items = Vec::new();
    if key.is_not_stored() {
        items.push(item(KeyView::NOT_STORED.to_owned(), None));
    }
    let callers = || view! { <a class="button small" href="#callers">"Review sources"</a> };
    if let Some((calls, last)) = &page.activity.dead_key_calls {
        let text = format!(
            "This key is still in use: {} since it was revoked or expired, most recently {}.",
            counted(*calls, "request", "requests"),
            relative(last.at, now),
        );
        items.push(item(text, Some(callers())));
    }
    if page.activity.new_network {
        let text = "New IP network".to_owned();
        items.push(item(text, Some(callers())));
    }
    // While a key is replaced, the section about that shows its end.
    let overlap = page.rotation.overlap.as_ref();
    if overlap.is_none_or(|overlap| overlap.old.id != key.id)
        && let Some(text) = expiry(key, now)
    {
        items.push(item(text, edits.and_then(QuickEdits::extend)));
    }
    if key.unused {
        let revoke = edits.map(|_| {
            let at = format!("/keys/{}/revoke?reason=unused", key.id);
            view! { <a class="button small" href=at>"Revoke unused key…"</a> }
        });
        items.push(item("Not used in 30 days".to_owned(), revoke));
    }
    for row in &page.activity.scopes {
        let Some(days) = row.idle_days.filter(|_| key.status.is_live()) else {
            continue;
        };
        let text = format!("{} unused for {days} days", row.scope.as_str());
        let remove = edits.and_then(|edits| edits.remove(row.scope, "Remove permission"));
        items.push(item(text, remove));
    }
    if items.is_empty() {
        return erase(());
    }
    view! {
        <section class="box attention" aria-labelledby="attention">
            <h2 id="attention">"Needs attention"</h2>
            <ul>{items}</ul>
        </section>
    }
}

fn item(text: String, action: Option<AnyView>) -> AnyView {
    view! {
        <li>
            <Icon name="#i-alert"/>
            <p>{text}</p>
            {action}
        </li>
    }
}

/// Describes the expiry during a key's last 30 days.
fn expiry(key: &KeyView, now: Timestamp) -> Option<String> {
    let end = key.expires.as_ref().filter(|_| key.status.is_live())?;
    let within = |days: i64| end.at <= now.plus_seconds(days * seconds::DAY);
    let title = if within(1) {
        "This key expires within a day."
    } else if within(7) {
        "This key expires within 7 days."
    } else if within(30) {
        "This key expires within 30 days."
    } else {
        return None;
    };
    let when = relative(end.at, now);
    Some(format!("{title} It expires {when}, on {}.", end.exact))
}
