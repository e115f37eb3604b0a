//! Failed sign-ins of members, counted by hour, network and member.

use super::columns::{address, check_column};
use super::{Result, SqlStore, Transaction, record};
use crate::error::CorruptValue;
use crate::query::{query, query_scalar};
use async_trait::async_trait;
use domain::{AccountId, MemberId, Timestamp};
use service::store::{Action, AttemptStore, FailedAttempts, MAX_COUNTED_NETWORKS};

pub(crate) const ADD: &str = "
    UPDATE failed_attempts SET attempts = attempts + $6
    WHERE account_id = $1 AND member_id = $2 AND action = $3 AND hour = $4 AND network = $5";

pub(crate) const BEGIN: &str = "
    INSERT INTO failed_attempts (account_id, member_id, action, hour, network, ip, attempts, reported)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $7)";

pub(crate) const NETWORKS: &str = "
    SELECT count(*) FROM failed_attempts
    WHERE account_id = $1 AND member_id = $2 AND action = $3 AND hour = $4 AND network <> ''";

/// An account that has counts of hours before `$1`.
pub(crate) const ACCOUNT_TO_CLOSE: &str =
    "SELECT account_id FROM failed_attempts WHERE hour < $1 ORDER BY hour, account_id LIMIT 1";

pub(crate) const TO_CLOSE: &str = "
    SELECT member_id, action, hour, network, ip, attempts, reported FROM failed_attempts
    WHERE account_id = $1 AND hour < $2
    ORDER BY member_id, action, hour, network
    LIMIT +$3";

pub(crate) const CLOSE: &str = "
    DELETE FROM failed_attempts
    WHERE account_id = $1 AND member_id = $2 AND action = $3 AND hour = $4 AND network = $5";

#[derive(sqlx::FromRow)]
pub(crate) struct AttemptsRow {
    member_id: String,
    action: String,
    hour: i64,
    network: String,
    ip: Option<String>,
    attempts: i64,
    pub(crate) reported: i64,
}

impl TryFrom<AttemptsRow> for FailedAttempts {
    type Error = CorruptValue;

    fn try_from(row: AttemptsRow) -> Result<Self, CorruptValue> {
        let ip = row.ip.map(|ip| address(&ip, "failed_attempts.ip"));
        Ok(Self {
            member_id: check_column(MemberId::parse(&row.member_id), "failed_attempts.member_id")?,
            action: Action::ALL
                .into_iter()
                .find(|action| action.as_str() == row.action)
                .ok_or(CorruptValue("failed_attempts.action"))?,
            hour: Timestamp::from_millis(row.hour),
            network: row.network,
            ip: ip.transpose()?,
            attempts: u64::try_from(row.attempts)
                .map_err(|_| CorruptValue("failed_attempts.attempts"))?,
        })
    }
}

#[async_trait]
impl AttemptStore for SqlStore {
    async fn record_attempts(
        &self,
        account: &AccountId,
        attempts: &[FailedAttempts],
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self
            .begin_change(account, "counting failed attempts")
            .await?;
        for count in attempts {
            if add(&mut tx, account, count).await? {
                continue;
            }
            // This is the first failure from the network in this hour.
            let mut count = count.clone();
            if !has_room(&mut tx, account, &count).await? {
                (count.network, count.ip) = (String::new(), None);
                if add(&mut tx, account, &count).await? {
                    continue;
                }
            }
            begin(&mut tx, account, &count).await?;
            record(&mut tx, &count.event(account, now)).await?;
        }
        tx.commit().await
    }

    async fn close_attempts(&self, before: Timestamp, now: Timestamp, limit: u32) -> Result<u64> {
        let account: Option<String> = query_scalar(ACCOUNT_TO_CLOSE)
            .bind(before.millis())
            .fetch_optional(self.readers("closing the counts of failed attempts"))
            .await?;
        let Some(account) = account else { return Ok(0) };
        let account = AccountId::parse(&account)
            .map_err(|_| crate::error::CorruptValue("failed_attempts.account_id"))?;
        let mut tx = self
            .begin_change(&account, "closing the counts of failed attempts")
            .await?;
        let rows: Vec<AttemptsRow> = query(TO_CLOSE)
            .bind(account.as_str())
            .bind(before.millis())
            .bind(i64::from(limit))
            .fetch_all(&mut tx)
            .await?;
        let mut closed = 0;
        for row in rows {
            let reported = u64::try_from(row.reported).unwrap_or(0);
            let count = FailedAttempts::try_from(row)?;
            query(CLOSE)
                .bind(account.as_str())
                .bind(count.member_id.as_str())
                .bind(count.action.as_str())
                .bind(count.hour.millis())
                .bind(&count.network)
                .execute(&mut tx)
                .await?;
            if count.attempts > reported {
                record(&mut tx, &count.event(&account, now)).await?;
            }
            closed += 1;
        }
        tx.commit().await?;
        Ok(closed)
    }
}

/// Adds to an existing count. Returns `false` if there is none yet.
async fn add(tx: &mut Transaction, account: &AccountId, count: &FailedAttempts) -> Result<bool> {
    let updated_rows = query(ADD)
        .bind(account.as_str())
        .bind(count.member_id.as_str())
        .bind(count.action.as_str())
        .bind(count.hour.millis())
        .bind(&count.network)
        .bind(i64::try_from(count.attempts).unwrap_or(i64::MAX))
        .execute(tx)
        .await?;
    Ok(updated_rows == 1)
}

async fn begin(tx: &mut Transaction, account: &AccountId, count: &FailedAttempts) -> Result<()> {
    query(BEGIN)
        .bind(account.as_str())
        .bind(count.member_id.as_str())
        .bind(count.action.as_str())
        .bind(count.hour.millis())
        .bind(&count.network)
        .bind(count.ip.map(|ip| ip.to_string()))
        .bind(i64::try_from(count.attempts).unwrap_or(i64::MAX))
        .execute(tx)
        .await?;
    Ok(())
}

async fn has_room(
    tx: &mut Transaction,
    account: &AccountId,
    count: &FailedAttempts,
) -> Result<bool> {
    let networks: i64 = query_scalar(NETWORKS)
        .bind(account.as_str())
        .bind(count.member_id.as_str())
        .bind(count.action.as_str())
        .bind(count.hour.millis())
        .fetch_one(tx)
        .await?;
    Ok(networks < i64::from(MAX_COUNTED_NETWORKS))
}
