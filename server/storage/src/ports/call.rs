//! Numbers of calls.

use super::{Result, SqlStore, Transaction};
use crate::query::{query, query_scalar};
use crate::sql::bulk::MOST;
use crate::sql::call;
use crate::sql::call::CountedRow;
use async_trait::async_trait;
use domain::{AccountId, KeyId, Timestamp};
use service::store::{CallCount, CallStore, CountedCalls};

#[async_trait]
impl CallStore for SqlStore {
    async fn calls(&self, account: &AccountId, since: Timestamp) -> Result<Vec<CountedCalls>> {
        query(call::OF_ACCOUNT)
            .bind(account.as_str())
            .bind(since.millis())
            .parse_all::<CountedRow, _>(self.listings("reading the calls of an account"))
            .await
    }

    async fn key_calls(
        &self,
        account: &AccountId,
        key: &KeyId,
        since: Timestamp,
    ) -> Result<Vec<CountedCalls>> {
        query(call::OF_KEY)
            .bind(account.as_str())
            .bind(key.as_str())
            .bind(since.millis())
            .parse_all::<CountedRow, _>(self.readers("reading the calls of a key"))
            .await
    }

    async fn first_call(&self, account: &AccountId) -> Result<Option<Timestamp>> {
        let at: Option<Option<i64>> = query_scalar(call::FIND_FIRST_CALL)
            .bind(account.as_str())
            .fetch_optional(self.readers("reading when an account first called"))
            .await?;
        Ok(at.flatten().map(Timestamp::from_millis))
    }

    async fn sweep_calls(&self, before: Timestamp, limit: u32) -> Result<u64> {
        let mut swept = 0;
        for statement in [call::SWEEP_ACCOUNTS, call::SWEEP_KEYS] {
            let done = query(statement)
                .bind(before.millis())
                .bind(i64::from(limit))
                .execute(self.non_durable("sweeping old counts of calls"))
                .await?;
            swept += done;
        }
        Ok(swept)
    }
}

/// Adds calls to the counts of each key and of its account.
pub(super) async fn add_all(tx: &mut Transaction, counts: &[CallCount]) -> Result<()> {
    let statements = [call::ADD_TO_KEYS, call::ADD_TO_ACCOUNTS, call::FIRST_CALLS];
    // There are few, unless the database was unavailable for a long time.
    for counts in counts.chunks(MOST) {
        for statement in &statements {
            statement
                .with(counts, |row, count| {
                    row.bind(count.account_id.as_str())
                        .bind(count.key_id.as_str())
                        .bind(count.at.millis())
                        .bind(count.quarter().millis())
                        .bind(count.outcome.as_str())
                        .bind(i64::try_from(count.calls).unwrap_or(i64::MAX));
                })
                .execute(&mut *tx)
                .await?;
        }
    }
    Ok(())
}
