//! How one member gets in: their sessions and their password.

use super::{AuditEvent, Result, TokenDigest};
use async_trait::async_trait;
use domain::{MemberId, Timestamp};
use std::net::IpAddr;

/// Sessions that a member has at most. A further one ends the one that was unused for longest.
pub const SESSIONS_OF_A_MEMBER: u32 = 100;

/// A signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    pub digest: TokenDigest,
    pub created_at: Timestamp,
    /// To the minute.
    pub last_seen_at: Timestamp,
    /// Where it was opened; `None` for old ones.
    pub ip: Option<IpAddr>,
    pub user_agent: Option<String>,
}

#[async_trait]
pub trait AccessStore: Send + Sync + 'static {
    /// The member's sessions that end after `now` and were last seen after `idle_since`, the newest first.
    async fn list_sessions(
        &self,
        member: &MemberId,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Vec<SessionRecord>>;

    /// Ends all sessions of the member but `kept`, and the sign-ins that have begun. Returns `false` if there are none, and
    /// then nothing is recorded.
    async fn end_other_sessions(
        &self,
        member: &MemberId,
        kept: &TokenDigest,
        event: AuditEvent,
    ) -> Result<bool>;

    /// Sets the member's password, and ends all their sessions but `kept`, the sign-ins that have begun, and the links that were
    /// made for them.
    async fn change_password(
        &self,
        member: &MemberId,
        kept: &TokenDigest,
        password_hash: &str,
        event: AuditEvent,
    ) -> Result<()>;
}
