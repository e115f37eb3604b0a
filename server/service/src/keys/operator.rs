//! Key operations of the operator at the machine, on keys of any account. Access to the database is
//! the authorization.

use super::{KeyChanges, RestoredKeys};
use crate::clock::Clock;
use crate::error::Error;
use crate::key::{PREFIX, PREVIEW_CHARS};
use crate::peppers::Peppers;
use crate::store::{
    Action, AuditEvent, BulkChange, ChangeKeyOutcome, KeyChange, KeyRecord, NewRevocation,
    OperatorPorts, Receipt, RevokeKeyOutcome, Revoker,
};
use crate::verdict::Node;
use domain::{KeyId, KeyStatus, RevokeReason, Timestamp};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// Keys on one page.
const PAGE_SIZE: u32 = 500;
/// Upper bound of the keys that are listed for one ambiguous preview.
const MAX_CANDIDATES: u32 = 10;

/// A key as the operator names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySelector {
    Id(KeyId),
    /// With `…`, as it is stored.
    Preview(String),
}

/// Why a text does not name a key. The text itself is not included, since it may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SelectorError {
    /// The text is, or seems to be, more of a key than its preview.
    Secret,
    Neither,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperatorChange {
    Revoke(RevokeReason),
    Pause,
    Resume,
}

/// The result of a change.
#[derive(Debug, Clone)]
pub enum OperatorOutcome {
    /// The receipt is how the change reached the nodes, if that is known.
    Changed(Box<KeyRecord>, Option<Receipt>),
    /// The key was resumed and thereby confirmed. It had been on hold since its account was
    /// restored at this time.
    Confirmed(Box<KeyRecord>, Option<Receipt>, Timestamp),
    /// The key was already paused, or already not paused.
    Same(Box<KeyRecord>),
    /// The key was already paused, and has been on hold since its account was restored at this
    /// time.
    OnHold(Box<KeyRecord>, Timestamp),
    /// The key was already revoked or expired.
    AlreadyEnded(Box<KeyRecord>, KeyStatus),
    Unknown,
    /// Several keys have this preview; these are the first of them.
    Ambiguous(Vec<KeyRecord>),
}

impl KeySelector {
    /// Parses an id or a preview.
    ///
    /// # Errors
    /// The text is neither an id nor a preview.
    pub fn parse(raw: &str) -> Result<Self, SelectorError> {
        let short = raw.trim_end_matches("...").trim_end_matches('…');
        if let Some(random) = short.strip_prefix(PREFIX)
            && random.len() == PREVIEW_CHARS
            && random.bytes().all(|b| b.is_ascii_alphanumeric())
        {
            return Ok(Self::Preview(format!("{short}…")));
        }
        match KeyId::parse(raw) {
            Ok(id) => Ok(Self::Id(id)),
            Err(_) if raw.contains(PREFIX) || raw.len() > 40 => Err(SelectorError::Secret),
            Err(_) => Err(SelectorError::Neither),
        }
    }
}

/// The operations of the operator on keys of any account.
pub struct Operator {
    pub(crate) store: Arc<dyn OperatorPorts>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) node: Arc<Node>,
    pub(crate) peppers: Arc<Peppers>,
    pub(crate) changes: Arc<KeyChanges>,
    pub(crate) restored: Arc<RestoredKeys>,
}

impl Operator {
    /// Returns a page of the keys of all accounts after one of them, with their present status;
    /// empty after the last key. For a paused key that is on hold, the time of the restore is
    /// included.
    ///
    /// # Errors
    /// The database's.
    pub async fn keys(
        &self,
        after: Option<&KeyId>,
    ) -> Result<Vec<(KeyRecord, KeyStatus, Option<Timestamp>)>, Error> {
        let now = self.clock.now();
        let keys = self.store.keys_everywhere(after, PAGE_SIZE).await?;
        let (mut entries, mut restores) = (Vec::with_capacity(keys.len()), HashMap::new());
        for key in keys {
            let status = key.status(now);
            let on_hold_since = match status {
                KeyStatus::Paused => {
                    self.restored
                        .cached_on_hold_since(&key, &mut restores)
                        .await?
                }
                _ => None,
            };
            entries.push((key, status, on_hold_since));
        }
        Ok(entries)
    }

    /// Changes a key for the operator. After this returns, every request that starts is judged by
    /// the change.
    ///
    /// # Errors
    /// The database's.
    pub async fn change(
        &self,
        selector: &KeySelector,
        change: OperatorChange,
    ) -> Result<OperatorOutcome, Error> {
        let mut found = match selector {
            KeySelector::Id(id) => self
                .store
                .find_key_anywhere(id)
                .await?
                .into_iter()
                .collect(),
            KeySelector::Preview(preview) => {
                self.store.keys_by_preview(preview, MAX_CANDIDATES).await?
            }
        };
        let Some(key) = found.pop() else {
            return Ok(OperatorOutcome::Unknown);
        };
        if !found.is_empty() {
            found.push(key);
            return Ok(OperatorOutcome::Ambiguous(found));
        }
        match change {
            OperatorChange::Revoke(reason) => self.revoke(key, reason).await,
            OperatorChange::Pause => self.switch(key, &KeyChange::Pause, Action::KeyPaused).await,
            OperatorChange::Resume => {
                self.switch(key, &KeyChange::Resume, Action::KeyResumed)
                    .await
            }
        }
    }

    async fn revoke(&self, key: KeyRecord, reason: RevokeReason) -> Result<OperatorOutcome, Error> {
        let now = self.clock.now();
        let detail = json!({ "name": key.name, "preview": key.preview, "reason": reason });
        let event = event(&key, Action::KeyRevoked, now, detail);
        let revocation = NewRevocation {
            at: now,
            by: Revoker::Operator,
            reason,
        };
        let (outcome, receipt) = self
            .changes
            .revoke(&key.account_id, &key.id, revocation, event)
            .await?;
        Ok(match outcome {
            RevokeKeyOutcome::Revoked(key) => {
                self.changes
                    .keep_receipt(&key.account_id, now, Some(&key.id), receipt)
                    .await;
                OperatorOutcome::Changed(key, receipt)
            }
            RevokeKeyOutcome::AlreadyEnded(key) => {
                let status = key.status(now);
                OperatorOutcome::AlreadyEnded(key, status)
            }
            RevokeKeyOutcome::Missing => OperatorOutcome::Unknown,
        })
    }

    async fn switch(
        &self,
        key: KeyRecord,
        change: &KeyChange,
        action: Action,
    ) -> Result<OperatorOutcome, Error> {
        let restored_at = self.restored.on_hold_since(&key).await?;
        let now = self.clock.now();
        let event_after = move |_: &KeyRecord, after: &KeyRecord| {
            let detail = json!({ "name": after.name, "preview": after.preview });
            event(after, action, now, detail)
        };
        let result = self
            .store
            .change_key(&key.account_id, &key.id, change, now, &event_after);
        let result = self.node.propagate(result).await;
        let (outcome, receipt) = match change {
            KeyChange::Pause => result.map_err(|error| {
                let event = move |key: &KeyRecord| event_after(key, key);
                let pause = &BulkChange::Pause;
                self.changes
                    .refuse_keys_here(error, &key.account_id, [&key.id], pause, now, event)
            })?,
            _ => result?,
        };
        if action == Action::KeyResumed {
            self.changes.pending_stops.forget_pause(&key.id);
        }
        Ok(match outcome {
            ChangeKeyOutcome::Changed(key) => match restored_at {
                Some(restored_at) => OperatorOutcome::Confirmed(key, receipt, restored_at),
                None => OperatorOutcome::Changed(key, receipt),
            },
            ChangeKeyOutcome::Same(key) | ChangeKeyOutcome::Differs(key) => {
                match self.restored.on_hold_since(&key).await? {
                    Some(restored_at) => OperatorOutcome::OnHold(key, restored_at),
                    None => OperatorOutcome::Same(key),
                }
            }
            ChangeKeyOutcome::Ended => {
                let status = key.status(now);
                OperatorOutcome::AlreadyEnded(Box::new(key), status)
            }
            ChangeKeyOutcome::Missing => OperatorOutcome::Unknown,
        })
    }
}

fn event(key: &KeyRecord, action: Action, at: Timestamp, detail: Value) -> AuditEvent {
    AuditEvent::of_system(&key.account_id, action, key.id.as_str(), at, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_is_named_by_its_id_or_preview_and_a_whole_key_is_rejected() {
        let preview = Ok(KeySelector::Preview("vx_abcDE1…".to_owned()));
        for text in ["vx_abcDE1", "vx_abcDE1…", "vx_abcDE1..."] {
            assert_eq!(KeySelector::parse(text), preview, "{text}");
        }
        let id = "0199c0de-7a5b-7000-8000-00000000abcd";
        let selector = KeySelector::Id(KeyId::parse(id).unwrap());
        assert_eq!(KeySelector::parse(id), Ok(selector));
        let whole = "vx_00000000000000000000000000000000000000000003Ekpv5";
        for text in [
            whole.to_owned(),
            format!(" {whole}"),
            format!("key={whole}"),
            whole[3..].to_owned(),
            whole[..10].to_owned(),
            format!("{}…", &whole[..40]),
        ] {
            assert_eq!(
                KeySelector::parse(&text),
                Err(SelectorError::Secret),
                "{text}"
            );
        }
        for text in ["", "CRM Sync", "Käufer", "..."] {
            assert_eq!(
                KeySelector::parse(text),
                Err(SelectorError::Neither),
                "{text}"
            );
        }
    }
}
