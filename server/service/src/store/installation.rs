//! State of the installation as a whole.

use super::{Action, AttributedEvent, AuditEvent, Result};
use async_trait::async_trait;
use domain::AccountId;

/// Space of a file system, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskSpace {
    /// Bytes that this process may still use.
    pub free: u64,
    pub total: u64,
}

/// State of the installation as a whole.
#[async_trait]
pub trait InstallationStore: Send + Sync + 'static {
    /// Checks that the database answers and accepts changes.
    async fn ping(&self) -> Result<()>;

    /// Space on the file system of the database, or `None` if this process cannot see it, as with a
    /// PostgreSQL server.
    fn disk_space(&self) -> Option<DiskSpace>;

    /// Fingerprint of the pepper under which the stored keys were created; `None` before the first
    /// start.
    async fn pepper_fingerprint(&self) -> Result<Option<String>>;

    /// Stores the fingerprint of the pepper.
    async fn set_pepper_fingerprint(&self, fingerprint: &str) -> Result<()>;

    /// Whether anything depends on the pepper: an API key or a second factor, in any account.
    async fn has_keys(&self) -> Result<bool>;

    /// Whether any account has an owner.
    async fn has_owner(&self) -> Result<bool>;

    /// Returns the newest audit events of an account, newest first.
    async fn audit_events(&self, account: &AccountId, limit: u32) -> Result<Vec<AuditEvent>>;

    /// Returns the newest audit events about one subject of the account, newest first.
    async fn history(
        &self,
        account: &AccountId,
        subject: &str,
        limit: u32,
    ) -> Result<Vec<AttributedEvent>>;

    /// Returns the newest audit event of one kind.
    async fn last_event(&self, account: &AccountId, action: Action) -> Result<Option<AuditEvent>>;

    /// Returns the newest audit event of each of these kinds, in no particular order.
    async fn newest_events(
        &self,
        account: &AccountId,
        actions: &[Action],
    ) -> Result<Vec<AuditEvent>>;
}
