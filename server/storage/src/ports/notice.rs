//! Notices of keys that expire soon, and who has received them.

use super::columns::{check_column, number};
use super::{Result, SqlStore, record};
use crate::error::CorruptValue;
use crate::query::query;
use async_trait::async_trait;
use domain::{AccountId, Email, KeyId, KeyName, MemberId, Timestamp, seconds};
use service::Zone;
use service::store::{AuditEvent, DueNotice, ExpiringKeyRecord, NoticeRecord, NoticeStore};

pub(crate) const LIST_EXPIRING: &str = "
    SELECT k.id, k.name, k.expires_at, k.replaced_at, k.last_used_at,
        (SELECT n.live FROM api_keys n WHERE n.id = k.replaced_by) AS replacement_live
    FROM api_keys k JOIN accounts a ON a.id = k.account_id
    WHERE k.account_id = $1 AND k.revoked_at IS NULL AND k.expires_at > $2 AND k.expires_at <= $3
        AND k.generation = a.key_generation
        AND (k.replaced_by IS NULL OR k.last_used_at > k.replaced_at
            OR NOT EXISTS (SELECT 1 FROM api_keys n WHERE n.id = k.replaced_by AND n.live = 1))
    ORDER BY k.expires_at LIMIT +$4";

/// `$4` is `$1` in milliseconds, and `$5` is the time: that a key has expired may not be noted yet,
/// so `live` alone does not show whether a replacement has ended. `$6` has a comma before and after
/// the id of each account to skip.
pub(crate) const LIST_DUE: &str = "
    SELECT k.account_id, k.id AS key_id, k.name, k.preview, k.expires_at, m.id AS member_id, m.email,
        a.time_zone, $1 AS days
    FROM api_keys k
    JOIN accounts a ON a.id = k.account_id
    JOIN members m ON m.account_id = k.account_id AND m.role IN ('owner', 'admin')
        AND m.deactivated_at IS NULL
    LEFT JOIN key_notices n
        ON n.key_id = k.id AND n.member_id = m.id AND n.days = $1 AND n.key_end = k.expires_at
    WHERE k.revoked_at IS NULL AND k.expires_at > $2 AND k.expires_at <= $3
        AND k.generation = a.key_generation
        AND k.created_at < k.expires_at - $4
        AND (k.replaced_at IS NULL OR k.replaced_at < k.expires_at - $4
            OR NOT EXISTS (SELECT 1 FROM api_keys n WHERE n.id = k.replaced_by AND n.live = 1
                AND (n.expires_at IS NULL OR n.expires_at > $5)))
        AND (n.key_id IS NULL OR n.retry_at <= $5)
        AND $6 NOT LIKE '%,' || k.account_id || ',%'
    ORDER BY k.expires_at
    LIMIT +$7";

pub(crate) const CLAIM: &str = "
    INSERT INTO key_notices (account_id, key_id, member_id, days, key_end, claimed_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (key_id, member_id, days, key_end)
    DO UPDATE SET claimed_at = excluded.claimed_at, retry_at = NULL
    WHERE key_notices.retry_at <= excluded.claimed_at";

pub(crate) const RELEASE: &str = "
    UPDATE key_notices SET retry_at = $5
    WHERE key_id = $1 AND member_id = $2 AND days = $3 AND key_end = $4";

#[derive(sqlx::FromRow)]
pub(crate) struct DueRow {
    account_id: String,
    key_id: String,
    name: String,
    preview: String,
    expires_at: i64,
    member_id: String,
    email: String,
    time_zone: String,
    days: i64,
}

impl TryFrom<DueRow> for DueNotice {
    type Error = CorruptValue;

    fn try_from(row: DueRow) -> Result<Self, CorruptValue> {
        Ok(Self {
            notice: NoticeRecord {
                account_id: check_column(AccountId::parse(&row.account_id), "api_keys.account_id")?,
                key_id: check_column(KeyId::parse(&row.key_id), "api_keys.id")?,
                member_id: check_column(MemberId::parse(&row.member_id), "members.id")?,
                days: number(row.days, "key_notices.days")?,
                end: Timestamp::from_millis(row.expires_at),
            },
            to: check_column(Email::from_stored(&row.email), "members.email")?,
            name: check_column(KeyName::parse(&row.name), "api_keys.name")?,
            preview: row.preview,
            zone: Zone::from_stored(&row.time_zone),
        })
    }
}

#[derive(sqlx::FromRow)]
struct ExpiringRow {
    id: String,
    name: String,
    expires_at: i64,
    replaced_at: Option<i64>,
    replacement_live: Option<i64>,
    last_used_at: Option<i64>,
}

impl TryFrom<ExpiringRow> for ExpiringKeyRecord {
    type Error = CorruptValue;

    fn try_from(row: ExpiringRow) -> Result<Self, CorruptValue> {
        Ok(Self {
            id: check_column(KeyId::parse(&row.id), "api_keys.id")?,
            name: check_column(KeyName::parse(&row.name), "api_keys.name")?,
            expires_at: Timestamp::from_millis(row.expires_at),
            replaced_at: row.replaced_at.map(Timestamp::from_millis),
            is_being_replaced: row.replacement_live == Some(1),
            last_used_at: row.last_used_at.map(Timestamp::from_millis),
        })
    }
}

/// One day in milliseconds.
const DAY: i64 = seconds::DAY * 1_000;

#[async_trait]
impl NoticeStore for SqlStore {
    async fn expiring_keys(
        &self,
        account: &AccountId,
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    ) -> Result<Vec<ExpiringKeyRecord>> {
        query(LIST_EXPIRING)
            .bind(account.as_str())
            .bind(now.millis())
            .bind(until.millis())
            .bind(i64::from(limit))
            .parse_all::<ExpiringRow, _>(self.listings("finding the API keys that expire next"))
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
        query(LIST_DUE)
            .bind(i64::from(days))
            .bind(from.millis())
            .bind(until.millis())
            .bind(i64::from(days) * DAY)
            .bind(now.millis())
            .bind(resting_ids)
            .bind(i64::from(limit))
            .parse_all::<DueRow, _>(self.readers("finding expiry notices of API keys"))
            .await
    }

    async fn claim_notice(&self, notice: &NoticeRecord, now: Timestamp) -> Result<bool> {
        let claimed_rows = query(CLAIM)
            .bind(notice.account_id.as_str())
            .bind(notice.key_id.as_str())
            .bind(notice.member_id.as_str())
            .bind(i64::from(notice.days))
            .bind(notice.end.millis())
            .bind(now.millis())
            .execute(self.writer("claiming a notice"))
            .await?;
        Ok(claimed_rows == 1)
    }

    async fn release_notice(&self, notice: &NoticeRecord, retry_at: Timestamp) -> Result<()> {
        query(RELEASE)
            .bind(notice.key_id.as_str())
            .bind(notice.member_id.as_str())
            .bind(i64::from(notice.days))
            .bind(notice.end.millis())
            .bind(retry_at.millis())
            .execute(self.writer("releasing a notice"))
            .await?;
        Ok(())
    }

    async fn give_up_notice(&self, event: AuditEvent) -> Result<()> {
        let mut tx = self
            .begin_change(&event.account_id, "giving up a notice")
            .await?;
        record(&mut tx, &event).await?;
        tx.commit().await
    }
}
