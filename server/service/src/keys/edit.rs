//! Editing a live key: its name, permissions, expiry, note, limit and allow list, and whether it is
//! paused. Its secret stays the same.

use super::check::{OptionFields, name, options, scopes};
use super::edit_form::is_outdated;
use super::{Keys, lifetime};
use crate::error::Error;
use crate::invalid::{InvalidFields, InvalidReason};
use crate::key::AllowList;
use crate::origin::Client;
use crate::rfc3339::rfc3339;
use crate::sessions::Member;
use crate::store::{
    Action, BulkChange, ChangeKeyOutcome, KeyChange, KeyEdit, KeyRecord, KeySettings,
};
use crate::zone::Zone;
use domain::{EditKeyForm, Failure, Field, KeyId, KeyNote, KeyPolicy, RateLimit, Timestamp};
use serde_json::{Value, json};

/// The page of the form finds the changes.
pub(super) const OUTDATED: Failure = Failure::Outdated {
    changes: Vec::new(),
};

/// Whether an edit changes settings or restores those before the last edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EditKind {
    Change,
    Undo,
}

impl Keys {
    /// Edits a key of the member's account. Only members can: a key never widens its own
    /// permissions.
    ///
    /// # Errors
    /// Refused to viewers, for invalid fields (all of them at once), for an unknown or ended key,
    /// if the key was changed since the form was filled, and if the allow list excludes recent
    /// callers and the member has not confirmed that. A form whose settings are stored already
    /// changes nothing.
    pub async fn edit(
        &self,
        member: &Member,
        client: &Client,
        id: &KeyId,
        form: &EditKeyForm,
    ) -> Result<(), Error> {
        member.must_manage_keys()?;
        let now = self.clock.now();
        let zone = &member.time_zone;
        let stored = self.find(member, id).await?;
        let before = stored.settings();
        let policy = self.key_policy(member).await?;
        let checked = check(form, &stored, policy, now, zone);
        // A form that was submitted twice has the settings that the first submission has stored.
        let is_stored = checked.as_ref().is_ok_and(|after| *after == before);
        if is_outdated(form, &stored, zone) && !is_stored {
            return Err(OUTDATED.into());
        }
        let after = checked?;
        self.excluded_callers(&stored, &after, form, now).await?;
        self.store_edit(
            member,
            client,
            id,
            KeyEdit { before, after },
            EditKind::Change,
        )
        .await
    }

    /// Stores an edit with its audit event, if the key still has the settings before it. The event
    /// of an undo is marked as one.
    pub(super) async fn store_edit(
        &self,
        member: &Member,
        client: &Client,
        id: &KeyId,
        edit: KeyEdit,
        kind: EditKind,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let event = |before: &KeyRecord, after: &KeyRecord| {
            let mut detail = json!({ "name": after.name, "before": audit_settings(before), "after": audit_settings(after) });
            if kind == EditKind::Undo {
                detail["undo"] = Value::Bool(true);
            }
            member.event(Action::KeyEdited, id.as_str(), client, now, detail)
        };
        let change = KeyChange::Edit(Box::new(edit));
        self.change(member, id, &change, now, &event).await
    }

    /// Pauses a key: it is refused until it is resumed. After this returns, every request that
    /// starts is refused.
    ///
    /// # Errors
    /// Refused to viewers, and for an unknown or ended key. A key that is already paused is not an
    /// error. [`Error::NotStored`] if the key is refused on this node alone.
    pub async fn pause(&self, member: &Member, client: &Client, id: &KeyId) -> Result<(), Error> {
        self.change_state(member, client, id, &KeyChange::Pause, Action::KeyPaused)
            .await
    }

    /// Resumes a paused key.
    ///
    /// # Errors
    /// Those of [`Self::pause`].
    pub async fn resume(&self, member: &Member, client: &Client, id: &KeyId) -> Result<(), Error> {
        self.change_state(member, client, id, &KeyChange::Resume, Action::KeyResumed)
            .await
    }

    pub(super) async fn change_state(
        &self,
        member: &Member,
        client: &Client,
        id: &KeyId,
        change: &KeyChange,
        action: Action,
    ) -> Result<(), Error> {
        member.must_manage_keys()?;
        let now = self.clock.now();
        let event = {
            let (member, client) = (member.clone(), client.clone());
            move |key: &KeyRecord| {
                let detail = json!({ "name": key.name, "preview": key.preview });
                member.event(action, key.id.as_str(), &client, now, detail)
            }
        };
        let event_after = |_: &KeyRecord, after: &KeyRecord| event(after);
        let changed = self.change(member, id, change, now, &event_after).await;
        match change {
            KeyChange::Pause => changed.map_err(|error| {
                let (account, pause) = (&member.account_id, &BulkChange::Pause);
                self.changes
                    .refuse_keys_here(error, account, [id], pause, now, event)
            }),
            KeyChange::Resume => changed.inspect(|()| self.pending_stops.forget_pause(id)),
            _ => changed,
        }
    }

    pub(super) async fn change(
        &self,
        member: &Member,
        id: &KeyId,
        change: &KeyChange,
        now: Timestamp,
        event: &(
             dyn for<'a> Fn(&'a KeyRecord, &'a KeyRecord) -> crate::store::AuditEvent + Send + Sync
         ),
    ) -> Result<(), Error> {
        let account = &member.account_id;
        let result = self.store.change_key(account, id, change, now, event);
        let (outcome, _) = self.node.propagate(result).await?;
        match outcome {
            ChangeKeyOutcome::Changed(_) | ChangeKeyOutcome::Same(_) => Ok(()),
            ChangeKeyOutcome::Differs(_) => Err(OUTDATED.into()),
            ChangeKeyOutcome::Ended => Err(Failure::AlreadyEnded.into()),
            ChangeKeyOutcome::Missing => Err(Failure::NotFound.into()),
        }
    }
}

fn check(
    form: &EditKeyForm,
    stored: &KeyRecord,
    policy: KeyPolicy,
    now: Timestamp,
    zone: &Zone,
) -> Result<KeySettings, InvalidFields> {
    let mut invalid = InvalidFields::default();
    let name = invalid.check(Field::Name, name(&form.name));
    let scopes = invalid.check(Field::Scopes, scopes(&form.scopes));
    let expires_at = end(form, stored, policy, now, zone);
    let expires_at = invalid.check(Field::Expires, expires_at);
    let fields = OptionFields {
        note: &form.note,
        limit_depth: &form.limit_depth,
        limit_per_second: &form.limit_per_second,
        allow_list: &form.allow_list,
    };
    let options = options(&mut invalid, &fields);
    match (name, scopes, expires_at, options) {
        (Some(name), Some(scopes), Some(expires_at), Some(options)) => Ok(KeySettings {
            name,
            scopes,
            expires_at,
            note: options.note,
            own_limit: options.own_limit,
            allow_list: options.allow_list,
        }),
        _ => Err(invalid),
    }
}

/// Returns the end of the last day. An unchanged day changes nothing, not even by hours.
fn end(
    form: &EditKeyForm,
    stored: &KeyRecord,
    policy: KeyPolicy,
    now: Timestamp,
    zone: &Zone,
) -> Result<Option<Timestamp>, InvalidReason> {
    let typed = form.last_day.trim();
    // Even if the policy would not allow this expiry any more: it applies to an expiry that is set
    // from then on.
    if typed
        == stored
            .expires_at
            .map(|end| zone.last_day(end))
            .unwrap_or_default()
    {
        return Ok(stored.expires_at);
    }
    let end = if typed.is_empty() {
        None
    } else {
        Some(lifetime::end_of_day(typed, now, zone)?)
    };
    let latest = lifetime::latest_expiry(stored, policy, now, zone);
    lifetime::check_expiry(end, policy, latest).map(|()| end)
}

/// Returns a rate limit for the audit log.
pub(super) fn audit_limit(limit: RateLimit) -> Value {
    json!({ "depth": limit.depth(), "per_second": limit.per_second() })
}

/// Returns the settings of a key for the audit log.
pub(super) fn audit_settings(key: &KeyRecord) -> Value {
    json!({
        "name": key.name,
        "scopes": key.scopes,
        "expires_at": key.expires_at.map(rfc3339),
        "note": key.note.as_ref().map(KeyNote::as_str),
        "limit": key.own_limit.map(audit_limit),
        "allow_list": key.allow_list.as_ref().map(AllowList::texts),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key that expires at noon of a day in Berlin.
    fn stored() -> KeyRecord {
        KeyRecord {
            expires_at: crate::rfc3339::parse_rfc3339("2026-11-30T11:00:00Z"),
            ..KeyRecord::sample()
        }
    }

    fn form() -> EditKeyForm {
        EditKeyForm {
            name: "CRM Sync".into(),
            scopes: vec!["leads:read".into()],
            last_day: "2026-11-30".into(),
            ..EditKeyForm::default()
        }
    }

    fn checked_by(
        form: &EditKeyForm,
        stored: &KeyRecord,
        policy: KeyPolicy,
    ) -> Result<KeySettings, InvalidFields> {
        let now = crate::rfc3339::parse_rfc3339("2026-11-23T12:00:00Z").unwrap();
        let zone = Zone::parse("Europe/Berlin").unwrap();
        check(form, stored, policy, now, &zone)
    }

    fn checked(form: &EditKeyForm) -> Result<KeySettings, InvalidFields> {
        checked_by(form, &stored(), KeyPolicy::default())
    }

    #[test]
    fn unchanged_form_changes_nothing() {
        assert_eq!(checked(&form()), Ok(stored().settings()));
    }

    #[test]
    fn key_expires_at_the_end_of_its_last_day_in_the_accounts_time_zone() {
        for (day, end) in [
            ("2026-12-01", Some("2026-12-01T23:00:00Z")),
            // Today, and a day in summer time.
            ("2026-11-23", Some("2026-11-23T23:00:00Z")),
            ("2027-07-01", Some("2027-07-01T22:00:00Z")),
            (" ", None),
        ] {
            let form = EditKeyForm {
                last_day: day.into(),
                ..form()
            };
            let end = end.and_then(crate::rfc3339::parse_rfc3339);
            assert_eq!(
                checked(&form).map(|settings| settings.expires_at),
                Ok(end),
                "{day}"
            );
        }
        for bad in [
            "2026-11-22",
            "2026-02-30",
            "tomorrow",
            "1.12.2026",
            "99999-01-01",
        ] {
            let form = EditKeyForm {
                last_day: bad.into(),
                ..form()
            };
            let invalid = checked(&form).unwrap_err();
            assert!(invalid.at(Field::Expires).is_some(), "{bad}");
        }
    }

    #[test]
    fn policy_limits_a_later_expiry_but_accepts_an_unchanged_or_earlier_one() {
        let policy = KeyPolicy::new(true, Some(30)).unwrap();
        let mut endless = stored();
        endless.expires_at = None;
        let renamed = |last_day: &str| EditKeyForm {
            name: "Renamed".into(),
            last_day: last_day.into(),
            ..form()
        };
        let end = |stored: &KeyRecord, day: &str| {
            checked_by(&renamed(day), stored, policy).map(|settings| settings.expires_at)
        };
        // Made in 1970, so both exceed the limit.
        assert_eq!(end(&endless, ""), Ok(None));
        assert_eq!(end(&stored(), "2026-11-30"), Ok(stored().expires_at));
        assert!(end(&stored(), "2026-11-29").is_ok(), "nearer");
        for (key, day) in [
            (&stored(), "2026-12-01"),
            (&stored(), ""),
            (&endless, "2026-12-24"),
        ] {
            let invalid = end(key, day).unwrap_err();
            assert!(invalid.at(Field::Expires).is_some(), "{day}");
        }
        assert!(end(&endless, "2026-12-23").is_ok());
    }

    #[test]
    fn rate_limit_needs_both_numbers_or_neither() {
        let with = |depth: &str, per_second: &str| {
            let form = EditKeyForm {
                limit_depth: depth.into(),
                limit_per_second: per_second.into(),
                ..form()
            };
            checked(&form).map(|settings| settings.own_limit)
        };
        assert_eq!(with("", " "), Ok(None));
        assert_eq!(with("7", "3"), Ok(Some(RateLimit::new(7, 3).unwrap())));
        for (depth, per_second, field, is_half) in [
            ("7", "", Field::LimitPerSecond, true),
            (" ", "3", Field::LimitDepth, true),
            ("many", "", Field::LimitPerSecond, true),
            ("0", "3", Field::LimitDepth, false),
            ("7", "many", Field::LimitPerSecond, false),
        ] {
            let invalid = with(depth, per_second).unwrap_err();
            let reason = invalid.at(field).unwrap();
            let half = *reason == InvalidReason::HalfRateLimit;
            assert_eq!(half, is_half, "{depth} {per_second}");
        }
    }

    #[test]
    fn all_invalid_fields_are_reported_at_once() {
        let form = EditKeyForm {
            name: " ".into(),
            scopes: Vec::new(),
            last_day: "never".into(),
            note: "x".repeat(1_001),
            limit_depth: "x".into(),
            limit_per_second: "x".into(),
            allow_list: "example.com".into(),
            shut_out: String::new(),
            seen: String::new(),
        };
        let invalid = checked(&form).unwrap_err();
        for field in [
            Field::Name,
            Field::Scopes,
            Field::Expires,
            Field::Note,
            Field::LimitDepth,
            Field::LimitPerSecond,
            Field::AllowList,
        ] {
            assert!(invalid.at(field).is_some(), "{field:?}");
        }
    }
}
