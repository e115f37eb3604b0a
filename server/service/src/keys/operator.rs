//! Key operations of the operator at the machine, on keys of any account. Access to the database is
//! the authorization.

use super::{KeyChanges, RestoredKeys};
use crate::clock::Clock;
use crate::error::Error;
use crate::key::{PREFIX, PREVIEW_CHARS};
use crate::peppers::Peppers;
use crate::store::{
    Action, AuditEvent, Changed, Ended, KeyChange, KeyRecord, NewRevocation, OperatorPorts,
    Receipt, Revoker, SeveralChange,
};
use crate::verdict::Node;
use domain::{KeyId, KeyStatus, RevokeReason, Timestamp};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// Keys on one page.
const PAGE: u32 = 500;
/// Upper bound of the keys that are listed for one ambiguous preview.
const CANDIDATES: u32 = 10;

/// A key as the operator names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyNamed {
    Id(KeyId),
    /// With `…`, as it is stored.
    Preview(String),
}

/// Why a text does not name a key. The text itself is not included, since it may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotNamed {
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
pub enum Carried {
    /// The receipt is how the change reached the nodes, if that is known.
    Changed(Box<KeyRecord>, Option<Receipt>),
    /// The key was resumed and thereby confirmed. It had been on hold since its account was
    /// restored at this time.
    Confirmed(Box<KeyRecord>, Option<Receipt>, Timestamp),
    /// The key was already paused, or already not paused.
    Same(Box<KeyRecord>),
    /// The key was already paused, and has been on hold since its account was restored at this
    /// time.
    Waits(Box<KeyRecord>, Timestamp),
    /// The key was already revoked or expired.
    AlreadyEnded(Box<KeyRecord>, KeyStatus),
    Unknown,
    /// Several keys have this preview; these are the first of them.
    Several(Vec<KeyRecord>),
}

impl KeyNamed {
    /// Parses an id or a preview.
    ///
    /// # Errors
    /// The text is neither an id nor a preview.
    pub fn parse(raw: &str) -> Result<Self, NotNamed> {
        let short = raw.trim_end_matches("...").trim_end_matches('…');
        if let Some(random) = short.strip_prefix(PREFIX)
            && random.len() == PREVIEW_CHARS
            && random.bytes().all(|b| b.is_ascii_alphanumeric())
        {
            return Ok(Self::Preview(format!("{short}…")));
        }
        match KeyId::parse(raw) {
            Ok(id) => Ok(Self::Id(id)),
            Err(_) if raw.contains(PREFIX) || raw.len() > 40 => Err(NotNamed::Secret),
            Err(_) => Err(NotNamed::Neither),
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
        let keys = self.store.keys_everywhere(after, PAGE).await?;
        let (mut listed, mut restores) = (Vec::with_capacity(keys.len()), HashMap::new());
        for key in keys {
            let status = key.status(now);
            let waits_since = match status {
                KeyStatus::Paused => self.restored.waits_among(&key, &mut restores).await?,
                _ => None,
            };
            listed.push((key, status, waits_since));
        }
        Ok(listed)
    }

    /// Changes a key for the operator. After this returns, every request that starts is judged by
    /// the change.
    ///
    /// # Errors
    /// The database's.
    pub async fn change(&self, named: &KeyNamed, change: OperatorChange) -> Result<Carried, Error> {
        let mut found = match named {
            KeyNamed::Id(id) => self
                .store
                .find_key_anywhere(id)
                .await?
                .into_iter()
                .collect(),
            KeyNamed::Preview(preview) => self.store.keys_by_preview(preview, CANDIDATES).await?,
        };
        let Some(key) = found.pop() else {
            return Ok(Carried::Unknown);
        };
        if !found.is_empty() {
            found.push(key);
            return Ok(Carried::Several(found));
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

    async fn revoke(&self, key: KeyRecord, reason: RevokeReason) -> Result<Carried, Error> {
        let now = self.clock.now();
        let detail = json!({ "name": key.name, "preview": key.preview, "reason": reason });
        let event = event(&key, Action::KeyRevoked, now, detail);
        let revocation = NewRevocation {
            at: now,
            by: Revoker::Operator,
            reason,
        };
        let (ended, receipt) = self
            .changes
            .revoke(&key.account_id, &key.id, revocation, event)
            .await?;
        Ok(match ended {
            Ended::Revoked(key) => {
                self.changes
                    .keep_receipt(&key.account_id, now, Some(&key.id), receipt)
                    .await;
                Carried::Changed(key, receipt)
            }
            Ended::AlreadyEnded(key) => {
                let status = key.status(now);
                Carried::AlreadyEnded(key, status)
            }
            Ended::Missing => Carried::Unknown,
        })
    }

    async fn switch(
        &self,
        key: KeyRecord,
        change: &KeyChange,
        action: Action,
    ) -> Result<Carried, Error> {
        let restored_at = self.restored.waits_since(&key).await?;
        let now = self.clock.now();
        let told = move |_: &KeyRecord, after: &KeyRecord| {
            let detail = json!({ "name": after.name, "preview": after.preview });
            event(after, action, now, detail)
        };
        let made = self
            .store
            .change_key(&key.account_id, &key.id, change, now, &told);
        let made = self.node.propagate(made).await;
        let (came_to, receipt) = match change {
            KeyChange::Pause => made.map_err(|error| {
                let event = move |key: &KeyRecord| told(key, key);
                let pause = &SeveralChange::Pause;
                self.changes
                    .stop_here(error, &key.account_id, [&key.id], pause, now, event)
            })?,
            _ => made?,
        };
        if action == Action::KeyResumed {
            self.changes.unstored.forget_pause(&key.id);
        }
        Ok(match came_to {
            Changed::Changed(key) => match restored_at {
                Some(restored_at) => Carried::Confirmed(key, receipt, restored_at),
                None => Carried::Changed(key, receipt),
            },
            Changed::Same(key) | Changed::Differs(key) => {
                match self.restored.waits_since(&key).await? {
                    Some(restored_at) => Carried::Waits(key, restored_at),
                    None => Carried::Same(key),
                }
            }
            Changed::Ended => {
                let status = key.status(now);
                Carried::AlreadyEnded(Box::new(key), status)
            }
            Changed::Missing => Carried::Unknown,
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
        let preview = Ok(KeyNamed::Preview("vx_abcDE1…".to_owned()));
        for text in ["vx_abcDE1", "vx_abcDE1…", "vx_abcDE1..."] {
            assert_eq!(KeyNamed::parse(text), preview, "{text}");
        }
        let id = "0199c0de-7a5b-7000-8000-00000000abcd";
        let named = KeyNamed::Id(KeyId::parse(id).unwrap());
        assert_eq!(KeyNamed::parse(id), Ok(named));
        let whole = "vx_00000000000000000000000000000000000000000003Ekpv5";
        for text in [
            whole.to_owned(),
            format!(" {whole}"),
            format!("key={whole}"),
            whole[3..].to_owned(),
            whole[..10].to_owned(),
            format!("{}…", &whole[..40]),
        ] {
            assert_eq!(KeyNamed::parse(&text), Err(NotNamed::Secret), "{text}");
        }
        for text in ["", "CRM Sync", "Käufer", "..."] {
            assert_eq!(KeyNamed::parse(text), Err(NotNamed::Neither), "{text}");
        }
    }
}
