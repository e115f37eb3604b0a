//! One key, with all that happened to it.

use super::AllowList;
use super::fill::filled;
use crate::store::{Action, Actor, SignedEvent};
use crate::view::moment;
use crate::{Error, Member, Service, Zone};
use domain::{Failure, HistoryRow, KeyId, KeyPage};
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
        let settings = filled(&record, zone);
        let limit = record.limit().to_string();
        let allow_list = record.allow_list.as_ref().map(AllowList::texts);
        let key = self.key_view(record, now, zone);
        Ok(KeyPage {
            now: moment(now, zone),
            settings,
            limit,
            today: zone.day(now),
            zone: zone.name().to_owned(),
            history: events.into_iter().map(|event| row(event, zone)).collect(),
            allow_list: allow_list.unwrap_or_default(),
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
        ("allow_list", "Allowed addresses"),
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
