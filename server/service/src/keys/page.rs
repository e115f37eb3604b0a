//! The page of one key, with its history.

use super::Keys;
use super::fill::filled;
use super::lifetime::latest_of;
use crate::audit::{capitalised, details, in_a_sentence, title, who};
use crate::error::Error;
use crate::key::AllowList;
use crate::sessions::Member;
use crate::store::{Action, Actor, SignedEvent};
use crate::view::{moment, parse_rfc3339};
use crate::zone::Zone;
use domain::{Failure, HistoryRow, KeyId, KeyPage, Stretch};
use serde_json::Value;

/// Events shown. The older history of a key that changes more often is in the audit log.
const HISTORY: u32 = 100;

impl Keys {
    /// Returns all data that the page of a key shows, for any role.
    ///
    /// # Errors
    /// [`Failure::NotFound`], also for a key of another account.
    pub async fn detail_page(
        &self,
        member: &Member,
        id: &KeyId,
        stretch: Stretch,
    ) -> Result<KeyPage, Error> {
        let now = self.clock.now();
        let zone = &member.time_zone;
        let found = self.store.find_key(&member.account_id, id).await?;
        let record = found.ok_or(Failure::NotFound)?;
        let events = self
            .store
            .history(&member.account_id, id.as_str(), HISTORY)
            .await?;
        let creator = &record.created_by;
        let creator = self
            .store
            .find_teammate_by_email(&member.account_id, creator)
            .await?;
        let activity = self.activity(&record, stretch, now, zone).await?;
        let settings = filled(&record, zone);
        let limit = record.limit().to_string();
        let allow_list = record.allow_list.as_ref().map(AllowList::texts);
        let rotation = self.rotation_view(&record, now, zone).await?;
        let policy = self.key_policy(member).await?;
        let latest = latest_of(&record, policy, now, zone);
        let key = self.key_view(record, now, zone);
        Ok(KeyPage {
            now: moment(now, zone),
            settings,
            limit,
            today: zone.day(now),
            latest_day: latest.map(|end| zone.last_day(end)),
            policy,
            zone: zone.name().to_owned(),
            history: events.into_iter().map(|event| row(event, zone)).collect(),
            activity,
            allow_list: allow_list.unwrap_or_default(),
            rotation,
            manages: member.role.manages_keys(),
            creator_is_out: creator.is_some_and(|one| !one.is_active()),
            may_change: member.role.manages_keys() && key.status.is_live(),
            key,
        })
    }
}

fn row(SignedEvent { event, email }: SignedEvent, zone: &Zone) -> HistoryRow {
    let by = match &event.actor {
        Actor::Key(_) => "The key itself".to_owned(),
        actor => who(actor, email.map(|email| email.to_string())),
    };
    HistoryRow {
        at: moment(event.at, zone),
        by,
        what: what(event.action, &event.detail, zone),
        from: event.ip.map(|ip| ip.to_string()),
    }
}

/// Describes an event in a sentence.
fn what(action: Action, detail: &Value, zone: &Zone) -> String {
    match action {
        Action::KeyCreated => match detail["replaces"].as_str() {
            Some(old) => format!("Created, to take the place of {old}"),
            None => "Created".to_owned(),
        },
        Action::KeyRotated => {
            let new = detail["replaced_by"].as_str();
            let end = detail["ends_at"].as_str().and_then(parse_rfc3339);
            format!(
                "Rotated: {} takes its place; this key ends {}",
                new.unwrap_or_default(),
                end.map_or_else(
                    || "now".to_owned(),
                    |end| format!("on {}", moment(end, zone).exact)
                )
            )
        }
        Action::KeyRevoked => {
            let reason = detail["reason"].as_str().unwrap_or_default();
            format!("Revoked, with the reason {reason}")
        }
        Action::KeyNoticeRejected => {
            let text = |field: &str| detail[field].as_str().unwrap_or_default().to_owned();
            format!(
                "Email about its expiry to {} was rejected. {}",
                text("email"),
                text("reason")
            )
        }
        Action::KeyEdited => in_a_sentence(&details(detail, true, zone)),
        other => {
            // The subject is clear from the page.
            let title = title(other);
            capitalised(title.strip_prefix("API key ").unwrap_or(title))
        }
    }
}
