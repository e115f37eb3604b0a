//! Undoing an edit of a key. The audit log has the settings before the edit, exactly as they were.

use super::check::{OptionFields, options, scopes};
use super::edit::{EditKind, OUTDATED, audit_settings};
use super::{Keys, lifetime};
use crate::error::Error;
use crate::invalid::{InvalidFields, InvalidReason};
use crate::origin::Client;
use crate::rfc3339::parse_rfc3339;
use crate::sessions::Member;
use crate::store::{Action, Actor, AttributedEvent, KeyEdit, KeySettings};
use domain::{EditKeyForm, Field, KeyId, KeyName};
use serde_json::Value;

/// Latest events of a key among which the edit is looked for.
const RECENT_EVENTS: u32 = 10;

impl Keys {
    /// Undoes the edit of a key that a request made, if the key still has the settings that the
    /// edit stored. An edit that is undone already is not an error.
    ///
    /// # Errors
    /// Those of [`Self::edit`]: the earlier settings are checked like any others, except that they
    /// may contain an expiry that is not the end of a day.
    pub async fn undo_edit(
        &self,
        member: &Member,
        client: &Client,
        id: &KeyId,
        request_id: &str,
    ) -> Result<(), Error> {
        member.must_manage_keys()?;
        let now = self.clock.now();
        let stored = self.find(member, id).await?;
        let account = &member.account_id;
        let events = (self.store.history(account, id.as_str(), RECENT_EVENTS)).await?;
        let is_edit = |event: &&AttributedEvent| {
            let event = &event.event;
            event.action == Action::KeyEdited && event.request_id.as_deref() == Some(request_id)
        };
        let edit = events.iter().find(is_edit).ok_or(OUTDATED)?;
        let (detail, settings) = (&edit.event.detail, audit_settings(&stored));
        if detail["before"] == settings {
            return Ok(());
        }
        if detail["after"] != settings {
            return Err(OUTDATED.into());
        }
        let before = stored.settings();
        let mut after = read_settings(&detail["before"]).ok_or(OUTDATED)?;
        // The log has whole seconds.
        if detail["before"]["expires_at"] == detail["after"]["expires_at"] {
            after.expires_at = before.expires_at;
        } else {
            let policy = self.key_policy(member).await?;
            let latest = lifetime::latest_expiry(&stored, policy, now, &member.time_zone);
            let allowed = match after.expires_at {
                Some(end) if end <= now => Err(InvalidReason::DateInPast),
                end => lifetime::check_expiry(end, policy, latest),
            };
            allowed.map_err(|reason| Error::field(Field::Expires, reason))?;
        }
        let unconfirmed = EditKeyForm::default();
        self.excluded_callers(&stored, &after, &unconfirmed, now)
            .await?;
        self.store_edit(
            member,
            client,
            id,
            KeyEdit { before, after },
            EditKind::Undo,
        )
        .await
    }
}

/// Returns the request that made the latest change of a key, if that was an edit by this member.
pub fn undoable(history: &[AttributedEvent], member: &Member) -> Option<String> {
    let AttributedEvent { event, .. } = history.first()?;
    let is_own = event.actor == Actor::Member(member.id.clone());
    (is_own && event.action == Action::KeyEdited).then(|| event.request_id.clone())?
}

/// Reads settings as [`audit_settings`] writes them; `None` if they are not written like that.
fn read_settings(settings: &Value) -> Option<KeySettings> {
    let text = |field: &str| settings[field].as_str().unwrap_or_default();
    let texts = |field: &str| {
        let values = settings[field].as_array().into_iter().flatten();
        values
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    let number = |field: &str| {
        settings["limit"][field]
            .as_u64()
            .map(|number| number.to_string())
    };
    let (depth, per_second) = (number("depth"), number("per_second"));
    let allow_list: Vec<String> = texts("allow_list");
    let fields = OptionFields {
        note: text("note"),
        limit_depth: depth.as_deref().unwrap_or_default(),
        limit_per_second: per_second.as_deref().unwrap_or_default(),
        allow_list: &allow_list.join("\n"),
    };
    let options = options(&mut InvalidFields::default(), &fields)?;
    Some(KeySettings {
        name: KeyName::parse(text("name")).ok()?,
        scopes: scopes(&texts("scopes")).ok()?,
        expires_at: match &settings["expires_at"] {
            Value::Null => None,
            end => Some(end.as_str().and_then(parse_rfc3339)?),
        },
        note: options.note,
        own_limit: options.own_limit,
        allow_list: options.allow_list,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::AllowList;
    use crate::store::KeyRecord;
    use domain::{KeyNote, RateLimit, ScopeSet};
    use serde_json::json;

    #[test]
    fn settings_of_the_audit_log_are_read_as_they_were_written() {
        let plain = KeyRecord::sample();
        let full = plain.clone().with(KeySettings {
            name: KeyName::parse("Händler-Feed ⇄").unwrap(),
            scopes: ScopeSet::parse("leads:read leads:write").unwrap(),
            expires_at: parse_rfc3339("2027-02-28T14:03:09Z"),
            note: KeyNote::parse("Call Grace\nbefore you revoke it.").unwrap(),
            own_limit: Some(RateLimit::new(7, 3).unwrap()),
            allow_list: AllowList::parse("203.0.113.0/24 2001:db8::/64").unwrap(),
        });
        for key in [plain, full] {
            let read = read_settings(&audit_settings(&key));
            assert_eq!(read, Some(key.settings()));
        }
    }

    #[test]
    fn settings_that_are_incomplete_are_not_read() {
        let settings = audit_settings(&KeyRecord::sample());
        for (field, value) in [
            ("name", Value::Null),
            ("scopes", json!([])),
            ("expires_at", json!("tomorrow")),
            ("limit", json!({ "depth": 7 })),
            ("allow_list", json!(["example.com"])),
        ] {
            let mut settings = settings.clone();
            settings[field] = value;
            assert_eq!(read_settings(&settings), None, "{field}");
        }
        assert_eq!(read_settings(&Value::Null), None);
    }
}
