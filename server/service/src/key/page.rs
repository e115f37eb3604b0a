//! One key, with all that happened to it.

use crate::store::{Action, Actor, SignedEvent};
use crate::view::moment;
use crate::{Error, Member, Service, Zone};
use domain::{EditKeyForm, Failure, HistoryRow, KeyId, KeyNote, KeyPage, Scope};
use serde_json::Value;

/// A key that changes more often has its older history in the audit log.
const HISTORY: u32 = 100;

impl Service {
    /// Everything the page of a key shows, for any role.
    ///
    /// # Errors
    /// [`Failure::NotFound`], also for a key of another account.
    pub async fn key_page(&self, member: &Member, id: &KeyId) -> Result<KeyPage, Error> {
        let now = self.clock.now();
        let zone = &member.time_zone;
        let found = self.store.find_key(&member.account_id, id).await?;
        let record = found.ok_or(Failure::NotFound)?;
        let events = self
            .store
            .history(&member.account_id, id.as_str(), HISTORY)
            .await?;
        let (depth, per_second) = record
            .own_limit
            .map(|limit| (limit.depth().to_string(), limit.per_second().to_string()))
            .unzip();
        let settings = EditKeyForm {
            name: record.name.to_string(),
            scopes: Scope::ALL
                .into_iter()
                .filter(|scope| record.scopes.contains(*scope))
                .map(|scope| scope.as_str().to_owned())
                .collect(),
            last_day: record
                .expires_at
                .map(|end| zone.last_day(end))
                .unwrap_or_default(),
            note: record
                .note
                .as_ref()
                .map(KeyNote::as_str)
                .unwrap_or_default()
                .to_owned(),
            limit_depth: depth.unwrap_or_default(),
            limit_per_second: per_second.unwrap_or_default(),
        };
        let limit = record.limit().to_string();
        let key = self.key_view(record, now, zone);
        Ok(KeyPage {
            now: moment(now, zone),
            settings,
            limit,
            today: zone.day(now),
            zone: zone.name().to_owned(),
            history: events.into_iter().map(|event| row(event, zone)).collect(),
            may_change: member.role.manages_keys() && key.status.is_live(),
            key,
        })
    }
}

fn row(SignedEvent { event, email }: SignedEvent, zone: &Zone) -> HistoryRow {
    let by = match (&event.actor, email) {
        (_, Some(email)) => email.to_string(),
        (Actor::Key(_), _) => "The key itself".to_owned(),
        _ => "The operator".to_owned(),
    };
    HistoryRow {
        at: moment(event.at, zone),
        by,
        what: what(event.action, &event.detail),
        from: event.ip.map(|ip| ip.to_string()),
    }
}

/// What happened, in a sentence.
fn what(action: Action, detail: &Value) -> String {
    match action {
        Action::KeyCreated => "Created".to_owned(),
        Action::KeyPaused => "Paused".to_owned(),
        Action::KeyResumed => "Resumed".to_owned(),
        Action::KeyRevoked => {
            let reason = detail["reason"].as_str().unwrap_or_default();
            format!("Revoked, with the reason {reason}")
        }
        Action::KeyEdited => edits(detail),
        other => other.as_str().to_owned(),
    }
}

/// Each field that is different, as it was and as it is.
fn edits(detail: &Value) -> String {
    let fields = [
        ("name", "Name"),
        ("scopes", "Permissions"),
        ("expires_at", "End"),
        ("note", "Note"),
        ("limit", "Rate limit"),
    ];
    let (before, after) = (&detail["before"], &detail["after"]);
    let changed = fields
        .into_iter()
        .filter(|(field, _)| before[field] != after[field]);
    let changed = changed.map(|(field, name)| {
        format!(
            "{name}: {} → {}",
            words(&before[field]),
            words(&after[field])
        )
    });
    changed.collect::<Vec<_>>().join("; ")
}

fn words(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(list) => {
            let texts: Vec<_> = list.iter().filter_map(Value::as_str).collect();
            texts.join(", ")
        }
        Value::Object(limit) => format!(
            "{} at once, {} a second",
            limit["depth"], limit["per_second"]
        ),
        value => value.to_string(),
    }
}
