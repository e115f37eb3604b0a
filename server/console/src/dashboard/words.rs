//! Sentences on the Dashboard.

use domain::{KeyCount, number};
use service::store::{Action, AuditEvent, CallSum};
use service::{Comparison, Today, Zone};
use web::words::time::write;

/// From this factor on, a growth is a factor instead of a percentage.
const MANY_TIMES: u64 = 10;

/// Compares the requests of today with those of a week ago.
pub fn more_or_fewer(today: &Today, zone: &Zone) -> String {
    let Some(comparison) = &today.comparison else {
        return "No requests a week ago to compare with".to_owned();
    };
    let then = then(comparison, zone);
    let (now, before) = (comparison.today.total(), comparison.week_ago.total());
    if before == 0 {
        let either = if now == 0 { " either" } else { "" };
        return format!("None {then}{either}");
    }
    if now / before >= MANY_TIMES {
        return format!("{} times as many as {then}", number(now / before));
    }
    match (percent(now.abs_diff(before), before), now > before) {
        (0, _) if now == before => format!("As many as {then}"),
        (0, _) => format!("About as many as {then}"),
        (more, true) => format!("{more}% more than {then}"),
        (fewer, false) => format!("{fewer}% fewer than {then}"),
    }
}

/// Returns the share of rejected requests a week ago.
pub fn earlier_rate(today: &Today, zone: &Zone) -> String {
    if today.calls.total() == 0 {
        return "No requests yet today".to_owned();
    }
    let Some(comparison) = &today.comparison else {
        return format!("{} rejected", number(today.calls.refused));
    };
    let then = then(comparison, zone);
    match rate(comparison.week_ago) {
        None => format!("No requests {then}"),
        Some(rate) => format!("{rate} {then}"),
    }
}

/// Describes the compared part of the day a week ago, such as "last Monday by 10:45".
fn then(comparison: &Comparison, zone: &Zone) -> String {
    write(comparison.week_ago_until, zone, "last %A by %H:%M")
}

/// Returns the share of rejected requests with one decimal, such as "1.7%"; `None` if there are no
/// requests. It is rounded to 0 or 100 percent only if it is exactly that.
pub fn rate(calls: CallSum) -> Option<String> {
    let total = calls.total();
    if total == 0 {
        return None;
    }
    let tenths = rounded(u128::from(calls.refused) * 1_000, total);
    let tenths = match calls.refused {
        0 => 0,
        refused if refused == total => 1_000,
        _ => tenths.clamp(1, 999),
    };
    Some(match tenths {
        0 => "0%".to_owned(),
        1_000 => "100%".to_owned(),
        _ => format!("{}.{}%", tenths / 10, tenths % 10),
    })
}

fn percent(part: u64, whole: u64) -> u64 {
    rounded(u128::from(part) * 100, whole)
}

/// Divides by `divisor`, which is not 0, and rounds to the nearest whole number.
fn rounded(dividend: u128, divisor: u64) -> u64 {
    let divisor = u128::from(divisor);
    u64::try_from((dividend + divisor / 2) / divisor).unwrap_or(u64::MAX)
}

/// Joins the numbers above zero, each with its word for one key and its word for several. `None` if
/// there are none.
pub fn parts(counts: &[(u32, &str, &str)]) -> Option<String> {
    let parts = counts.iter().filter(|(count, _, _)| *count > 0);
    let parts: Vec<_> = parts
        .map(|(count, one, many)| {
            let word = if *count == 1 { one } else { many };
            format!("{} {word}", KeyCount::capped(*count))
        })
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Describes what happened in words, without data about a person.
pub fn change(event: &AuditEvent) -> String {
    match event.action {
        Action::ItemDeleted => format!("Item {} removed", event.subject),
        Action::LeadCreated => "A lead added".to_owned(),
        Action::LeadUpdated => "A lead changed".to_owned(),
        Action::LeadErased => "A lead erased".to_owned(),
        _ => {
            let count = |name: &str| event.detail[name].as_u64().filter(|count| *count > 0);
            let parts: Vec<_> = [
                ("created", "added"),
                ("updated", "changed"),
                ("removed", "removed"),
            ]
            .into_iter()
            .filter_map(|(name, word)| Some(format!("{} {word}", count(name)?)))
            .collect();
            let is_import = event.detail["source"] == "import";
            if parts.is_empty() {
                // A single item: the event contains no counts.
                format!("Item {} stored", event.subject)
            } else {
                let items = if is_import { "Items imported" } else { "Items" };
                format!("{items}: {}", parts.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{AccountId, KeyId, Timestamp};
    use serde_json::json;
    use service::Client;
    use service::store::Actor;
    use std::net::Ipv4Addr;

    #[test]
    fn change_is_described_by_its_nonzero_counts_or_by_its_item_or_lead() {
        let event = |action, subject: &str, detail| {
            let account = AccountId::parse("a").unwrap();
            let actor = Actor::Key(KeyId::parse("k").unwrap());
            let client = Client::new(Ipv4Addr::LOCALHOST.into(), None);
            let at = Timestamp::from_millis(0);
            change(&AuditEvent::new(
                &account, actor, &client, action, subject, at, detail,
            ))
        };
        let feed =
            json!({ "received": 9, "created": 3, "updated": 0, "unchanged": 5, "removed": 1 });
        let import = json!({ "source": "import", "created": 18, "updated": 0 });
        for (action, subject, detail, words) in [
            (
                Action::InventoryUpdated,
                "inventory",
                import,
                "Items imported: 18 added",
            ),
            (
                Action::InventoryUpdated,
                "inventory",
                feed,
                "Items: 3 added, 1 removed",
            ),
            (
                Action::InventoryUpdated,
                "SKU001",
                json!({ "id": "SKU001" }),
                "Item SKU001 stored",
            ),
            (
                Action::ItemDeleted,
                "SKU001",
                json!({}),
                "Item SKU001 removed",
            ),
            (Action::LeadErased, "lead-1", json!({}), "A lead erased"),
        ] {
            assert_eq!(event(action, subject, detail), words);
        }
    }
}
