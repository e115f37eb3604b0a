//! Calls, counted.

use super::{Connection, Result, Store, read_all};
use crate::error::Doing as _;
use crate::sql::call;
use crate::sql::call::CountedRow;
use async_trait::async_trait;
use domain::{AccountId, KeyId, Outcome, Timestamp};
use service::store::{CallCount, CallStore, CountedCalls};
use std::collections::BTreeMap;

const DOING: &str = "counting calls";

#[async_trait]
impl CallStore for Store {
    async fn calls(&self, account: &AccountId, since: Timestamp) -> Result<Vec<CountedCalls>> {
        const DOING: &str = "reading the calls of an account";
        let rows: Vec<CountedRow> = sqlx::query_as(call::OF_ACCOUNT)
            .bind(account.as_str())
            .bind(since.millis())
            .fetch_all(&self.readers)
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
                .execute(&self.relaxed)
                .await
                .doing(DOING)?;
            swept += done.rows_affected();
        }
        Ok(swept)
    }
}

/// Adds calls to what is counted already: for each key by itself, and for an account all of them at once.
pub(super) async fn add_all(connection: &mut Connection, counts: &[CallCount]) -> Result<()> {
    let mut accounts: BTreeMap<_, i64> = BTreeMap::new();
    let mut first: BTreeMap<_, i64> = BTreeMap::new();
    for count in counts {
        let account = count.account_id.as_str();
        let calls = i64::try_from(count.calls).unwrap_or(i64::MAX);
        let counted = sqlx::query(call::ADD_TO_KEY)
            .bind(account)
            .bind(count.key_id.as_str())
            .bind(count.hour().millis())
            .bind(count.outcome.as_str())
            .bind(calls)
            .execute(&mut *connection)
            .await
            .doing(DOING)?;
        if counted.rows_affected() == 0 {
            // No key of this account.
            continue;
        }
        let quarter = count.quarter().millis();
        let sum = accounts
            .entry((account, quarter, count.outcome))
            .or_default();
        *sum = sum.saturating_add(calls);
        if count.outcome == Outcome::Accepted {
            let at = count.at.millis();
            let first = first.entry(account).or_insert(at);
            *first = at.min(*first);
        }
    }
    for ((account, quarter, outcome), calls) in accounts {
        sqlx::query(call::ADD_TO_ACCOUNT)
            .bind(account)
            .bind(quarter)
            .bind(outcome.as_str())
            .bind(calls)
            .execute(&mut *connection)
            .await
            .doing(DOING)?;
    }
    for (account, at) in first {
        sqlx::query(call::FIRST_CALL)
            .bind(account)
            .bind(at)
            .execute(&mut *connection)
            .await
            .doing(DOING)?;
    }
    Ok(())
}
