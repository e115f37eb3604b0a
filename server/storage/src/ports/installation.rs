//! The installation as a whole, and the audit log.

use super::{Result, Store, read, read_all};
use crate::error::Doing as _;
use crate::sql::audit::{EventRow, SignedRow};
use crate::sql::{audit, installation};
use async_trait::async_trait;
use domain::AccountId;
use service::store::{Action, AuditEvent, DiskSpace, InstallationStore, SignedEvent};

#[async_trait]
impl InstallationStore for Store {
    async fn ping(&self) -> Result<()> {
        // Uses the pool that looks up keys, since the question is whether keys can be read.
        let _: i64 = sqlx::query_scalar(installation::PING)
            .fetch_one(&self.authentication)
            .await
            .doing("asking whether the database answers")?;
        self.takes_changes()
            .await
            .doing("asking whether the database takes changes")
    }

    fn disk_space(&self) -> Option<DiskSpace> {
        self.measure_disk()
    }

    async fn pepper_fingerprint(&self) -> Result<Option<String>> {
        sqlx::query_scalar(installation::PEPPER_FINGERPRINT)
            .fetch_one(&self.readers)
            .await
            .doing("reading the pepper's fingerprint")
    }

    async fn set_pepper_fingerprint(&self, fingerprint: &str) -> Result<()> {
        sqlx::query(installation::SET_PEPPER_FINGERPRINT)
            .bind(fingerprint)
            .execute(&self.writer)
            .await
            .doing("storing the pepper's fingerprint")?;
        Ok(())
    }

    async fn has_keys(&self) -> Result<bool> {
        sqlx::query_scalar(installation::HAS_KEYS)
            .fetch_one(&self.readers)
            .await
            .doing("looking for any API key")
    }

    async fn has_owner(&self) -> Result<bool> {
        sqlx::query_scalar(installation::HAS_OWNER)
            .fetch_one(&self.readers)
            .await
            .doing("looking for any owner")
    }

    async fn audit_events(&self, account: &AccountId, limit: u32) -> Result<Vec<AuditEvent>> {
        const DOING: &str = "reading the audit log";
        let rows: Vec<EventRow> = sqlx::query_as(audit::NEWEST)
            .bind(account.as_str())
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .doing(DOING)?;
        read_all(rows, DOING)
    }

    async fn history(
        &self,
        account: &AccountId,
        subject: &str,
        limit: u32,
    ) -> Result<Vec<SignedEvent>> {
        const DOING: &str = "reading the history of one thing";
        let rows: Vec<SignedRow> = sqlx::query_as(audit::HISTORY)
            .bind(account.as_str())
            .bind(subject)
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .doing(DOING)?;
        read_all(rows, DOING)
    }

    async fn last_event(&self, account: &AccountId, action: Action) -> Result<Option<AuditEvent>> {
        const DOING: &str = "finding the newest audit event of a kind";
        let row: Option<EventRow> = sqlx::query_as(audit::NEWEST_OF)
            .bind(account.as_str())
            .bind(action.as_str())
            .fetch_optional(&self.readers)
            .await
            .doing(DOING)?;
        read(row, DOING)
    }
}
