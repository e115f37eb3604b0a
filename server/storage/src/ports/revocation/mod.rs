//! Revoking all keys of an account; see [`service::store::AccountRevocations`].

mod statements;

pub(crate) use statements::*;

use super::audit::record_many;
use super::{Executor, Result, SqlStore, read_all, record};
use crate::error::CorruptValue;
use crate::query::{query, query_scalar};
use async_trait::async_trait;
use domain::{AccountId, MemberId, RevokeReason, Timestamp};
use service::store::{AccountRevocation, AccountRevocations, AuditEvent, Receipt, RevokedWithAll};

#[async_trait]
impl AccountRevocations for SqlStore {
    async fn count_live_keys(
        &self,
        account: &AccountId,
        now: Timestamp,
        limit: u32,
    ) -> Result<u32> {
        count(self.readers("counting API keys"), account, now, limit).await
    }

    async fn revoke_all_keys(
        &self,
        account: &AccountId,
        at: Timestamp,
        by: &MemberId,
        reason: RevokeReason,
        event: &(dyn Fn(u32) -> AuditEvent + Send + Sync),
    ) -> Result<Option<(u32, AccountRevocation)>> {
        let mut tx = self
            .begin_change(account, "revoking all API keys of an account")
            .await?;
        let keys = count(&mut tx, account, at, u32::MAX).await?;
        if keys == 0 {
            return Ok(None);
        }
        let number: i64 = query_scalar(RAISE_GENERATION)
            .bind(account.as_str())
            .fetch_one(&mut tx)
            .await?;
        let event = event(keys);
        query(ADD)
            .bind(account.as_str())
            .bind(number)
            .bind(at.millis())
            .bind(by.as_str())
            .bind(reason.as_str())
            .bind(event.ip.map(|ip| ip.to_string()))
            .bind(event.user_agent.as_deref())
            .execute(&mut tx)
            .await?;
        record(&mut tx, &event).await?;
        tx.commit().await?;
        let number = u64::try_from(number).map_err(|_| CorruptValue("accounts.key_generation"))?;
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
        let receipt = serde_json::to_string(&receipt)
            .map_err(|_| CorruptValue("account_revocations.receipt"))?;
        let account = &revocation.account_id;
        let mut tx = self
            .begin_change(
                account,
                "storing the receipt of the revocation of all API keys",
            )
            .await?;
        query(KEEP_RECEIPT_OF_ALL)
            .bind(account.as_str())
            .bind(revocation.number.cast_signed())
            .bind(receipt)
            .execute(&mut tx)
            .await?;
        tx.commit().await
    }

    async fn unwritten_revocations(&self, limit: u32) -> Result<Vec<AccountRevocation>> {
        query(LIST_UNWRITTEN)
            .bind(i64::from(limit))
            .parse_all::<AccountRevocationRow, _>(
                self.readers("listing the revocations of all keys that are not written yet"),
            )
            .await
    }

    async fn write_revocation(
        &self,
        revocation: &AccountRevocation,
        limit: u32,
        event: &(dyn Fn(RevokedWithAll) -> AuditEvent + Send + Sync),
    ) -> Result<bool> {
        let account = &revocation.account_id;
        let number = revocation.number.cast_signed();
        let mut tx = self
            .begin_change(
                account,
                "writing the revocation of all API keys into their rows",
            )
            .await?;
        let lapsed_rows = query(LAPSE)
            .bind(account.as_str())
            .bind(number - 1)
            .bind(revocation.at.millis())
            .bind(i64::from(limit))
            .execute(&mut tx)
            .await?;
        // At this point, if `remaining` is not zero, every key of the generation that is still live
        // was revoked before it expired.
        let remaining = u64::from(limit).saturating_sub(lapsed_rows);
        let rows: Vec<RevokedKeyRow> = query(WRITE)
            .bind(account.as_str())
            .bind(number - 1)
            .bind(revocation.at.millis())
            .bind(revocation.by.as_str())
            .bind(revocation.reason.as_str())
            .bind(remaining.cast_signed())
            .fetch_all(&mut tx)
            .await?;
        let keys: Vec<RevokedWithAll> = read_all(rows)?;
        let is_complete = (keys.len() as u64) < remaining;
        let events: Vec<AuditEvent> = keys.into_iter().map(event).collect();
        // The member's authority was checked when they revoked the keys.
        record_many(&mut tx, &events).await?;
        if is_complete {
            query(MARK_WRITTEN)
                .bind(account.as_str())
                .bind(number)
                .execute(&mut tx)
                .await?;
        }
        tx.commit().await?;
        Ok(is_complete)
    }
}

async fn count(
    executor: impl Executor,
    account: &AccountId,
    now: Timestamp,
    limit: u32,
) -> Result<u32> {
    let keys: i64 = query_scalar(COUNT)
        .bind(account.as_str())
        .bind(now.millis())
        .bind(i64::from(limit))
        .fetch_one(executor)
        .await?;
    // The count is at most `limit`.
    Ok(u32::try_from(keys).unwrap_or(limit))
}
