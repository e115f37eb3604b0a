//! Requests that came with an idempotency key.

use super::{Executor, Result, Store, Turn, read};
use crate::error::Doing as _;
use crate::sql::once;
use crate::sql::once::RequestRow;
use async_trait::async_trait;
use domain::{AccountId, Timestamp};
use service::store::{
    IdempotencyDigest, IdempotencyStore, PastRequest, RequestDigest, StoredAnswer,
};
use std::collections::BTreeMap;

#[async_trait]
impl IdempotencyStore for Store {
    async fn claim_request(
        &self,
        account: &AccountId,
        key: &IdempotencyDigest,
        request: &RequestDigest,
        now: Timestamp,
        expired: Timestamp,
    ) -> Result<Option<PastRequest>> {
        const DOING: &str = "claiming a request";
        let mut tx = self.begin(Turn::Account(account), DOING).await?;
        sqlx::query(once::FORGET_EXPIRED)
            .bind(account.as_str())
            .bind(key.0.as_slice())
            .bind(expired.millis())
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        let claimed = sqlx::query(once::CLAIM)
            .bind(account.as_str())
            .bind(key.0.as_slice())
            .bind(request.0.as_slice())
            .bind(now.millis())
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        if claimed.rows_affected() == 0 {
            return find(&mut *tx, account, key, expired).await;
        }
        tx.commit().await.doing(DOING)?;
        Ok(None)
    }

    async fn find_request(
        &self,
        account: &AccountId,
        key: &IdempotencyDigest,
        expired: Timestamp,
    ) -> Result<Option<PastRequest>> {
        find(&self.readers, account, key, expired).await
    }

    async fn keep_answer(
        &self,
        account: &AccountId,
        key: &IdempotencyDigest,
        answer: &StoredAnswer,
    ) -> Result<()> {
        sqlx::query(once::KEEP_ANSWER)
            .bind(account.as_str())
            .bind(key.0.as_slice())
            .bind(i64::from(answer.status))
            .bind(headers_text(&answer.headers))
            .bind(answer.body.as_deref())
            .execute(&self.writer)
            .await
            .doing("keeping an answer")?;
        Ok(())
    }

    async fn forget_request(&self, account: &AccountId, key: &IdempotencyDigest) -> Result<()> {
        sqlx::query(once::FORGET)
            .bind(account.as_str())
            .bind(key.0.as_slice())
            .execute(&self.writer)
            .await
            .doing("forgetting a request")?;
        Ok(())
    }

    async fn sweep_requests(&self, expired: Timestamp, limit: u32) -> Result<u64> {
        let swept = sqlx::query(once::SWEEP)
            .bind(expired.millis())
            .bind(i64::from(limit))
            .execute(&self.writer)
            .await
            .doing("sweeping old requests")?;
        Ok(swept.rows_affected())
    }
}

async fn find(
    executor: impl Executor<'_>,
    account: &AccountId,
    key: &IdempotencyDigest,
    expired: Timestamp,
) -> Result<Option<PastRequest>> {
    const DOING: &str = "finding a request";
    let row: Option<RequestRow> = sqlx::query_as(once::FIND)
        .bind(account.as_str())
        .bind(key.0.as_slice())
        .bind(expired.millis())
        .fetch_optional(executor)
        .await
        .doing(DOING)?;
    read(row, DOING)
}

fn headers_text(headers: &BTreeMap<String, String>) -> String {
    serde_json::to_string(headers).expect("a map of texts is always JSON")
}
