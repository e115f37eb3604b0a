//! Sentences on the Dashboard.

use service::store::{Action, AuditEvent};

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
            if parts.is_empty() {
                // A single item: the event contains no counts.
                format!("Item {} stored", event.subject)
            } else {
                format!("Items: {}", parts.join(", "))
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
        for (action, subject, detail, words) in [
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
