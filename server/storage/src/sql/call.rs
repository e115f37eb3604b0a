//! Numbers of calls.

use super::bulk::BulkStatement;
use crate::error::Corrupt;
use domain::{Outcome, Timestamp};
use service::store::CountedCalls;

/// Calls of one key with one outcome, and the beginning of their quarter of an hour.
const COUNTED: &str = "account_id, key_id, at, quarter, outcome, calls";

// Each of these statements skips keys that do not exist or belong to another account.

pub(crate) const ADD_TO_ACCOUNTS: BulkStatement = BulkStatement {
    columns: COUNTED,
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
    columns: COUNTED,
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
    columns: COUNTED,
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
pub(crate) struct CountedRow {
    since: i64,
    outcome: String,
    calls: i64,
}

impl TryFrom<CountedRow> for CountedCalls {
    type Error = Corrupt;

    fn try_from(row: CountedRow) -> Result<Self, Corrupt> {
        Ok(Self {
            since: Timestamp::from_millis(row.since),
            outcome: Outcome::of(&row.outcome),
            calls: u64::try_from(row.calls).map_err(|_| Corrupt("calls"))?,
        })
    }
}
