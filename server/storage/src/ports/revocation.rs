//! Revoking all keys of an account; see [`service::store::AccountRevocations`].

use super::audit::record_many;
use super::{Executor, LockScope, Result, Store, read_all, record};
use crate::error::{Corrupt, Doing as _};
use crate::sql::revocation::{self as sql, AccountRevocationRow, WrittenRow};
use async_trait::async_trait;
use domain::{AccountId, MemberId, RevokeReason, Timestamp};
use service::store::{AccountRevocation, AccountRevocations, AuditEvent, Receipt, RevokedWithAll};

#[async_trait]
impl AccountRevocations for Store {
    async fn count_live_keys(&self, account: &AccountId, now: Timestamp, most: u32) -> Result<u32> {
        count(&self.readers, account, now, most).await
    }

    async fn revoke_all_keys(
        &self,
        account: &AccountId,
        at: Timestamp,
        by: &MemberId,
        reason: RevokeReason,
        event: &(dyn Fn(u32) -> AuditEvent + Send + Sync),
    ) -> Result<Option<(u32, AccountRevocation)>> {
        const DOING: &str = "revoking all API keys of an account";
        let mut tx = self.begin(LockScope::Account(account), DOING).await?;
        let keys = count(&mut *tx, account, at, u32::MAX).await?;
        if keys == 0 {
            return Ok(None);
        }
        let number: i64 = sqlx::query_scalar(sql::RAISE_GENERATION)
            .bind(account.as_str())
            .fetch_one(&mut *tx)
            .await
            .doing(DOING)?;
        let event = event(keys);
        sqlx::query(sql::ADD)
            .bind(account.as_str())
            .bind(number)
            .bind(at.millis())
            .bind(by.as_str())
            .bind(reason.as_str())
            .bind(event.ip.map(|ip| ip.to_string()))
            .bind(event.user_agent.as_deref())
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        record(&mut tx, &event).await?;
        tx.commit().await.doing(DOING)?;
        let number = u64::try_from(number)
            .map_err(|_| Corrupt("accounts.key_generation"))
            .doing(DOING)?;
        let revocation = AccountRevocation {
            account_id: account.clone(),
            number,
            at,
            by: by.clone(),
            reason,
            ip: event.ip,
            user_agent: event.user_agent,
        };
        Ok(Some((keys, revocation)))
    }

    async fn keep_receipt_of_all(
        &self,
        revocation: &AccountRevocation,
        receipt: Receipt,
    ) -> Result<()> {
        const DOING: &str = "storing how the revocation of all API keys reached the nodes";
        let receipt = serde_json::to_string(&receipt)
            .map_err(|_| Corrupt("account_revocations.receipt"))
            .doing(DOING)?;
        let account = &revocation.account_id;
        let mut tx = self.begin(LockScope::Account(account), DOING).await?;
        sqlx::query(sql::KEEP_RECEIPT_OF_ALL)
            .bind(account.as_str())
            .bind(revocation.number.cast_signed())
            .bind(receipt)
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        tx.commit().await.doing(DOING)
    }

    async fn unwritten_revocations(&self, limit: u32) -> Result<Vec<AccountRevocation>> {
        const DOING: &str = "listing the revocations of all keys that are not written yet";
        let rows: Vec<AccountRevocationRow> = sqlx::query_as(sql::UNWRITTEN)
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .doing(DOING)?;
        read_all(rows, DOING)
    }

    async fn write_revocation(
        &self,
        revocation: &AccountRevocation,
        limit: u32,
        event: &(dyn Fn(RevokedWithAll) -> AuditEvent + Send + Sync),
    ) -> Result<bool> {
        const DOING: &str = "writing the revocation of all API keys into their rows";
        let account = &revocation.account_id;
        let number = revocation.number.cast_signed();
        let mut tx = self.begin(LockScope::Account(account), DOING).await?;
        let lapsed = sqlx::query(sql::LAPSE)
            .bind(account.as_str())
            .bind(number - 1)
            .bind(revocation.at.millis())
            .bind(i64::from(limit))
            .execute(&mut *tx)
            .await
            .doing(DOING)?
            .rows_affected();
        // At this point, if `left` is not zero, every key of the generation that is still live was
        // revoked before it expired.
        let left = u64::from(limit).saturating_sub(lapsed);
        let rows: Vec<WrittenRow> = sqlx::query_as(sql::WRITE)
            .bind(account.as_str())
            .bind(number - 1)
            .bind(revocation.at.millis())
            .bind(revocation.by.as_str())
            .bind(revocation.reason.as_str())
            .bind(left.cast_signed())
            .fetch_all(&mut *tx)
            .await
            .doing(DOING)?;
        let keys: Vec<RevokedWithAll> = read_all(rows, DOING)?;
        let written = (keys.len() as u64) < left;
        let events: Vec<AuditEvent> = keys.into_iter().map(event).collect();
        // The member's authority was checked when they revoked the keys.
        record_many(&mut tx, &events).await?;
        if written {
            sqlx::query(sql::WRITTEN)
                .bind(account.as_str())
                .bind(number)
                .execute(&mut *tx)
                .await
                .doing(DOING)?;
        }
        tx.commit().await.doing(DOING)?;
        Ok(written)
    }
}

async fn count(
    executor: impl Executor<'_>,
    account: &AccountId,
    now: Timestamp,
    most: u32,
) -> Result<u32> {
    let keys: i64 = sqlx::query_scalar(sql::COUNT)
        .bind(account.as_str())
        .bind(now.millis())
        .bind(i64::from(most))
        .fetch_one(executor)
        .await
        .doing("counting API keys")?;
    // The count is at most `most`.
    Ok(u32::try_from(keys).unwrap_or(most))
}
