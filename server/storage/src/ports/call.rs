//! Numbers of calls.

use super::columns::check_column;
use super::{Result, SqlStore, Transaction};
use crate::bulk_query::{BulkStatement, MAX_ROWS};
use crate::error::CorruptValue;
use crate::query::{QueryBuilder, query, query_scalar};
use async_trait::async_trait;
use domain::{AccountId, KeyId, Outcome, Timestamp};
use service::store::{CallCount, CallStore, CountedCalls, DailyCalls};

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

pub(crate) const OF_ACCOUNT: &str = "
    SELECT quarter AS since, outcome, calls FROM account_calls
    WHERE account_id = $1 AND quarter >= $2
    ORDER BY quarter, outcome";

pub(crate) const OF_KEY: &str = "
    SELECT hour AS since, outcome, calls FROM key_calls
    WHERE account_id = $1 AND key_id = $2 AND hour >= $3
    ORDER BY hour, outcome";

pub(crate) const SWEEP_ACCOUNTS: &str = "
    DELETE FROM account_calls
    WHERE (account_id, quarter, outcome) IN (
        SELECT account_id, quarter, outcome FROM account_calls
        WHERE quarter < $1 ORDER BY quarter LIMIT $2
    )";

pub(crate) const SWEEP_KEYS: &str = "
    DELETE FROM key_calls
    WHERE (account_id, key_id, hour, outcome) IN (
        SELECT account_id, key_id, hour, outcome FROM key_calls
        WHERE hour < $1 ORDER BY hour LIMIT $2
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

/// Sums the calls of `keys` by day and key. There has to be at least one key and one day.
///
/// Each day is a statement of its own that groups by key alone, which is the order of its rows:
/// grouped by key and day at once, the counts of all days would be sorted first.
pub(crate) fn of_keys_by_day(
    account: &AccountId,
    keys: &[KeyId],
    days: &[Timestamp],
) -> QueryBuilder<'static> {
    let mut query = QueryBuilder::new("SELECT key_id, day, accepted, refused FROM (");
    let ends = days.iter().skip(1).map(|day| day.millis());
    for (number, (day, end)) in days.iter().zip(ends.chain([i64::MAX])).enumerate() {
        if number > 0 {
            query.push(" UNION ALL ");
        }
        query.push("SELECT key_id, CAST(").push_bind(day.millis());
        query.push(
            " AS BIGINT) AS day,
            CAST(sum(CASE outcome WHEN 'accepted' THEN calls ELSE 0 END) AS BIGINT) AS accepted,
            CAST(sum(CASE outcome WHEN 'accepted' THEN 0 ELSE calls END) AS BIGINT) AS refused
            FROM key_calls WHERE account_id = ",
        );
        query.push_text(account.as_str());
        query.push(" AND hour >= ").push_bind(day.millis());
        query.push(" AND hour < ").push_bind(end);
        for (number, key) in keys.iter().enumerate() {
            query.push(if number == 0 {
                " AND key_id IN ("
            } else {
                ", "
            });
            query.push_text(key.as_str());
        }
        query.push(") GROUP BY key_id");
    }
    query.push(") AS dated ORDER BY key_id, day");
    query
}

#[derive(sqlx::FromRow)]
pub(crate) struct DailyCallsRow {
    key_id: String,
    day: i64,
    accepted: i64,
    refused: i64,
}

impl TryFrom<DailyCallsRow> for DailyCalls {
    type Error = CorruptValue;

    fn try_from(row: DailyCallsRow) -> Result<Self, CorruptValue> {
        let calls = |calls| u64::try_from(calls).map_err(|_| CorruptValue("calls"));
        Ok(Self {
            key_id: check_column(KeyId::parse(&row.key_id), "key_calls.key_id")?,
            day: Timestamp::from_millis(row.day),
            accepted: calls(row.accepted)?,
            refused: calls(row.refused)?,
        })
    }
}

#[async_trait]
impl CallStore for SqlStore {
    async fn calls(&self, account: &AccountId, since: Timestamp) -> Result<Vec<CountedCalls>> {
        query(OF_ACCOUNT)
            .bind(account.as_str())
            .bind(since.millis())
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
        of_keys_by_day(account, keys, days)
            .build_cached_if(false)
            .parse_all::<DailyCallsRow, _>(self.listings("reading the calls of a page of keys"))
            .await
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
