//! Bulk changes of keys, and the stop on key creation of an account.

use super::{AuditEvent, KeyRecord, NewRevocation, Result};
use async_trait::async_trait;
use domain::{AccountId, KeyId, Timestamp};
use std::collections::HashMap;

/// The change that is made to each key of a bulk change.
#[derive(Debug, Clone)]
pub enum BulkChange {
    /// Requires active keys.
    Pause,
    /// Requires paused keys.
    Resume,
    /// Requires keys that are neither revoked nor expired.
    Revoke(NewRevocation),
    /// Requires keys that are neither revoked nor expired nor replaced, and whose expiry is still
    /// the one that each extension is based on.
    Extend(HashMap<KeyId, Extension>),
}

/// A later expiry of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension {
    pub before: Timestamp,
    pub after: Timestamp,
}

impl KeyRecord {
    /// Returns the key with its extension, if it is as the extension expects.
    pub fn extend(&self, extension: Option<&Extension>, now: Timestamp) -> Option<Self> {
        let extension = extension.filter(|extension| {
            self.state(now).is_live()
                && self.replaced.is_none()
                && self.expires_at == Some(extension.before)
        });
        let expires_at = Some(extension?.after);
        Some(Self {
            expires_at,
            ..self.clone()
        })
    }
}

/// The outcome of a bulk change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BulkOutcome {
    /// The number of changed keys, all in one transaction.
    Changed(u32),
    /// A key does not exist or is not in the state that the change requires; none was changed.
    Stale,
}

/// Bulk changes of keys, for tidying up and for emergencies.
#[async_trait]
pub trait BulkKeyStore: Send + Sync + 'static {
    /// Changes all of these keys at `now`, or none of them. `event` receives each key as it was
    /// before the change and returns its audit event. Returns once the change is durable: from then
    /// on, [`KeyStore::find_key_by_digest`](super::KeyStore::find_key_by_digest) returns the
    /// changed keys.
    async fn change_keys(
        &self,
        account: &AccountId,
        ids: &[KeyId],
        change: &BulkChange,
        now: Timestamp,
        event: &(dyn for<'a> Fn(&'a KeyRecord) -> AuditEvent + Send + Sync),
    ) -> Result<BulkOutcome>;

    /// Returns up to `limit` keys that were paused exactly at `paused_at` and have not expired at
    /// `now`, oldest first.
    async fn keys_paused_at(
        &self,
        account: &AccountId,
        paused_at: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<KeyId>>;

    /// Returns when an owner stopped key creation in the account; `None` if keys can be created.
    /// See [`InsertKeyOutcome::Stopped`](super::InsertKeyOutcome).
    async fn creation_stopped(&self, account: &AccountId) -> Result<Option<Timestamp>>;

    /// Stops key creation as of `at`, or allows it again if `at` is `None`. Returns `false` if the
    /// account is in that state already; then nothing is recorded.
    async fn stop_creation(
        &self,
        account: &AccountId,
        at: Option<Timestamp>,
        event: AuditEvent,
    ) -> Result<bool>;
}
