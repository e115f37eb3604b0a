//! Refused calls, with the reasons.

use super::parsed;
use crate::error::Corrupt;
use domain::{AccountId, KeyId, Timestamp};
use service::refusal::CallId;
use service::store::RefusedCall;

pub(crate) const RECORD: &str = "
    INSERT INTO refused_calls (request_id, at, code, cause, method, route)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (request_id) DO NOTHING";

/// Skips keys that do not exist or belong to another account.
pub(crate) const RECORD_OF_KEY: &str = "
    INSERT INTO refused_calls (request_id, at, code, cause, method, route, account_id, key_id)
    SELECT $1, $2, $3, $4, $5, $6, account_id, id FROM api_keys WHERE account_id = $7 AND id = $8
    ON CONFLICT (request_id) DO NOTHING";

/// Deletes all refused calls of an account except the latest `$2`. An empty `$1` selects the calls
/// without an account.
pub(crate) const FORGET: &str = "
    DELETE FROM refused_calls
    WHERE coalesce(account_id, '') = $1 AND seq <= (
        SELECT seq FROM refused_calls
        WHERE coalesce(account_id, '') = $1
        ORDER BY seq DESC LIMIT 1 OFFSET $2
    )";

pub(crate) const FIND: &str = "
    SELECT request_id, account_id, key_id, at, code, cause, method, route FROM refused_calls
    WHERE request_id = $2 AND at >= $3 AND (account_id IS NULL OR account_id = $1)";

/// Walks the account's refusals from the latest, of which a few thousand are kept at most.
pub(crate) const LAST_OF_KEY: &str = "
    SELECT request_id, account_id, key_id, at, code, cause, method, route FROM refused_calls
    WHERE coalesce(account_id, '') = $1 AND key_id = $2 ORDER BY seq DESC LIMIT 1";

pub(crate) const SWEEP: &str = "
    DELETE FROM refused_calls
    WHERE seq IN (SELECT seq FROM refused_calls WHERE at < $1 ORDER BY at LIMIT $2)";

#[derive(sqlx::FromRow)]
pub(crate) struct RefusalRow {
    request_id: String,
    account_id: Option<String>,
    key_id: Option<String>,
    at: i64,
    code: String,
    cause: String,
    method: String,
    route: String,
}

impl TryFrom<RefusalRow> for RefusedCall {
    type Error = Corrupt;

    fn try_from(row: RefusalRow) -> Result<Self, Corrupt> {
        let key = match (row.account_id, row.key_id) {
            (Some(account), Some(key)) => Some((
                parsed(AccountId::parse(&account), "refused_calls.account_id")?,
                parsed(KeyId::parse(&key), "refused_calls.key_id")?,
            )),
            _ => None,
        };
        Ok(Self {
            id: CallId::parse(&row.request_id).ok_or(Corrupt("refused_calls.request_id"))?,
            at: Timestamp::from_millis(row.at),
            key,
            code: row.code,
            // A cause that another version stored is not readable, and is left out.
            cause: serde_json::from_str(&row.cause).unwrap_or_default(),
            method: row.method,
            route: row.route,
        })
    }
}
