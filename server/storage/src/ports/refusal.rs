//! Refused calls, with the reasons.

use super::{Result, Store, read};
use crate::error::{Corrupt, Doing as _};
use crate::sql::refusal;
use crate::sql::refusal::RefusalRow;
use async_trait::async_trait;
use domain::{AccountId, KeyId, Timestamp};
use service::refusal::CallId;
use service::store::{KEPT_REFUSALS, RefusalStore, RefusedCall};
use std::collections::BTreeSet;

#[async_trait]
impl RefusalStore for Store {
    async fn record_refusals(&self, calls: &[RefusedCall]) -> Result<()> {
        const DOING: &str = "keeping refused calls";
        let mut tx = self.begin_non_durable(DOING).await?;
        let mut accounts = BTreeSet::new();
        for call in calls {
            let cause = serde_json::to_string(&call.cause)
                .map_err(|_| Corrupt("refused_calls.cause"))
                .doing(DOING)?;
            let query = sqlx::query(if call.key.is_some() {
                refusal::RECORD_OF_KEY
            } else {
                refusal::RECORD
            });
            let mut query = query
                .bind(call.id.as_str())
                .bind(call.at.millis())
                .bind(&call.code)
                .bind(cause)
                .bind(&call.method)
                .bind(&call.route);
            if let Some((account, key)) = &call.key {
                accounts.insert(account.as_str());
                query = query.bind(account.as_str()).bind(key.as_str());
            } else {
                accounts.insert("");
            }
            query.execute(&mut *tx).await.doing(DOING)?;
        }
        for account in accounts {
            sqlx::query(refusal::FORGET)
                .bind(account)
                .bind(i64::try_from(KEPT_REFUSALS).unwrap_or(i64::MAX))
                .execute(&mut *tx)
                .await
                .doing(DOING)?;
        }
        tx.commit().await.doing(DOING)
    }

    async fn find_refusal(
        &self,
        account: &AccountId,
        id: &CallId,
        since: Timestamp,
    ) -> Result<Option<RefusedCall>> {
        const DOING: &str = "finding a refused call";
        let row: Option<RefusalRow> = sqlx::query_as(refusal::FIND)
            .bind(account.as_str())
            .bind(id.as_str())
            .bind(since.millis())
            .fetch_optional(&self.readers)
            .await
            .doing(DOING)?;
        read(row, DOING)
    }

    async fn last_refusal(&self, account: &AccountId, key: &KeyId) -> Result<Option<RefusedCall>> {
        const DOING: &str = "finding the last refused call of an API key";
        let row: Option<RefusalRow> = sqlx::query_as(refusal::LAST_OF_KEY)
            .bind(account.as_str())
            .bind(key.as_str())
            .fetch_optional(&self.readers)
            .await
            .doing(DOING)?;
        read(row, DOING)
    }

    async fn sweep_refusals(&self, before: Timestamp, limit: u32) -> Result<u64> {
        let swept = sqlx::query(refusal::SWEEP)
            .bind(before.millis())
            .bind(i64::from(limit))
            .execute(&self.non_durable)
            .await
            .doing("sweeping old refused calls")?;
        Ok(swept.rows_affected())
    }
}
