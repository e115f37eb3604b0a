//! Refused calls, with the reasons.

use super::columns::{address, check_column, number};
use super::{Result, SqlStore};
use crate::error::CorruptValue;
use crate::query::query;
use async_trait::async_trait;
use domain::{AccountId, KeyId, RefusalCode, Timestamp};
use service::refusal::CallId;
use service::store::{ListedRefusal, MAX_REFUSALS, RefusalFilter, RefusalStore, RefusedCall};
use std::collections::BTreeSet;
use std::ops::Range;

pub(crate) const RECORD: &str = "
    INSERT INTO refused_calls (request_id, at, code, cause, method, route)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (request_id) DO NOTHING";

/// Skips keys that do not exist or belong to another account.
pub(crate) const RECORD_OF_KEY: &str = "
    INSERT INTO refused_calls
        (request_id, at, code, cause, method, route, account_id, key_id, address)
    SELECT $1, $2, $3, $4, $5, $6, account_id, id, $9
    FROM api_keys WHERE account_id = $7 AND id = $8
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
    SELECT request_id, account_id, key_id, at, code, cause, method, route, address
    FROM refused_calls
    WHERE request_id = $2 AND at >= $3 AND (account_id IS NULL OR account_id = $1)";

/// Walks the account's refusals from the latest, of which a few thousand are kept at most.
pub(crate) const LAST_OF_KEY: &str = "
    SELECT request_id, account_id, key_id, at, code, cause, method, route, address
    FROM refused_calls
    WHERE coalesce(account_id, '') = $1 AND key_id = $2 ORDER BY seq DESC LIMIT 1";

/// Walks the account's refusals like [`LAST_OF_KEY`]. A filter that is not set is an empty text.
pub(crate) const LIST: &str = "
    SELECT seq, request_id, account_id, key_id, at, code, cause, method, route, address
    FROM refused_calls
    WHERE coalesce(account_id, '') = $1 AND seq >= $2 AND seq < $3 AND at >= $4
        AND ($5 = '' OR code = $5) AND ($6 = '' OR key_id = $6) AND ($7 = '' OR address = $7)
    ORDER BY seq DESC LIMIT +$8";

/// Walks the account's refusals like [`LAST_OF_KEY`], and groups them by their few codes.
pub(crate) const COUNT_BY_CODE: &str = "
    SELECT code, count(*) AS calls FROM refused_calls
    WHERE coalesce(account_id, '') = $1 AND at >= $2
        AND ($3 = '' OR key_id = $3) AND ($4 = '' OR address = $4)
    GROUP BY code ORDER BY calls DESC, code";

pub(crate) const SWEEP: &str = "
    DELETE FROM refused_calls
    WHERE seq IN (SELECT seq FROM refused_calls WHERE at < $1 ORDER BY at LIMIT +$2)";

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
    address: Option<String>,
}

impl TryFrom<RefusalRow> for RefusedCall {
    type Error = CorruptValue;

    fn try_from(row: RefusalRow) -> Result<Self, CorruptValue> {
        let key = match (row.account_id, row.key_id) {
            (Some(account), Some(key)) => Some((
                check_column(AccountId::parse(&account), "refused_calls.account_id")?,
                check_column(KeyId::parse(&key), "refused_calls.key_id")?,
            )),
            _ => None,
        };
        Ok(Self {
            id: CallId::parse(&row.request_id).ok_or(CorruptValue("refused_calls.request_id"))?,
            at: Timestamp::from_millis(row.at),
            key,
            code: row.code,
            // A cause that another version stored is not readable, and is left out.
            cause: serde_json::from_str(&row.cause).unwrap_or_default(),
            method: row.method,
            route: row.route,
            address: match row.address {
                Some(text) => Some(address(&text, "refused_calls.address")?),
                None => None,
            },
        })
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct ListedRow {
    seq: i64,
    #[sqlx(flatten)]
    call: RefusalRow,
}

impl TryFrom<ListedRow> for ListedRefusal {
    type Error = CorruptValue;

    fn try_from(row: ListedRow) -> Result<Self, CorruptValue> {
        Ok(Self {
            seq: number(row.seq, "refused_calls.seq")?,
            call: row.call.try_into()?,
        })
    }
}

#[async_trait]
impl RefusalStore for SqlStore {
    async fn record_refusals(&self, calls: &[RefusedCall]) -> Result<()> {
        let mut tx = self.begin_non_durable("keeping refused calls").await?;
        let mut accounts = BTreeSet::new();
        for call in calls {
            let cause = serde_json::to_string(&call.cause)
                .map_err(|_| CorruptValue("refused_calls.cause"))?;
            let query = query(if call.key.is_some() {
                RECORD_OF_KEY
            } else {
                RECORD
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
                query = query
                    .bind(account.as_str())
                    .bind(key.as_str())
                    .bind(call.address.map(|address| address.to_string()));
            } else {
                accounts.insert("");
            }
            query.execute(&mut tx).await?;
        }
        for account in accounts {
            query(FORGET)
                .bind(account)
                .bind(i64::try_from(MAX_REFUSALS).unwrap_or(i64::MAX))
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
        query(FIND)
            .bind(account.as_str())
            .bind(id.as_str())
            .bind(since.millis())
            .parse_optional::<RefusalRow, _>(self.readers("finding a refused call"))
            .await
    }

    async fn list_refusals(
        &self,
        account: &AccountId,
        filter: &RefusalFilter,
        since: Timestamp,
        seqs: Range<u64>,
        limit: u32,
    ) -> Result<Vec<ListedRefusal>> {
        let seq = |seq| i64::try_from(seq).unwrap_or(i64::MAX);
        let (key, address) = (filter.key.as_ref(), filter.address);
        query(LIST)
            .bind(account.as_str())
            .bind(seq(seqs.start))
            .bind(seq(seqs.end))
            .bind(since.millis())
            .bind(filter.code.map_or("", RefusalCode::as_str))
            .bind(key.map_or("", KeyId::as_str))
            .bind(address.map_or_else(String::new, |address| address.to_string()))
            .bind(i64::from(limit))
            .parse_all::<ListedRow, _>(self.listings("listing refused calls"))
            .await
    }

    async fn count_refusals(
        &self,
        account: &AccountId,
        filter: &RefusalFilter,
        since: Timestamp,
    ) -> Result<Vec<(RefusalCode, u64)>> {
        let (key, address) = (filter.key.as_ref(), filter.address);
        let counts: Vec<(String, i64)> = query(COUNT_BY_CODE)
            .bind(account.as_str())
            .bind(since.millis())
            .bind(key.map_or("", KeyId::as_str))
            .bind(address.map_or_else(String::new, |address| address.to_string()))
            .fetch_all(self.listings("counting refused calls"))
            .await?;
        let counts = counts.into_iter();
        Ok(counts
            .map(|(code, calls)| (RefusalCode::of(&code), calls.unsigned_abs()))
            .collect())
    }

    async fn last_refusal(&self, account: &AccountId, key: &KeyId) -> Result<Option<RefusedCall>> {
        query(LAST_OF_KEY)
            .bind(account.as_str())
            .bind(key.as_str())
            .parse_optional::<RefusalRow, _>(
                self.readers("finding the last refused call of an API key"),
            )
            .await
    }

    async fn sweep_refusals(&self, before: Timestamp, limit: u32) -> Result<u64> {
        let swept = query(SWEEP)
            .bind(before.millis())
            .bind(i64::from(limit))
            .execute(self.non_durable("sweeping old refused calls"))
            .await?;
        Ok(swept)
    }
}
