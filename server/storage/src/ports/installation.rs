//! The installation as a whole, and the audit log.

use super::audit::{EventRow, HistoryRow};
use super::{Result, SqlStore, audit};
use crate::error::ErrorContext as _;
use crate::query::{query, query_scalar};
use async_trait::async_trait;
use domain::AccountId;
use service::store::{Action, AttributedEvent, AuditEvent, DiskSpace, InstallationStore};

/// Reads a table, unlike `SELECT 1`, so that the answer comes from the database and not from the
/// library.
pub(crate) const PING: &str = "SELECT count(*) FROM installation";

pub(crate) const PEPPER_FINGERPRINT: &str =
    "SELECT pepper_fingerprint FROM installation WHERE id = 1";

pub(crate) const SET_PEPPER_FINGERPRINT: &str =
    "UPDATE installation SET pepper_fingerprint = $1 WHERE id = 1";

pub(crate) const HAS_KEYS: &str = "
    SELECT EXISTS (SELECT 1 FROM api_keys) OR EXISTS (SELECT 1 FROM second_factors)";

pub(crate) const HAS_OWNER: &str = "SELECT EXISTS (SELECT 1 FROM members WHERE role = 'owner')";

#[async_trait]
impl InstallationStore for SqlStore {
    async fn ping(&self) -> Result<()> {
        // Uses the pool that looks up keys, since the question is whether keys can be read.
        let _: i64 = query_scalar(PING)
            .fetch_one(self.authentication("checking whether the database responds"))
            .await?;
        self.engine
            .check_writable()
            .await
            .context("checking whether the database accepts changes")
    }

    fn disk_space(&self) -> Option<DiskSpace> {
        self.engine.measure_disk()
    }

    async fn pepper_fingerprint(&self) -> Result<Option<String>> {
        query_scalar(PEPPER_FINGERPRINT)
            .fetch_one(self.readers("reading the pepper's fingerprint"))
            .await
    }

    async fn set_pepper_fingerprint(&self, fingerprint: &str) -> Result<()> {
        query(SET_PEPPER_FINGERPRINT)
            .bind(fingerprint)
            .execute(self.writer("storing the pepper's fingerprint"))
            .await?;
        Ok(())
    }

    async fn has_keys(&self) -> Result<bool> {
        query_scalar(HAS_KEYS)
            .fetch_one(self.readers("looking for any API key"))
            .await
    }

    async fn has_owner(&self) -> Result<bool> {
        query_scalar(HAS_OWNER)
            .fetch_one(self.readers("looking for any owner"))
            .await
    }

    async fn audit_events(&self, account: &AccountId, limit: u32) -> Result<Vec<AuditEvent>> {
        query(audit::NEWEST)
            .bind(account.as_str())
            .bind(i64::from(limit))
            .parse_all::<EventRow, _>(self.readers("reading the audit log"))
            .await
    }

    async fn history(
        &self,
        account: &AccountId,
        subject: &str,
        limit: u32,
    ) -> Result<Vec<AttributedEvent>> {
        query(audit::HISTORY)
            .bind(account.as_str())
            .bind(subject)
            .bind(i64::from(limit))
            .parse_all::<HistoryRow, _>(self.readers("reading the history of one subject"))
            .await
    }

    async fn last_event(&self, account: &AccountId, action: Action) -> Result<Option<AuditEvent>> {
        query(audit::NEWEST_OF)
            .bind(account.as_str())
            .bind(action.as_str())
            .parse_optional::<EventRow, _>(self.readers("finding the newest audit event of a kind"))
            .await
    }

    async fn newest_events(
        &self,
        account: &AccountId,
        actions: &[Action],
    ) -> Result<Vec<AuditEvent>> {
        if actions.is_empty() {
            return Ok(Vec::new());
        }
        audit::newest_of_each(account, actions)
            .build()
            .parse_all::<EventRow, _>(self.readers("finding the newest audit events of some kinds"))
            .await
    }
}
