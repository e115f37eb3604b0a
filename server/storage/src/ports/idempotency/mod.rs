//! Requests with an idempotency key.

mod statements;

pub(crate) use statements::*;

use super::{Executor, Result, SqlStore, Transaction};
use crate::query::query;
use async_trait::async_trait;
use domain::{AccountId, LeadId, Timestamp};
use service::store::{
    IdempotencyDigest, IdempotencyStore, NewClaim, PastRequest, RequestAttempt, ResponseToStore,
    StoreError,
};

#[async_trait]
impl IdempotencyStore for SqlStore {
    async fn claim_request(
        &self,
        account: &AccountId,
        claim: &NewClaim,
    ) -> Result<Option<PastRequest>> {
        let key = &claim.attempt.key;
        let mut tx = self.begin_change(account, "claiming a request").await?;
        query(FORGET_EXPIRED)
            .bind(account.as_str())
            .bind(key.0.as_slice())
            .bind(claim.expired.millis())
            .execute(&mut tx)
            .await?;
        let claimed_rows = query(CLAIM)
            .bind(account.as_str())
            .bind(key.0.as_slice())
            .bind(claim.request.0.as_slice())
            .bind(claim.attempt.id.as_slice())
            .bind(claim.now.millis())
            .bind(claim.lapses_at.millis())
            .execute(&mut tx)
            .await?;
        if claimed_rows == 0 {
            return find(&mut tx, account, key, claim.now, claim.expired).await;
        }
        query(EVICT)
            .bind(account.as_str())
            .bind(i64::from(claim.limit))
            .bind(claim.now.millis())
            .execute(&mut tx)
            .await?;
        tx.commit().await?;
        Ok(None)
    }

    async fn find_request(
        &self,
        account: &AccountId,
        key: &IdempotencyDigest,
        now: Timestamp,
        expired: Timestamp,
    ) -> Result<Option<PastRequest>> {
        find(
            self.readers("finding a request"),
            account,
            key,
            now,
            expired,
        )
        .await
    }

    async fn store_response(&self, account: &AccountId, answer: &ResponseToStore) -> Result<()> {
        // Erasing a person takes the same lock, so the answer is stored before that, or without the
        // person.
        let mut tx = self.begin_change(account, "keeping an answer").await?;
        if write(&mut tx, account, answer).await? {
            tx.commit().await?;
        }
        Ok(())
    }

    async fn release_request(&self, account: &AccountId, attempt: &RequestAttempt) -> Result<()> {
        end(self, account, attempt, RELEASE).await
    }

    async fn forget_request(&self, account: &AccountId, attempt: &RequestAttempt) -> Result<()> {
        end(self, account, attempt, FORGET).await
    }

    async fn sweep_requests(&self, expired: Timestamp, limit: u32) -> Result<u64> {
        let swept = query(SWEEP)
            .bind(expired.millis())
            .bind(i64::from(limit))
            .execute(self.writer("sweeping old requests"))
            .await?;
        Ok(swept)
    }
}

async fn find(
    executor: impl Executor,
    account: &AccountId,
    key: &IdempotencyDigest,
    now: Timestamp,
    expired: Timestamp,
) -> Result<Option<PastRequest>> {
    let row: Option<RequestRow> = query(FIND)
        .bind(account.as_str())
        .bind(key.0.as_slice())
        .bind(expired.millis())
        .fetch_optional(executor)
        .await?;
    Ok(row.map(|row| row.at(now)).transpose()?)
}

/// Ends an attempt without an answer.
async fn end(
    store: &SqlStore,
    account: &AccountId,
    attempt: &RequestAttempt,
    statement: &'static str,
) -> Result<()> {
    query(statement)
        .bind(account.as_str())
        .bind(attempt.key.0.as_slice())
        .bind(attempt.id.as_slice())
        .execute(store.writer("ending an attempt at a request"))
        .await?;
    Ok(())
}

/// Stores the answer in the transaction of the change that it reports.
///
/// # Errors
/// [`StoreError::Unavailable`] if another attempt has taken the request over. The change must not
/// be committed then.
pub(super) async fn keep_with_change(
    tx: &mut Transaction,
    account: &AccountId,
    answer: &ResponseToStore,
) -> Result<()> {
    if write(tx, account, answer).await? {
        return Ok(());
    }
    let reason = "another attempt has taken the request over";
    Err(StoreError::Unavailable(reason.into()))
}

/// Returns whether the answer was stored: the attempt still holds the request, which has no answer
/// yet.
async fn write(
    tx: &mut Transaction,
    account: &AccountId,
    record: &ResponseToStore,
) -> Result<bool> {
    let ResponseToStore { attempt, answer } = record;
    let headers = serde_json::to_string(&answer.headers).expect("a map of texts is always JSON");
    let updated_rows = query(KEEP_ANSWER)
        .bind(account.as_str())
        .bind(attempt.key.0.as_slice())
        .bind(attempt.id.as_slice())
        .bind(i64::from(answer.status))
        .bind(headers)
        .bind(answer.body.as_deref())
        .bind(answer.lead.as_ref().map(LeadId::as_str))
        .execute(tx)
        .await?;
    Ok(updated_rows > 0)
}
