//! Numbers of calls.

use super::{Connection, Engine, Result, Store, read_all};
use crate::error::Doing as _;
use crate::sql::bulk::{MOST, is_full};
use crate::sql::call;
use crate::sql::call::CountedRow;
use async_trait::async_trait;
use domain::{AccountId, KeyId, Timestamp};
use service::store::{CallCount, CallStore, CountedCalls};

#[async_trait]
impl CallStore for Store {
    async fn calls(&self, account: &AccountId, since: Timestamp) -> Result<Vec<CountedCalls>> {
        const DOING: &str = "reading the calls of an account";
        let rows: Vec<CountedRow> = sqlx::query_as(call::OF_ACCOUNT)
            .bind(account.as_str())
            .bind(since.millis())
            .fetch_all(&self.listings)
            .await
            .doing(DOING)?;
        read_all(rows, DOING)
    }

    async fn key_calls(
        &self,
        account: &AccountId,
        key: &KeyId,
        since: Timestamp,
    ) -> Result<Vec<CountedCalls>> {
        const DOING: &str = "reading the calls of a key";
        let rows: Vec<CountedRow> = sqlx::query_as(call::OF_KEY)
            .bind(account.as_str())
            .bind(key.as_str())
            .bind(since.millis())
            .fetch_all(&self.readers)
            .await
            .doing(DOING)?;
        read_all(rows, DOING)
    }

    async fn first_call(&self, account: &AccountId) -> Result<Option<Timestamp>> {
        let at: Option<Option<i64>> = sqlx::query_scalar(call::FIND_FIRST_CALL)
            .bind(account.as_str())
            .fetch_optional(&self.readers)
            .await
            .doing("reading when an account first called")?;
        Ok(at.flatten().map(Timestamp::from_millis))
    }

    async fn sweep_calls(&self, before: Timestamp, limit: u32) -> Result<u64> {
        const DOING: &str = "sweeping old counts of calls";
        let mut swept = 0;
        for statement in [call::SWEEP_ACCOUNTS, call::SWEEP_KEYS] {
            let done = sqlx::query(statement)
                .bind(before.millis())
                .bind(i64::from(limit))
                .execute(&self.non_durable)
                .await
                .doing(DOING)?;
            swept += done.rows_affected();
        }
        Ok(swept)
    }
}

/// Adds calls to the counts of each key and of its account.
pub(super) async fn add_all(connection: &mut Connection, counts: &[CallCount]) -> Result<()> {
    let statements = [call::ADD_TO_KEYS, call::ADD_TO_ACCOUNTS, call::FIRST_CALLS];
    // There are few, unless the database was unavailable for a long time.
    for counts in counts.chunks(MOST) {
        for statement in &statements {
            statement
                .with::<Engine, _>(counts, |mut row, count| {
                    row.push_bind(count.account_id.as_str())
                        .push_bind(count.key_id.as_str())
                        .push_bind(count.at.millis())
                        .push_bind(count.quarter().millis())
                        .push_bind(count.outcome.as_str())
                        .push_bind(i64::try_from(count.calls).unwrap_or(i64::MAX));
                })
                .build()
                .persistent(is_full(counts.len()))
                .execute(&mut *connection)
                .await
                .doing("counting calls")?;
        }
    }
    Ok(())
}
