//! Bulk actions: pausing, revoking, resuming or extending several keys at once.

use super::extend::extended;
use super::lifetime::latest_expiry;
use super::{CurrentKey, Keys};
use crate::error::Error;
use crate::invalid::{InvalidFields, InvalidReason};
use crate::key::KeyState;
use crate::origin::Client;
use crate::rfc3339::rfc3339;
use crate::sessions::Member;
use crate::store::{Action, BulkChange, BulkOutcome, Extension, KeyRecord, NewRevocation, Revoker};
use crate::zone::Zone;
use domain::{BulkAction, BulkForm, Field, KeyId, KeyPolicy, RevokeReason, Timestamp};
use serde_json::json;
use std::collections::HashMap;

/// The keys that a bulk action would change.
#[derive(Debug)]
pub struct BulkSelection {
    pub action: BulkAction,
    pub keys: Vec<CurrentKey>,
    /// The later expiry of each of these keys, if they are to be extended.
    pub extensions: HashMap<KeyId, Extension>,
    /// Number of chosen keys that do not exist, or whose status does not allow the action.
    pub skipped: usize,
    pub now: Timestamp,
}

impl BulkSelection {
    /// Returns the expirations before and after, as a text that is compared with an earlier one.
    /// It is empty unless the keys are to be extended.
    pub fn seen(&self) -> String {
        let extensions = self.keys.iter().filter_map(|key| {
            let Extension { before, after } = self.extensions.get(&key.record.id)?;
            Some(format!("{}-{}", before.millis(), after.millis()))
        });
        extensions.collect::<Vec<_>>().join(" ")
    }
}

impl Keys {
    /// Returns the keys that were chosen for a bulk action. If no key was chosen for resuming,
    /// these are the keys on hold since the account was restored from a backup.
    ///
    /// # Errors
    /// Refused to viewers, and if no key was chosen or the action is unknown.
    pub async fn bulk_selection(
        &self,
        member: &Member,
        form: &BulkForm,
    ) -> Result<BulkSelection, Error> {
        member.must_manage_keys()?;
        let action = BulkAction::parse(&form.action)
            .ok_or_else(|| Error::field(Field::Keys, InvalidReason::NoKeys))?;
        let now = self.clock.now();
        let (mut keys, mut extensions, mut skipped) = (Vec::new(), HashMap::new(), 0);
        let policy = self.key_policy(member).await?;
        let selection = match action {
            BulkAction::Resume if form.keys.is_empty() => {
                let limit = u32::try_from(BulkForm::MAX).unwrap_or(u32::MAX);
                let account = &member.account_id;
                let on_hold = self.restored.restored_keys(account, now, limit).await?;
                let on_hold = on_hold.map(|(_, keys)| keys).unwrap_or_default();
                on_hold.into_iter().map(Some).collect()
            }
            _ => ids(form)?,
        };
        for id in selection {
            let found = match id {
                Some(id) => self.store.find_key(&member.account_id, &id).await?,
                None => None,
            };
            match found {
                Some(key) if action == BulkAction::Extend => {
                    if let Some(extension) = extension(&key, policy, now, &member.time_zone) {
                        extensions.insert(key.id.clone(), extension);
                        keys.push(self.current(key, now));
                    } else {
                        skipped += 1;
                    }
                }
                Some(key) if applies_to(action, key.state(now), now) => {
                    keys.push(self.current(key, now));
                }
                _ => skipped += 1,
            }
        }
        Ok(BulkSelection {
            action,
            keys,
            extensions,
            skipped,
            now,
        })
    }

    /// Pauses, revokes, resumes or extends several keys in one transaction, with one audit event
    /// each. After a pause or a revocation, every request that starts with one of these keys is
    /// refused. Returns the number of keys.
    ///
    /// # Errors
    /// Refused to viewers, if the typed number is not that of the keys, and if one of the keys has
    /// changed meanwhile. No key is changed then.
    pub async fn change_bulk(
        &self,
        member: &Member,
        client: &Client,
        form: &BulkForm,
    ) -> Result<u32, Error> {
        let selection = self.bulk_selection(member, form).await?;
        let (action, count) = (selection.action, selection.keys.len());
        // In the order of the form's fields.
        let mut invalid = InvalidFields::default();
        let reason = RevokeReason::parse(&form.reason);
        if let (BulkAction::Revoke, Err(unknown)) = (action, reason) {
            invalid.add(Field::Reason, unknown);
        }
        if form.count.trim().parse() != Ok(count) {
            invalid.add(Field::Count, InvalidReason::CountMismatch { count });
        }
        if !invalid.is_empty() {
            return Err(invalid.into());
        }
        // Exactly the keys that the member saw, even if one that changed has changed back since,
        // with the expirations that the member saw: a form that is sent twice extends once.
        let is_other = action == BulkAction::Extend && form.seen != selection.seen();
        if selection.skipped > 0 || count == 0 || is_other {
            return Err(Error::field(Field::Keys, InvalidReason::KeysChanged));
        }
        let now = self.clock.now();
        // Only a revocation has a reason.
        let reason = reason.unwrap_or(RevokeReason::Other);
        let (event_action, change) = match action {
            BulkAction::Pause => (Action::KeyPaused, BulkChange::Pause),
            BulkAction::Resume => (Action::KeyResumed, BulkChange::Resume),
            BulkAction::Revoke => {
                let by = Revoker::Member(member.id.clone());
                let revocation = NewRevocation {
                    at: now,
                    by,
                    reason,
                };
                (Action::KeyRevoked, BulkChange::Revoke(revocation))
            }
            BulkAction::Extend => {
                let extensions = selection.extensions.clone();
                (Action::KeyEdited, BulkChange::Extend(extensions))
            }
        };
        let extensions = selection.extensions;
        let event = {
            let (member, client) = (member.clone(), client.clone());
            move |key: &KeyRecord| {
                let mut detail =
                    json!({ "name": key.name, "preview": key.preview, "together": count });
                if event_action == Action::KeyRevoked {
                    detail["reason"] = json!(reason);
                }
                if let Some(extension) = extensions.get(&key.id) {
                    detail["before"] = json!({ "expires_at": rfc3339(extension.before) });
                    detail["after"] = json!({ "expires_at": rfc3339(extension.after) });
                }
                member.event(event_action, key.id.as_str(), &client, now, detail)
            }
        };
        let ids = selection.keys.into_iter().map(|key| key.record.id);
        let ids: Vec<KeyId> = ids.collect();
        let account = &member.account_id;
        let result = self.store.change_keys(account, &ids, &change, now, &event);
        let result = self.node.propagate(result).await;
        let (changed, receipt) = match action {
            BulkAction::Resume | BulkAction::Extend => result?,
            BulkAction::Pause | BulkAction::Revoke => result.map_err(|error| {
                self.changes
                    .refuse_keys_here(error, account, &ids, &change, now, event)
            })?,
        };
        if action == BulkAction::Resume {
            for id in &ids {
                self.pending_stops.forget_pause(id);
            }
        }
        match changed {
            BulkOutcome::Changed(number) => {
                if event_action == Action::KeyRevoked {
                    self.changes.keep_receipt(account, now, None, receipt).await;
                }
                Ok(number)
            }
            BulkOutcome::Stale => Err(Error::field(Field::Keys, InvalidReason::KeysChanged)),
        }
    }
}

fn applies_to(action: BulkAction, key: KeyState, now: Timestamp) -> bool {
    match action {
        BulkAction::Pause => key.pause(now),
        BulkAction::Revoke => key.revoke(now),
        BulkAction::Resume => key.resume(),
        BulkAction::Extend => return false,
    }
    .is_ok()
}

/// Returns the later expiry of a key; `None` if it cannot be extended.
fn extension(key: &KeyRecord, policy: KeyPolicy, now: Timestamp, zone: &Zone) -> Option<Extension> {
    let latest = latest_expiry(key, policy, now, zone);
    Some(Extension {
        before: key.expires_at?,
        after: extended(key, latest, now, zone)?,
    })
}

/// Parses the ids, each once; `None` for a text that cannot be an id.
fn ids(form: &BulkForm) -> Result<Vec<Option<KeyId>>, Error> {
    let mut texts: Vec<&str> = form.keys.iter().map(String::as_str).collect();
    let mut seen = std::collections::HashSet::new();
    texts.retain(|text| seen.insert(*text));
    let reason = match texts.len() {
        0 => InvalidReason::NoKeys,
        number if number > BulkForm::MAX => InvalidReason::TooManyKeys { max: BulkForm::MAX },
        _ => {
            return Ok(texts
                .into_iter()
                .map(|text| KeyId::parse(text).ok())
                .collect());
        }
    };
    Err(Error::field(Field::Keys, reason))
}
