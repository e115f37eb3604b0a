//! Numbers of calls.

pub(crate) mod daily;

use super::{Result, SqlStore, Transaction};
use crate::bulk_query::{BulkStatement, MAX_ROWS};
use crate::error::CorruptValue;
use crate::query::{QueryBuilder, query, query_scalar};
use async_trait::async_trait;
use domain::{AccountId, KeyId, Outcome, Timestamp};
use service::store::{CallCount, CallStore, CountedCalls, DailyCalls, NamedKeyCalls};

/// Calls of one key with one outcome, and the beginning of their quarter of an hour.
const COLUMNS: &str = "account_id, key_id, at, quarter, outcome, calls";

// Each of these statements skips keys that do not exist or belong to another account.

pub(crate) const ADD_TO_ACCOUNTS: BulkStatement = BulkStatement {
    columns: COLUMNS,
    statement: "
    INSERT INTO account_calls (account_id, quarter, outcome, calls)
    SELECT k.account_id, g.quarter, g.outcome, sum(g.calls)
    FROM given g CROSS JOIN api_keys k
    WHERE k.id = g.key_id AND k.account_id = g.account_id
    GROUP BY k.account_id, g.quarter, g.outcome
    ON CONFLICT (account_id, quarter, outcome)
    DO UPDATE SET calls = account_calls.calls + excluded.calls",
};

/// The column `hour` dates from the time when calls of a key were counted by the hour.
pub(crate) const ADD_TO_KEYS: BulkStatement = BulkStatement {
    columns: COLUMNS,
    statement: "
    INSERT INTO key_calls (account_id, key_id, hour, outcome, calls)
    SELECT k.account_id, k.id, g.quarter, g.outcome, sum(g.calls)
    FROM given g CROSS JOIN api_keys k
    WHERE k.id = g.key_id AND k.account_id = g.account_id
    GROUP BY k.account_id, k.id, g.quarter, g.outcome
    ON CONFLICT (account_id, key_id, hour, outcome)
    DO UPDATE SET calls = key_calls.calls + excluded.calls",
};

pub(crate) const FIRST_CALLS: BulkStatement = BulkStatement {
    columns: COLUMNS,
    statement: "
    UPDATE accounts SET first_call_at = called.at
    FROM (
        SELECT k.account_id, min(g.at) AS at
        FROM given g CROSS JOIN api_keys k
        WHERE k.id = g.key_id AND k.account_id = g.account_id AND g.outcome = 'accepted'
        GROUP BY k.account_id
    ) AS called
    WHERE accounts.id = called.account_id AND accounts.first_call_at IS NULL",
};

pub(crate) const FIND_FIRST_CALL: &str = "SELECT first_call_at FROM accounts WHERE id = $1";

pub(crate) const OF_KEY: &str = "
    SELECT hour AS since, outcome, calls FROM key_calls
    WHERE account_id = $1 AND key_id = $2 AND hour >= $3
    ORDER BY hour, outcome";

pub(crate) const SWEEP_ACCOUNTS: &str = "
    DELETE FROM account_calls
    WHERE (account_id, quarter, outcome) IN (
        SELECT account_id, quarter, outcome FROM account_calls
        WHERE quarter < $1 ORDER BY quarter LIMIT +$2
    )";

pub(crate) const SWEEP_KEYS: &str = "
    DELETE FROM key_calls
    WHERE (account_id, key_id, hour, outcome) IN (
        SELECT account_id, key_id, hour, outcome FROM key_calls
        WHERE hour < $1 ORDER BY hour LIMIT +$2
    )";

#[derive(sqlx::FromRow)]
pub(crate) struct CallCountRow {
    since: i64,
    outcome: String,
    calls: i64,
}

impl TryFrom<CallCountRow> for CountedCalls {
    type Error = CorruptValue;

    fn try_from(row: CallCountRow) -> Result<Self, CorruptValue> {
        Ok(Self {
            since: Timestamp::from_millis(row.since),
            outcome: Outcome::of(&row.outcome),
            calls: u64::try_from(row.calls).map_err(|_| CorruptValue("calls"))?,
        })
    }
}

/// Sums the calls of an account by interval and outcome. There has to be at least one interval,
/// whose beginnings are in order.
pub(crate) fn of_account(account: &AccountId, starts: &[Timestamp]) -> QueryBuilder<'static> {
    let mut query = QueryBuilder::new("");
    let ends = starts.iter().skip(1).map(|start| start.millis());
    for (number, (start, end)) in starts.iter().zip(ends.chain([i64::MAX])).enumerate() {
        query.push(if number == 0 { "" } else { " UNION ALL " });
        query.push("SELECT CAST(").push_bind(start.millis());
        query.push(
            " AS BIGINT) AS since, outcome, CAST(sum(calls) AS BIGINT) AS calls
            FROM account_calls WHERE account_id = ",
        );
        query.push_text(account.as_str());
        query.push(" AND quarter >= ").push_bind(start.millis());
        query.push(" AND quarter < ").push_bind(end);
        query.push(" GROUP BY outcome");
    }
    query.push(" ORDER BY since, outcome");
    query
}

#[async_trait]
impl CallStore for SqlStore {
    async fn calls(&self, account: &AccountId, starts: &[Timestamp]) -> Result<Vec<CountedCalls>> {
        if starts.is_empty() {
            return Ok(Vec::new());
        }
        of_account(account, starts)
            .build()
            .parse_all::<CallCountRow, _>(self.listings("reading the calls of an account"))
            .await
    }

    async fn key_calls(
        &self,
        account: &AccountId,
        key: &KeyId,
        since: Timestamp,
    ) -> Result<Vec<CountedCalls>> {
        query(OF_KEY)
            .bind(account.as_str())
            .bind(key.as_str())
            .bind(since.millis())
            .parse_all::<CallCountRow, _>(self.readers("reading the calls of a key"))
            .await
    }

    async fn daily_calls(
        &self,
        account: &AccountId,
        keys: &[KeyId],
        days: &[Timestamp],
    ) -> Result<Vec<DailyCalls>> {
        if keys.is_empty() || days.is_empty() {
            return Ok(Vec::new());
        }
        let rows = daily::of_keys(account, keys, days)
            .build()
            .fetch_all(self.listings("reading the calls of a page of keys"))
            .await?;
        Ok(daily::sum(rows, days)?)
    }

    async fn calls_of_latest_keys(
        &self,
        account: &AccountId,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<NamedKeyCalls>> {
        let rows = daily::of_latest_keys(account, since, limit)
            .build()
            .fetch_all(self.listings("reading the calls of the keys that were used last"))
            .await?;
        Ok(daily::sum_named(rows, since)?)
    }

    async fn first_call(&self, account: &AccountId) -> Result<Option<Timestamp>> {
        let at: Option<Option<i64>> = query_scalar(FIND_FIRST_CALL)
            .bind(account.as_str())
            .fetch_optional(self.readers("reading when an account first called"))
            .await?;
        Ok(at.flatten().map(Timestamp::from_millis))
    }

    async fn sweep_calls(&self, before: Timestamp, limit: u32) -> Result<u64> {
        let mut swept = 0;
        for statement in [SWEEP_ACCOUNTS, SWEEP_KEYS] {
            let deleted = query(statement)
                .bind(before.millis())
                .bind(i64::from(limit))
                .execute(self.non_durable("sweeping old counts of calls"))
                .await?;
            swept += deleted;
        }
        Ok(swept)
    }
}

/// Adds calls to the counts of each key and of its account.
pub(super) async fn add_all(tx: &mut Transaction, counts: &[CallCount]) -> Result<()> {
    let statements = [ADD_TO_KEYS, ADD_TO_ACCOUNTS, FIRST_CALLS];
    // There are few, unless the database was unavailable for a long time.
    for counts in counts.chunks(MAX_ROWS) {
        for statement in &statements {
            statement
                .with_rows(counts, |row, count| {
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
