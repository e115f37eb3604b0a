//! Replacement of the pepper.

use super::{Executor, Result, SqlStore, Transaction, installation};
use crate::error::CorruptValue;
use crate::query::{query, query_scalar};
use async_trait::async_trait;
use domain::{MemberId, Timestamp};
use service::PepperId;
use service::key::KeyDigest;
use service::store::{PepperNeed, PepperStore, ResealedFactor, StoreError};

pub(crate) const CHANGE: &str = "
    UPDATE installation SET pepper_fingerprint = $2 WHERE id = 1 AND pepper_fingerprint = $1";

/// Reads the pepper and prevents its replacement until the end of the transaction. Any number of
/// transactions can hold this lock concurrently, while [`CHANGE`] and they wait for each other.
/// SQLite needs no such lock, since it has one writing transaction at a time.
pub(crate) const SHARED: &str =
    "SELECT pepper_fingerprint FROM installation WHERE id = 1 FOR SHARE";

/// Returns whether a registered node does not accept the pepper with this id. `peppers` is NULL for
/// a node of a release without old peppers.
pub(crate) const IS_REFUSED_BY_A_NODE: &str = "
    SELECT EXISTS (SELECT 1 FROM nodes WHERE peppers IS NULL OR peppers NOT LIKE '%' || $1 || '%')";

/// Rows that were stored before the column existed, or by an older release, use the pepper that is
/// replaced now.
pub(crate) const SET_FACTOR_PEPPER: &str =
    "UPDATE second_factors SET pepper_id = $1 WHERE pepper_id IS NULL";
pub(crate) const SET_CODE_PEPPER: &str =
    "UPDATE recovery_codes SET pepper_id = $1 WHERE pepper_id IS NULL";

pub(crate) const REHASH: &str = "UPDATE api_keys SET digest = $2, pepper_id = $3 WHERE digest = $1";

pub(crate) const TO_RESEAL: &str = "
    SELECT member_id, sealed FROM second_factors WHERE member_id > $2 AND pepper_id <> $1
    ORDER BY member_id LIMIT +$3";

pub(crate) const RESEAL: &str = "
    UPDATE second_factors SET sealed = $3, pepper_id = $4 WHERE member_id = $1 AND sealed = $2";

/// Rows under peppers other than `$1` and `$2`, where `$1` is at most `$2`. The three ranges are
/// counted separately: if they were joined by `OR`, SQLite would walk the whole index.
pub(crate) const COUNT_KEYS: &str = "
    SELECT (SELECT count(*) FROM api_keys WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)
                AND pepper_id < $1)
        + (SELECT count(*) FROM api_keys WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)
                AND pepper_id > $1 AND pepper_id < $2)
        + (SELECT count(*) FROM api_keys WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)
                AND pepper_id > $2)";

pub(crate) const COUNT_FACTORS: &str = "
    SELECT (SELECT count(*) FROM second_factors WHERE pepper_id < $1)
        + (SELECT count(*) FROM second_factors WHERE pepper_id > $1 AND pepper_id < $2)
        + (SELECT count(*) FROM second_factors WHERE pepper_id > $2)";

pub(crate) const COUNT_CODES: &str = "
    SELECT (SELECT count(*) FROM recovery_codes WHERE pepper_id < $1)
        + (SELECT count(*) FROM recovery_codes WHERE pepper_id > $1 AND pepper_id < $2)
        + (SELECT count(*) FROM recovery_codes WHERE pepper_id > $2)";

/// For the operator's inspection: every pepper in use, with the number of rows of each kind.
pub(crate) const LIST_USES: &str = "
    SELECT pepper_id, CAST(sum(keys) AS BIGINT), CAST(sum(factors) AS BIGINT), CAST(sum(codes) AS BIGINT) FROM (
        SELECT pepper_id, count(*) AS keys, 0 AS factors, 0 AS codes FROM api_keys
        WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1) GROUP BY pepper_id
        UNION ALL
        SELECT pepper_id, 0, count(*), 0 FROM second_factors WHERE pepper_id IS NOT NULL GROUP BY pepper_id
        UNION ALL
        SELECT pepper_id, 0, 0, count(*) FROM recovery_codes WHERE pepper_id IS NOT NULL
        GROUP BY pepper_id
    ) AS used GROUP BY pepper_id ORDER BY pepper_id";

#[async_trait]
impl PepperStore for SqlStore {
    async fn change_pepper(
        &self,
        (from, from_id): &(String, PepperId),
        (to, to_id): &(String, PepperId),
    ) -> Result<bool> {
        let mut tx = self.begin_global_change("changing the pepper").await?;
        let updated_rows = query(CHANGE).bind(from).bind(to).execute(&mut tx).await?;
        if updated_rows == 0 {
            let stored: Option<String> = query_scalar(installation::PEPPER_FINGERPRINT)
                .fetch_one(&mut tx)
                .await?;
            // Another node may have made the change.
            return Ok(stored.as_ref() == Some(to));
        }
        let is_refused: bool = query_scalar(IS_REFUSED_BY_A_NODE)
            .bind(to_id.as_str())
            .fetch_one(&mut tx)
            .await?;
        if is_refused {
            return Ok(false);
        }
        for statement in [SET_FACTOR_PEPPER, SET_CODE_PEPPER] {
            query(statement)
                .bind(from_id.as_str())
                .execute(&mut tx)
                .await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn rehash_keys(&self, keys: &[(KeyDigest, KeyDigest)], current: &PepperId) -> Result<()> {
        let mut tx = self.begin_numbered("re-hashing API keys").await?;
        for (old, new) in keys {
            query(REHASH)
                .bind(old.as_bytes().as_slice())
                .bind(new.as_bytes().as_slice())
                .bind(current.as_str())
                .execute(&mut tx)
                .await?;
        }
        tx.commit().await
    }

    async fn factors_to_reseal(
        &self,
        current: &PepperId,
        after: Option<&MemberId>,
        limit: u32,
    ) -> Result<Vec<(MemberId, Vec<u8>)>> {
        let rows: Vec<(String, Vec<u8>)> = query(TO_RESEAL)
            .bind(current.as_str())
            .bind(after.map_or("", MemberId::as_str))
            .bind(i64::from(limit))
            .fetch_all(self.readers("finding second factors under another pepper"))
            .await?;
        let rows = rows.into_iter().map(|(member, sealed)| {
            let member =
                MemberId::parse(&member).map_err(|_| CorruptValue("second_factors.member_id"));
            Ok((member?, sealed))
        });
        rows.collect()
    }

    async fn reseal_factor(&self, factor: &ResealedFactor, current: &PepperId) -> Result<()> {
        query(RESEAL)
            .bind(factor.member.as_str())
            .bind(factor.from.as_slice())
            .bind(factor.to.as_slice())
            .bind(current.as_str())
            .execute(self.writer("encrypting a second factor again"))
            .await?;
        Ok(())
    }

    async fn pepper_need(
        &self,
        first: &PepperId,
        second: &PepperId,
        now: Timestamp,
    ) -> Result<PepperNeed> {
        let (low, high) = if first.as_str() <= second.as_str() {
            (first, second)
        } else {
            (second, first)
        };
        let (low, high) = (low.as_str(), high.as_str());
        let readers = self.readers("counting what needs an old pepper");
        Ok(PepperNeed {
            keys: count(readers, COUNT_KEYS, low, high, Some(now)).await?,
            factors: count(readers, COUNT_FACTORS, low, high, None).await?,
            recovery_codes: count(readers, COUNT_CODES, low, high, None).await?,
        })
    }
}

/// Checks that a pepper is the current one, before data is stored under it. The pepper cannot be
/// replaced before the end of the transaction.
///
/// # Errors
/// [`StoreError::Unavailable`] if the pepper was replaced, which this node has not noticed yet.
pub(super) async fn check_current(tx: &mut Transaction, pepper: &PepperId) -> Result<()> {
    let stored: Option<String> = query_scalar(tx.shared_pepper_statement())
        .fetch_one(tx)
        .await?;
    if stored.is_none_or(|stored| stored.starts_with(pepper.as_str())) {
        return Ok(());
    }
    let reason = "the pepper of this installation was changed";
    Err(StoreError::Unavailable(reason.into()))
}

async fn count(
    executor: impl Executor,
    statement: &'static str,
    low: &str,
    high: &str,
    now: Option<Timestamp>,
) -> Result<u64> {
    let mut query = query_scalar(statement).bind(low).bind(high);
    if let Some(now) = now {
        query = query.bind(now.millis());
    }
    let count: i64 = query.fetch_one(executor).await?;
    Ok(count.unsigned_abs())
}
