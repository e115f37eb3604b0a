//! Notices of keys that expire soon, and who has received them.

use super::{LockScope, Result, Store, read_all, record};
use crate::error::Doing as _;
use crate::sql::key::{ENDING, KeyRow};
use crate::sql::notice;
use crate::sql::notice::DueRow;
use async_trait::async_trait;
use domain::{AccountId, Timestamp};
use service::store::{AuditEvent, DueNotice, KeyRecord, NoticeRecord, NoticeStore};

/// One day in milliseconds.
const DAY: i64 = 86_400_000;

#[async_trait]
impl NoticeStore for Store {
    async fn ending_keys(
        &self,
        account: &AccountId,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<KeyRecord>> {
        const DOING: &str = "finding the API keys that end next";
        let rows: Vec<KeyRow> = sqlx::query_as(ENDING)
            .bind(account.as_str())
            .bind(now.millis())
            .bind(until.millis())
            .bind(i64::from(limit))
            .fetch_all(&self.listings)
            .await
            .doing(DOING)?;
        read_all(rows, DOING)
    }

    async fn due_notices(
        &self,
        days: u32,
        from: Timestamp,
        until: Timestamp,
        now: Timestamp,
        resting: &[AccountId],
        limit: u32,
    ) -> Result<Vec<DueNotice>> {
        const DOING: &str = "finding notices of ends of API keys";
        let mut resting_ids = String::from(",");
        for account in resting {
            resting_ids += account.as_str();
            resting_ids += ",";
        }
        let rows: Vec<DueRow> = sqlx::query_as(notice::DUE)
            .bind(i64::from(days))
            .bind(from.millis())
            .bind(until.millis())
            .bind(i64::from(days) * DAY)
            .bind(now.millis())
            .bind(resting_ids)
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .doing(DOING)?;
        read_all(rows, DOING)
    }

    async fn claim_notice(&self, notice: &NoticeRecord, now: Timestamp) -> Result<bool> {
        let claimed = sqlx::query(notice::CLAIM)
            .bind(notice.account_id.as_str())
            .bind(notice.key_id.as_str())
            .bind(notice.member_id.as_str())
            .bind(i64::from(notice.days))
            .bind(notice.end.millis())
            .bind(now.millis())
            .execute(&self.writer)
            .await
            .doing("claiming a notice")?;
        Ok(claimed.rows_affected() == 1)
    }

    async fn release_notice(&self, notice: &NoticeRecord, again: Timestamp) -> Result<()> {
        sqlx::query(notice::RELEASE)
            .bind(notice.key_id.as_str())
            .bind(notice.member_id.as_str())
            .bind(i64::from(notice.days))
            .bind(notice.end.millis())
            .bind(again.millis())
            .execute(&self.writer)
            .await
            .doing("giving a notice back")?;
        Ok(())
    }

    async fn give_up_notice(&self, event: AuditEvent) -> Result<()> {
        const DOING: &str = "giving a notice up";
        let mut tx = self
            .begin(LockScope::Account(&event.account_id), DOING)
            .await?;
        record(&mut tx, &event).await?;
        tx.commit().await.doing(DOING)
    }
}
