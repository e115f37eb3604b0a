//! Conditions of a key that need attention or are worth knowing, each with an action.

use super::quick::QuickEdits;
use crate::charts::counted;
use crate::keys::view::rotation;
use app::components::Icon;
use app::prelude::*;
use domain::{DisplayTime, Failure, KeyPage, KeyView, Timestamp, relative, seconds};

const ALERT: &str = "#i-alert";
const INFO: &str = "#i-info";
/// Number of new networks that are named.
const NAMED: usize = 3;

/// Renders a card for each of the two kinds of conditions that the key has.
pub fn attention(page: &KeyPage, edits: Option<&QuickEdits>) -> AnyView {
    let (key, now) = (&page.key, page.now.at);
    let (mut urgent, mut others) = (Vec::new(), Vec::new());
    if key.is_not_stored() {
        urgent.push(item(ALERT, Failure::NotStored.message(), None));
    }
    let callers = || view! { <a class="button small" href="#callers">"Review sources"</a> };
    if let Some((calls, last)) = &page.activity.dead_key_calls {
        let text = format!(
            "This key is still in use: {} since it was revoked or expired, most recently {}.",
            counted(*calls, "rejected request", "rejected requests"),
            relative(last.at, now),
        );
        urgent.push(item(ALERT, text, Some(callers())));
    }
    if page.activity.new_network {
        let text = new_networks(&page.activity.new_networks, now, edits.is_some());
        urgent.push(item(ALERT, text, Some(callers())));
    }
    let link = |page: &str, text: &'static str| {
        let href = format!("/keys/{}/{page}", key.id);
        view! { <a class="button small" href=href>{text}</a> }
    };
    if let Some(text) = expiry(key, now) {
        let overlap = page.rotation.overlap.as_ref();
        let is_replaced = overlap.is_some_and(|overlap| overlap.old.id == key.id);
        let action = edits.map(|edits| match edits.extend() {
            Some(extend) => extend,
            None if is_replaced => {
                view! { <a class="button small" href="#overlap">"View systems using it"</a> }
            }
            // The account's policy does not allow a later expiry for this key, but it does for a
            // new one.
            None => link("rotate", "Rotate"),
        });
        // While a key is being replaced, the section about the rotation shows its expiry from the
        // beginning.
        if key.expires_soon {
            urgent.push(item(ALERT, text, action));
        } else if !is_replaced {
            others.push(item(INFO, text, action));
        }
    }
    if let Some(other) = &page.namesake {
        let text = view! {
            "Another key has the same name: "
            {rotation::link(other)}
            ". Rename one of them to tell them apart."
        };
        others.push(item(INFO, text, edits.map(|_| link("edit", "Rename"))));
    }
    if page.activity.unused {
        let revoke = edits.map(|_| link("revoke?reason=unused", "Revoke unused key…"));
        urgent.push(item(ALERT, "Unused for 30 days".to_owned(), revoke));
    }
    for row in &page.activity.scopes {
        let Some(days) = row.idle_days.filter(|_| key.status.is_live()) else {
            continue;
        };
        let text = format!("{} unused for {days} days", row.scope.as_str());
        // The last permission cannot be removed, but it can be replaced by another one.
        let remove = edits.map(|edits| {
            let remove = edits.remove(row.scope, "Remove permission");
            remove.unwrap_or_else(|| link("edit", "Change permissions"))
        });
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

fn item(icon: &'static str, text: impl IntoView + 'static, action: Option<AnyView>) -> AnyView {
    view! {
        <li>
            <Icon name=icon/>
            <p>{erase(text)}</p>
            {action}
        </li>
    }
}

/// Names the new networks, and what to do if one of them is unexpected.
fn new_networks(networks: &[(String, DisplayTime)], now: Timestamp, may_change: bool) -> String {
    let named = networks.iter().take(NAMED);
    let named: Vec<_> = named
        .map(|(network, first)| format!("{network}, first request {}", relative(first.at, now)))
        .collect();
    let title = match networks.len() {
        0 => return "New IP network".to_owned(),
        1 => "New IP network",
        _ => "New IP networks",
    };
    let more = match networks.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let advice = if may_change {
        " If this is unexpected, pause or rotate the key, or restrict its allowed IPs."
    } else {
        ""
    };
    format!("{title}: {}{more}.{advice}", named.join("; "))
}

/// Describes the expiry during a key's last 30 days.
fn expiry(key: &KeyView, now: Timestamp) -> Option<String> {
    let end = key.expires.as_ref().filter(|_| key.status.is_live())?;
    let is_near = end.at <= now.plus_seconds(30 * seconds::DAY);
    is_near.then(|| {
        let when = relative(end.at, now);
        format!("This key expires {when}, on {}.", end.short)
    })
}
