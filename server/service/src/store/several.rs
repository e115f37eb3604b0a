//! Many keys at once, and whether an account makes new ones.

use super::{AuditEvent, KeyRecord, NewRevocation, Result};
use async_trait::async_trait;
use domain::{AccountId, KeyId, Timestamp};

/// What becomes of each.
#[derive(Debug, Clone)]
pub enum SeveralChange {
    /// Wants keys that are active.
    Pause,
    /// Wants keys that are paused.
    Resume,
    /// Wants keys that are neither revoked nor expired.
    Revoke(NewRevocation),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangedSeveral {
    /// So many, all in one transaction.
    Changed(u32),
    /// One of them is not there, or not as the change wants it; none was changed.
    Stale,
}

/// What an owner does in an emergency, and whoever tidies up.
#[async_trait]
pub trait SeveralKeys: Send + Sync + 'static {
    /// Changes all of these keys at `now`, or none of them. `event` gets each key as it was, and gives its event. The answer comes
    /// after the change is durable: from then on [`KeyStore::find_key_by_digest`](super::KeyStore::find_key_by_digest)
    /// tells of it.
    async fn change_keys(
        &self,
        account: &AccountId,
        ids: &[KeyId],
        change: &SeveralChange,
        now: Timestamp,
        event: &(dyn for<'a> Fn(&'a KeyRecord) -> AuditEvent + Send + Sync),
    ) -> Result<ChangedSeveral>;

    /// Up to `limit` keys that were paused at `paused_at` and are not expired at `now`, oldest first.
    async fn keys_paused_at(
        &self,
        account: &AccountId,
        paused_at: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<KeyId>>;

    /// Since when the account makes no new keys; `None` where it does. See [`Inserted::Stopped`](super::Inserted).
    async fn creation_stopped(&self, account: &AccountId) -> Result<Option<Timestamp>>;

    /// Stops the making of keys at a time, or allows it again. `false` where that holds already; then nothing is recorded.
    async fn stop_creation(
        &self,
        account: &AccountId,
        at: Option<Timestamp>,
        event: AuditEvent,
    ) -> Result<bool>;
}
