//! Keys that are about to end, and who was told of it, as the port takes and gives them.

use super::{AuditEvent, KeyRecord, Result};
use crate::Zone;
use async_trait::async_trait;
use domain::{AccountId, Email, KeyId, KeyName, MemberId, Timestamp};

/// One notice to one person. A key that is given another end gets its notices anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRecord {
    pub account_id: AccountId,
    pub key_id: KeyId,
    pub member_id: MemberId,
    /// So many before the end.
    pub days: u32,
    pub end: Timestamp,
}

/// A notice that nobody has claimed, with what it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueNotice {
    pub notice: NoticeRecord,
    pub to: Email,
    pub name: KeyName,
    pub preview: String,
    pub zone: Zone,
}

/// The ends of keys, and who was told of them.
#[async_trait]
pub trait NoticeStore: Send + Sync + 'static {
    /// The account's keys that live at `now` and end by `until`, the next one first. A key that is being replaced is among
    /// them only where it was used since.
    async fn ending_keys(
        &self,
        account: &AccountId,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<KeyRecord>>;

    /// Up to `limit` notices of keys of all accounts but those that are `resting`. They are about keys that end after `from` and by `until`, for each active owner and admin, that
    /// are unclaimed, or were released to be tried again by `now`. Left out are keys that were made or rotated less than
    /// `days` days before their end: whoever did it knows.
    async fn due_notices(
        &self,
        days: u32,
        from: Timestamp,
        until: Timestamp,
        now: Timestamp,
        resting: &[AccountId],
        limit: u32,
    ) -> Result<Vec<DueNotice>>;

    /// Takes a notice before it is sent. Of any number of racing callers exactly one gets `true`; `false` where it was
    /// claimed already and not released, or not for so long.
    async fn claim_notice(&self, notice: &NoticeRecord, now: Timestamp) -> Result<bool>;

    /// Gives a claimed notice back: it can be claimed again from `again` on.
    async fn release_notice(&self, notice: &NoticeRecord, again: Timestamp) -> Result<()>;

    /// Records that a claimed notice is given up. It stays claimed, so nothing else has to change.
    async fn give_up_notice(&self, event: AuditEvent) -> Result<()>;
}
