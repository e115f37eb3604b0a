//! Failed sign-ins of members, counted by hour, network and member.

use super::{Result, SqlStore, Transaction, record};
use crate::query::{query, query_scalar};
use crate::sql::attempt;
use crate::sql::attempt::AttemptsRow;
use async_trait::async_trait;
use domain::{AccountId, Timestamp};
use service::store::{AttemptStore, FailedAttempts, NETWORKS_APART};

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
        tx.commit().await
    }

    async fn close_attempts(&self, before: Timestamp, now: Timestamp, limit: u32) -> Result<u64> {
        let account: Option<String> = query_scalar(attempt::ACCOUNT_TO_CLOSE)
            .bind(before.millis())
            .fetch_optional(self.readers("closing the counts of failed attempts"))
            .await?;
        let Some(account) = account else { return Ok(0) };
        let account = AccountId::parse(&account)
            .map_err(|_| crate::error::Corrupt("failed_attempts.account_id"))?;
        let mut tx = self
            .begin_change(&account, "closing the counts of failed attempts")
            .await?;
        let rows: Vec<AttemptsRow> = query(attempt::TO_CLOSE)
            .bind(account.as_str())
            .bind(before.millis())
            .bind(i64::from(limit))
            .fetch_all(&mut tx)
            .await?;
        let mut closed = 0;
        for row in rows {
            let reported = u64::try_from(row.reported).unwrap_or(0);
            let one = FailedAttempts::try_from(row)?;
            query(attempt::CLOSE)
                .bind(account.as_str())
                .bind(one.member_id.as_str())
                .bind(one.action.as_str())
                .bind(one.hour.millis())
                .bind(&one.network)
                .execute(&mut tx)
                .await?;
            if one.attempts > reported {
                record(&mut tx, &one.event(&account, now)).await?;
            }
            closed += 1;
        }
        tx.commit().await?;
        Ok(closed)
    }
}

/// Adds to an existing count. Returns `false` if there is none yet.
async fn add(tx: &mut Transaction, account: &AccountId, one: &FailedAttempts) -> Result<bool> {
    let added = query(attempt::ADD)
        .bind(account.as_str())
        .bind(one.member_id.as_str())
        .bind(one.action.as_str())
        .bind(one.hour.millis())
        .bind(&one.network)
        .bind(i64::try_from(one.attempts).unwrap_or(i64::MAX))
        .execute(tx)
        .await?;
    Ok(added == 1)
}

async fn begin(tx: &mut Transaction, account: &AccountId, one: &FailedAttempts) -> Result<()> {
    query(attempt::BEGIN)
        .bind(account.as_str())
        .bind(one.member_id.as_str())
        .bind(one.action.as_str())
        .bind(one.hour.millis())
        .bind(&one.network)
        .bind(one.ip.map(|ip| ip.to_string()))
        .bind(i64::try_from(one.attempts).unwrap_or(i64::MAX))
        .execute(tx)
        .await?;
    Ok(())
}

async fn has_room(tx: &mut Transaction, account: &AccountId, one: &FailedAttempts) -> Result<bool> {
    let networks: i64 = query_scalar(attempt::NETWORKS)
        .bind(account.as_str())
        .bind(one.member_id.as_str())
        .bind(one.action.as_str())
        .bind(one.hour.millis())
        .fetch_one(tx)
        .await?;
    Ok(networks < i64::from(NETWORKS_APART))
}
