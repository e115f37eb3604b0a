//! Bulk actions: pausing, revoking or resuming several keys at once.

use super::{CurrentKey, Keys};
use crate::error::Error;
use crate::key::KeyState;
use crate::origin::Client;
use crate::sessions::Member;
use crate::store::{Action, ChangedSeveral, KeyRecord, NewRevocation, Revoker, SeveralChange};
use domain::{
    Failure, Field, FieldError, KeyId, Rejected, RevokeReason, SeveralAct, SeveralForm, Timestamp,
};
use serde_json::json;

const NO_ACT: Rejected = Rejected("Choose some keys in the list, and then what to do with them.");
const STALE: &str = "Some of these keys have changed meanwhile, so nothing was done. Look at what is left below, and confirm again.";

/// The keys that a bulk action would change.
#[derive(Debug)]
pub struct BulkSelection {
    pub act: SeveralAct,
    pub keys: Vec<CurrentKey>,
    /// Number of chosen keys that do not exist, or whose status does not allow the action.
    pub left_out: usize,
    pub now: Timestamp,
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
        form: &SeveralForm,
    ) -> Result<BulkSelection, Error> {
        member.must_manage_keys()?;
        let act = SeveralAct::parse(&form.act).ok_or(NO_ACT);
        let act = act.map_err(|rejected| Error::field(Field::Keys, rejected))?;
        let now = self.clock.now();
        let (mut keys, mut left_out) = (Vec::new(), 0);
        let asked = match act {
            SeveralAct::Resume if form.keys.is_empty() => {
                let most = u32::try_from(SeveralForm::MOST).unwrap_or(u32::MAX);
                let account = &member.account_id;
                let waiting = self.restored.restored_keys(account, now, most).await?;
                let waiting = waiting.map(|(_, keys)| keys).unwrap_or_default();
                waiting.into_iter().map(Some).collect()
            }
            _ => ids(form)?,
        };
        for id in asked {
            let found = match id {
                Some(id) => self.store.find_key(&member.account_id, &id).await?,
                None => None,
            };
            match found {
                Some(key) if fits(act, key.state(now), now) => {
                    keys.push(self.current(key, now));
                }
                _ => left_out += 1,
            }
        }
        Ok(BulkSelection {
            act,
            keys,
            left_out,
            now,
        })
    }

    /// Pauses, revokes or resumes several keys in one transaction, with one audit event each. After
    /// a pause or a revocation, every request that starts with one of these keys is refused.
    /// Returns the number of keys.
    ///
    /// # Errors
    /// Refused to viewers, if the typed number is not that of the keys, and if one of the keys has
    /// changed meanwhile. No key is changed then.
    pub async fn change_bulk(
        &self,
        member: &Member,
        client: &Client,
        form: &SeveralForm,
    ) -> Result<u32, Error> {
        let selection = self.bulk_selection(member, form).await?;
        let (act, together) = (selection.act, selection.keys.len());
        let mut errors = Vec::new();
        let mut note = |field, message: String| errors.push(FieldError { field, message });
        if form.count.trim().parse() != Ok(together) {
            note(
                Field::Count,
                format!("Type {together}, the number of keys above."),
            );
        }
        let reason = RevokeReason::parse(&form.reason);
        if let (SeveralAct::Revoke, Err(rejected)) = (act, &reason) {
            note(Field::Reason, rejected.to_string());
        }
        if !errors.is_empty() {
            return Err(Failure::Invalid { errors }.into());
        }
        // Exactly the keys that the member saw, even if one that changed has changed back since.
        if selection.left_out > 0 || together == 0 {
            return Err(Failure::field(Field::Keys, STALE).into());
        }
        let now = self.clock.now();
        // Only a revocation has a reason.
        let reason = reason.unwrap_or(RevokeReason::Other);
        let (action, change) = match act {
            SeveralAct::Pause => (Action::KeyPaused, SeveralChange::Pause),
            SeveralAct::Resume => (Action::KeyResumed, SeveralChange::Resume),
            SeveralAct::Revoke => {
                let by = Revoker::Member(member.id.clone());
                let revocation = NewRevocation {
                    at: now,
                    by,
                    reason,
                };
                (Action::KeyRevoked, SeveralChange::Revoke(revocation))
            }
        };
        let event = {
            let (member, client) = (member.clone(), client.clone());
            move |key: &KeyRecord| {
                let mut detail =
                    json!({ "name": key.name, "preview": key.preview, "together": together });
                if action == Action::KeyRevoked {
                    detail["reason"] = json!(reason);
                }
                member.event(action, key.id.as_str(), &client, now, detail)
            }
        };
        let ids = selection.keys.into_iter().map(|key| key.record.id);
        let ids: Vec<KeyId> = ids.collect();
        let account = &member.account_id;
        let made = self.store.change_keys(account, &ids, &change, now, &event);
        let made = self.node.propagate(made).await;
        let (changed, receipt) = match act {
            SeveralAct::Resume => made?,
            SeveralAct::Pause | SeveralAct::Revoke => made.map_err(|error| {
                self.changes
                    .stop_here(error, account, &ids, &change, now, event)
            })?,
        };
        if act == SeveralAct::Resume {
            for id in &ids {
                self.unstored.forget_pause(id);
            }
        }
        match changed {
            ChangedSeveral::Changed(number) => {
                if action == Action::KeyRevoked {
                    self.changes.keep_receipt(account, now, None, receipt).await;
                }
                Ok(number)
            }
            ChangedSeveral::Stale => Err(Failure::field(Field::Keys, STALE).into()),
        }
    }
}

fn fits(act: SeveralAct, key: KeyState, now: Timestamp) -> bool {
    match act {
        SeveralAct::Pause => key.pause(now),
        SeveralAct::Revoke => key.revoke(now),
        SeveralAct::Resume => key.resume(),
    }
    .is_ok()
}

/// Parses the ids, each once; `None` for a text that cannot be an id.
fn ids(form: &SeveralForm) -> Result<Vec<Option<KeyId>>, Error> {
    const TOO_MANY: Rejected = Rejected("Choose at most 100 keys at once.");
    let mut texts: Vec<&str> = form.keys.iter().map(String::as_str).collect();
    let mut seen = std::collections::HashSet::new();
    texts.retain(|text| seen.insert(*text));
    let rejected = match texts.len() {
        0 => NO_ACT,
        number if number > SeveralForm::MOST => TOO_MANY,
        _ => {
            return Ok(texts
                .into_iter()
                .map(|text| KeyId::parse(text).ok())
                .collect());
        }
    };
    Err(Error::field(Field::Keys, rejected))
}
