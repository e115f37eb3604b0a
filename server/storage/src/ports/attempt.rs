//! Failed sign-ins of members, counted by hour, network and member.

use super::{Connection, LockScope, Result, Store, record};
use crate::error::Doing as _;
use crate::sql::attempt;
use crate::sql::attempt::AttemptsRow;
use async_trait::async_trait;
use domain::{AccountId, Timestamp};
use service::store::{AttemptStore, FailedAttempts, NETWORKS_APART};

const COUNTING: &str = "counting failed attempts";
const CLOSING: &str = "closing the counts of failed attempts";

#[async_trait]
impl AttemptStore for Store {
    async fn record_attempts(
        &self,
        account: &AccountId,
        attempts: &[FailedAttempts],
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.begin(LockScope::Account(account), COUNTING).await?;
        for one in attempts {
            if add(&mut tx, account, one).await? {
                continue;
            }
            // This is the first failure from the network in this hour.
            let mut one = one.clone();
            if !has_room(&mut tx, account, &one).await? {
                (one.network, one.ip) = (String::new(), None);
                if add(&mut tx, account, &one).await? {
                    continue;
                }
            }
            begin(&mut tx, account, &one).await?;
            record(&mut tx, &one.event(account, now)).await?;
        }
        tx.commit().await.doing(COUNTING)
    }

    async fn close_attempts(&self, before: Timestamp, now: Timestamp, limit: u32) -> Result<u64> {
        let account: Option<String> = sqlx::query_scalar(attempt::ACCOUNT_TO_CLOSE)
            .bind(before.millis())
            .fetch_optional(&self.readers)
            .await
            .doing(CLOSING)?;
        let Some(account) = account else { return Ok(0) };
        let account = AccountId::parse(&account)
            .map_err(|_| crate::error::Corrupt("failed_attempts.account_id"))
            .doing(CLOSING)?;
        let mut tx = self.begin(LockScope::Account(&account), CLOSING).await?;
        let rows: Vec<AttemptsRow> = sqlx::query_as(attempt::TO_CLOSE)
            .bind(account.as_str())
            .bind(before.millis())
            .bind(i64::from(limit))
            .fetch_all(&mut *tx)
            .await
            .doing(CLOSING)?;
        let mut closed = 0;
        for row in rows {
            let reported = u64::try_from(row.reported).unwrap_or(0);
            let one = FailedAttempts::try_from(row).doing(CLOSING)?;
            sqlx::query(attempt::CLOSE)
                .bind(account.as_str())
                .bind(one.member_id.as_str())
                .bind(one.action.as_str())
                .bind(one.hour.millis())
                .bind(&one.network)
                .execute(&mut *tx)
                .await
                .doing(CLOSING)?;
            if one.attempts > reported {
                record(&mut tx, &one.event(&account, now)).await?;
            }
            closed += 1;
        }
        tx.commit().await.doing(CLOSING)?;
        Ok(closed)
    }
}

/// Adds to an existing count. Returns `false` if there is none yet.
async fn add(
    connection: &mut Connection,
    account: &AccountId,
    one: &FailedAttempts,
) -> Result<bool> {
    let added = sqlx::query(attempt::ADD)
        .bind(account.as_str())
        .bind(one.member_id.as_str())
        .bind(one.action.as_str())
        .bind(one.hour.millis())
        .bind(&one.network)
        .bind(i64::try_from(one.attempts).unwrap_or(i64::MAX))
        .execute(connection)
        .await
        .doing(COUNTING)?;
    Ok(added.rows_affected() == 1)
}

async fn begin(
    connection: &mut Connection,
    account: &AccountId,
    one: &FailedAttempts,
) -> Result<()> {
    sqlx::query(attempt::BEGIN)
        .bind(account.as_str())
        .bind(one.member_id.as_str())
        .bind(one.action.as_str())
        .bind(one.hour.millis())
        .bind(&one.network)
        .bind(one.ip.map(|ip| ip.to_string()))
        .bind(i64::try_from(one.attempts).unwrap_or(i64::MAX))
        .execute(connection)
        .await
        .doing(COUNTING)?;
    Ok(())
}

async fn has_room(
    connection: &mut Connection,
    account: &AccountId,
    one: &FailedAttempts,
) -> Result<bool> {
    let networks: i64 = sqlx::query_scalar(attempt::NETWORKS)
        .bind(account.as_str())
        .bind(one.member_id.as_str())
        .bind(one.action.as_str())
        .bind(one.hour.millis())
        .fetch_one(connection)
        .await
        .doing(COUNTING)?;
    Ok(networks < i64::from(NETWORKS_APART))
}
