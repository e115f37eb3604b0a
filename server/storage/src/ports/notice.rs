//! Notices of keys that expire soon, and who has received them.

use super::{Result, SqlStore, record};
use crate::query::query;
use crate::sql::key::{ENDING, KeyRow};
use crate::sql::notice;
use crate::sql::notice::DueRow;
use async_trait::async_trait;
use domain::{AccountId, Timestamp};
use service::store::{AuditEvent, DueNotice, KeyRecord, NoticeRecord, NoticeStore};

/// One day in milliseconds.
const DAY: i64 = 86_400_000;

#[async_trait]
impl NoticeStore for SqlStore {
    async fn ending_keys(
        &self,
        account: &AccountId,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<KeyRecord>> {
        query(ENDING)
            .bind(account.as_str())
            .bind(now.millis())
            .bind(until.millis())
            .bind(i64::from(limit))
            .parse_all::<KeyRow, _>(self.listings("finding the API keys that end next"))
            .await
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
        let mut resting_ids = String::from(",");
        for account in resting {
            resting_ids += account.as_str();
            resting_ids += ",";
        }
        query(notice::DUE)
            .bind(i64::from(days))
            .bind(from.millis())
            .bind(until.millis())
            .bind(i64::from(days) * DAY)
            .bind(now.millis())
            .bind(resting_ids)
            .bind(i64::from(limit))
            .parse_all::<DueRow, _>(self.readers("finding notices of ends of API keys"))
            .await
    }

    async fn claim_notice(&self, notice: &NoticeRecord, now: Timestamp) -> Result<bool> {
        let claimed = query(notice::CLAIM)
            .bind(notice.account_id.as_str())
            .bind(notice.key_id.as_str())
            .bind(notice.member_id.as_str())
            .bind(i64::from(notice.days))
            .bind(notice.end.millis())
            .bind(now.millis())
            .execute(self.writer("claiming a notice"))
            .await?;
        Ok(claimed == 1)
    }

    async fn release_notice(&self, notice: &NoticeRecord, again: Timestamp) -> Result<()> {
        query(notice::RELEASE)
            .bind(notice.key_id.as_str())
            .bind(notice.member_id.as_str())
            .bind(i64::from(notice.days))
            .bind(notice.end.millis())
            .bind(again.millis())
            .execute(self.writer("giving a notice back"))
            .await?;
        Ok(())
    }

    async fn give_up_notice(&self, event: AuditEvent) -> Result<()> {
        let mut tx = self
            .begin_change(&event.account_id, "giving a notice up")
            .await?;
        record(&mut tx, &event).await?;
        tx.commit().await
    }
}
