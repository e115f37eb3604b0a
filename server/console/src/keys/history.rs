//! History of a key.

use crate::audit::{capitalize, describe, details, event_title, who};
use domain::HistoryRow;
use serde_json::Value;
use service::store::{Action, Actor, AttributedEvent};
use service::{Zone, parse_rfc3339};
use web::words::time::{display_time, expiry_words};

pub fn row(AttributedEvent { event, email }: AttributedEvent, zone: &Zone) -> HistoryRow {
    let by = match &event.actor {
        Actor::Key(_) => "the key itself".to_owned(),
        Actor::System => "the operator".to_owned(),
        actor => who(actor, email.map(|email| email.to_string())),
    };
    let changes = match event.action {
        Action::KeyEdited => details(&event.detail, true, zone),
        _ => Vec::new(),
    };
    HistoryRow {
        at: display_time(event.at, zone),
        by,
        what: sentence(event.action, &event.detail, zone),
        changes: changes.iter().map(describe).collect(),
        from: event.ip.map(|ip| ip.to_string()),
    }
}

/// Describes an event in a sentence.
fn sentence(action: Action, detail: &Value, zone: &Zone) -> String {
    match action {
        Action::KeyCreated => match detail["replaces"].as_str() {
            Some(old) => format!("Created to replace {old}"),
            None => "Created".to_owned(),
        },
        Action::KeyRotated => {
            let new = detail["replaced_by"].as_str();
            let end = detail["ends_at"].as_str().and_then(parse_rfc3339);
            format!(
                "Rotated. Replaced by {}; expires {}",
                new.unwrap_or_default(),
                end.map_or_else(
                    || "now".to_owned(),
                    |end| format!("on {}", expiry_words(end, zone))
                )
            )
        }
        Action::KeyRevoked => {
            let reason = detail["reason"].as_str().unwrap_or_default();
            format!("Revoked (reason: {reason})")
        }
        Action::KeyNoticeRejected => {
            let text = |field: &str| detail[field].as_str().unwrap_or_default().to_owned();
            format!(
                "Email about its expiry to {} was rejected. {}",
                text("email"),
                text("reason")
            )
        }
        other => {
            // The subject is clear from the page.
            let title = event_title(other, detail);
            capitalize(title.strip_prefix("API key ").unwrap_or(title))
        }
    }
}
