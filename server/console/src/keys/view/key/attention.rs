//! Conditions of a key, each with what can be done: those that need attention, and those that are
//! worth knowing.

use super::quick::QuickEdits;
use crate::charts::counted;
use app::components::Icon;
use app::prelude::*;
use domain::{KeyPage, KeyView, Timestamp, relative, seconds};

const ALERT: &str = "#i-alert";
const INFO: &str = "#i-info";

/// Renders a card for each of the two kinds of conditions that the key has.
pub fn attention(page: &KeyPage, edits: Option<&QuickEdits>) -> AnyView {
    let (key, now) = (&page.key, page.now.at);
    let (mut urgent, mut others) = (Vec::new(), Vec::new());
    if key.is_not_stored() {
        urgent.push(item(ALERT, KeyView::NOT_STORED.to_owned(), None));
    }
    let callers = || view! { <a class="button small" href="#callers">"Review sources"</a> };
    if let Some((calls, last)) = &page.activity.dead_key_calls {
        let text = format!(
            "This key is still in use: {} since it was revoked or expired, most recently {}.",
            counted(*calls, "request", "requests"),
            relative(last.at, now),
        );
        urgent.push(item(ALERT, text, Some(callers())));
    }
    if page.activity.new_network {
        let text = "New IP network".to_owned();
        urgent.push(item(ALERT, text, Some(callers())));
    }
    if let Some(text) = expiry(key, now) {
        let extend = edits.and_then(QuickEdits::extend);
        // While a key is replaced, the section about that shows its end before it is near.
        let overlap = page.rotation.overlap.as_ref();
        if key.expires_soon {
            urgent.push(item(ALERT, text, extend));
        } else if overlap.is_none_or(|overlap| overlap.old.id != key.id) {
            others.push(item(INFO, text, extend));
        }
    }
    if page.activity.unused {
        let revoke = edits.map(|_| {
            let at = format!("/keys/{}/revoke?reason=unused", key.id);
            view! { <a class="button small" href=at>"Revoke unused key…"</a> }
        });
        urgent.push(item(ALERT, "Not used in 30 days".to_owned(), revoke));
    }
    for row in &page.activity.scopes {
        let Some(days) = row.idle_days.filter(|_| key.status.is_live()) else {
            continue;
        };
        let text = format!("{} unused for {days} days", row.scope.as_str());
        let remove = edits.and_then(|edits| edits.remove(row.scope, "Remove permission"));
        others.push(item(INFO, text, remove));
    }
    if urgent.is_empty() && others.is_empty() {
        return erase(());
    }
    let urgent = card(urgent, "attention", "box attention", "Needs attention");
    let others = card(others, "suggestions", "box attention calm", "Suggestions");
    view! { <div class="conditions">{urgent} {others}</div> }
}

fn card(
    items: Vec<AnyView>,
    id: &'static str,
    class: &'static str,
    title: &'static str,
) -> Option<AnyView> {
    let list = |items| {
        view! {
            <section class=class aria-labelledby=id>
                <h2 id=id>{title}</h2>
                <ul>{items}</ul>
            </section>
        }
    };
    (!items.is_empty()).then(|| list(items))
}

fn item(icon: &'static str, text: String, action: Option<AnyView>) -> AnyView {
    view! {
        <li>
            <Icon name=icon/>
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
