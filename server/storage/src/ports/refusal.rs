//! Refused calls, with the reasons.

use super::{Result, SqlStore};
use crate::error::Corrupt;
use crate::query::query;
use crate::sql::refusal;
use crate::sql::refusal::RefusalRow;
use async_trait::async_trait;
use domain::{AccountId, KeyId, Timestamp};
use service::refusal::CallId;
use service::store::{KEPT_REFUSALS, RefusalStore, RefusedCall};
use std::collections::BTreeSet;

#[async_trait]
impl RefusalStore for SqlStore {
    async fn record_refusals(&self, calls: &[RefusedCall]) -> Result<()> {
        let mut tx = self.begin_non_durable("keeping refused calls").await?;
        let mut accounts = BTreeSet::new();
        for call in calls {
            let cause =
                serde_json::to_string(&call.cause).map_err(|_| Corrupt("refused_calls.cause"))?;
            let query = query(if call.key.is_some() {
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
            query.execute(&mut tx).await?;
        }
        for account in accounts {
            query(refusal::FORGET)
                .bind(account)
                .bind(i64::try_from(KEPT_REFUSALS).unwrap_or(i64::MAX))
                .execute(&mut tx)
                .await?;
        }
        tx.commit().await
    }

    async fn find_refusal(
        &self,
        account: &AccountId,
        id: &CallId,
        since: Timestamp,
    ) -> Result<Option<RefusedCall>> {
        query(refusal::FIND)
            .bind(account.as_str())
            .bind(id.as_str())
            .bind(since.millis())
            .parse_optional::<RefusalRow, _>(self.readers("finding a refused call"))
            .await
    }

    async fn last_refusal(&self, account: &AccountId, key: &KeyId) -> Result<Option<RefusedCall>> {
        query(refusal::LAST_OF_KEY)
            .bind(account.as_str())
            .bind(key.as_str())
            .parse_optional::<RefusalRow, _>(
                self.readers("finding the last refused call of an API key"),
            )
            .await
    }

    async fn sweep_refusals(&self, before: Timestamp, limit: u32) -> Result<u64> {
        let swept = query(refusal::SWEEP)
            .bind(before.millis())
            .bind(i64::from(limit))
            .execute(self.non_durable("sweeping old refused calls"))
            .await?;
        Ok(swept)
    }
}
