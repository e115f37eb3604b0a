//! Expiry notices: keys that are about to end, and the members who have been notified.

use super::{AuditEvent, Result};
use crate::zone::Zone;
use async_trait::async_trait;
use domain::{AccountId, Email, KeyId, KeyName, MemberId, Timestamp};

/// One expiry notice to one member. A key whose end is changed gets its notices again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRecord {
    pub account_id: AccountId,
    pub key_id: KeyId,
    pub member_id: MemberId,
    /// How many days before the end the notice is due.
    pub days: u32,
    pub end: Timestamp,
}

/// An unclaimed notice and the data for its mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueNotice {
    pub notice: NoticeRecord,
    pub to: Email,
    pub name: KeyName,
    pub preview: String,
    pub zone: Zone,
}

/// A key that is about to expire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpiringKeyRecord {
    pub id: KeyId,
    pub name: KeyName,
    pub expires_at: Timestamp,
    pub replaced_at: Option<Timestamp>,
    /// Whether a live key is to replace this key, which is therefore meant to expire.
    pub is_being_replaced: bool,
    pub last_used_at: Option<Timestamp>,
}

/// Keys that are about to end, and the notices about them.
#[async_trait]
pub trait NoticeStore: Send + Sync + 'static {
    /// Returns up to `limit` of the account's keys that are neither revoked nor expired at `now`
    /// and end by `until`, in the order of their ends. A replaced key is among them only if it has
    /// been used since it was replaced.
    async fn expiring_keys(
        &self,
        account: &AccountId,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<ExpiringKeyRecord>>;

    /// Returns up to `limit` notices, to each active owner and admin, about keys that end after
    /// `from` and by `until`, in all accounts except the `paused_accounts` ones.
    ///
    /// A notice is due if it is unclaimed, or was released to be tried again by `now`. Keys that
    /// were created or rotated less than `days` days before their end get no notice, since the
    /// member who did that knows of the end. A rotated key gets one if its new
    /// key was revoked or has expired.
    async fn due_notices(
        &self,
        days: u32,
        from: Timestamp,
        until: Timestamp,
        now: Timestamp,
        paused_accounts: &[AccountId],
        limit: u32,
    ) -> Result<Vec<DueNotice>>;

    /// Claims a notice before it is sent. Exactly one of any number of concurrent callers gets
    /// `true`. Returns `false` if the notice is already claimed and was not released, or if its
    /// time to be tried again has not come.
    async fn claim_notice(&self, notice: &NoticeRecord, now: Timestamp) -> Result<bool>;

    /// Releases a claimed notice, which can be claimed again from `retry_at` on.
    async fn release_notice(&self, notice: &NoticeRecord, retry_at: Timestamp) -> Result<()>;

    /// Records that a claimed notice will not be sent any more. The claim stays, so the notice is
    /// not due again.
    async fn give_up_notice(&self, event: AuditEvent) -> Result<()>;
}
