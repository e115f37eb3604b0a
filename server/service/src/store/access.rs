//! A member's own access: sessions and password.

use super::{AuditEvent, Result, TokenDigest};
use async_trait::async_trait;
use domain::{MemberId, Timestamp};
use std::net::IpAddr;

/// Maximum number of a member's sessions. A further one ends the one that was unused for longest.
pub const MAX_SESSIONS_PER_MEMBER: u32 = 100;

/// A session of a signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    pub digest: TokenDigest,
    pub created_at: Timestamp,
    /// Precise to the minute.
    pub last_seen_at: Timestamp,
    /// The address from which the session was opened; `None` for a session from before it was
    /// stored.
    pub ip: Option<IpAddr>,
    pub user_agent: Option<String>,
}

impl SessionRecord {
    /// Returns the id that distinguishes the session from the member's others. It does not
    /// authenticate: it has only enough of the digest for this, and no page contains more.
    pub fn id(&self) -> String {
        hex::encode(&self.digest.0[..8])
    }
}

#[async_trait]
pub trait AccessStore: Send + Sync + 'static {
    /// Returns the member's sessions that end after `now` and were last seen after `idle_since`,
    /// newest first.
    async fn list_sessions(
        &self,
        member: &MemberId,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Vec<SessionRecord>>;

    /// Ends all of the member's sessions except `current`, and the sign-ins that have begun.
    /// Returns `false` if there are none; then nothing is recorded.
    async fn end_other_sessions(
        &self,
        member: &MemberId,
        current: &TokenDigest,
        event: AuditEvent,
    ) -> Result<bool>;

    /// Sets the member's password. Ends all of the member's sessions except `current`, the sign-ins
    /// that have begun, and the links that were made for the member.
    async fn change_password(
        &self,
        member: &MemberId,
        current: &TokenDigest,
        password_hash: &str,
        event: AuditEvent,
    ) -> Result<()>;
}
