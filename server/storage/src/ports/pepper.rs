//! Replacement of the pepper.

use super::{Executor, Result, SqlStore, Transaction};
use crate::error::Corrupt;
use crate::query::{query, query_scalar};
use crate::sql::{installation, pepper};
use async_trait::async_trait;
use domain::{MemberId, Timestamp};
use service::PepperId;
use service::key::KeyDigest;
use service::store::{PepperNeed, PepperStore, ResealedFactor, StoreError};

#[async_trait]
impl PepperStore for SqlStore {
    async fn change_pepper(
        &self,
        (from, from_id): &(String, PepperId),
        (to, to_id): &(String, PepperId),
    ) -> Result<bool> {
        let mut tx = self.begin_global_change("changing the pepper").await?;
        let changed = query(pepper::CHANGE)
            .bind(from)
            .bind(to)
            .execute(&mut tx)
            .await?;
        if changed == 0 {
            let stored: Option<String> = query_scalar(installation::PEPPER_FINGERPRINT)
                .fetch_one(&mut tx)
                .await?;
            // Another node may have made the change.
            return Ok(stored.as_ref() == Some(to));
        }
        let not_accepted: bool = query_scalar(pepper::NOT_ACCEPTED)
            .bind(to_id.as_str())
            .fetch_one(&mut tx)
            .await?;
        if not_accepted {
            return Ok(false);
        }
        for statement in [pepper::NAME_OF_FACTORS, pepper::NAME_OF_CODES] {
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
            query(pepper::REHASH)
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
        let rows: Vec<(String, Vec<u8>)> = query(pepper::TO_RESEAL)
            .bind(current.as_str())
            .bind(after.map_or("", MemberId::as_str))
            .bind(i64::from(limit))
            .fetch_all(self.readers("finding second factors under another pepper"))
            .await?;
        let rows = rows.into_iter().map(|(member, sealed)| {
            let member = MemberId::parse(&member).map_err(|_| Corrupt("second_factors.member_id"));
            Ok((member?, sealed))
        });
        rows.collect()
    }

    async fn reseal_factor(&self, factor: &ResealedFactor, current: &PepperId) -> Result<()> {
        query(pepper::RESEAL)
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
        one: &PepperId,
        other: &PepperId,
        now: Timestamp,
    ) -> Result<PepperNeed> {
        let (low, high) = if one.as_str() <= other.as_str() {
            (one, other)
        } else {
            (other, one)
        };
        let (low, high) = (low.as_str(), high.as_str());
        let readers = self.readers("counting what needs an old pepper");
        Ok(PepperNeed {
            keys: count(readers, pepper::KEYS, low, high, Some(now)).await?,
            factors: count(readers, pepper::FACTORS, low, high, None).await?,
            recovery_codes: count(readers, pepper::CODES, low, high, None).await?,
        })
    }
}

/// Checks that a pepper is the current one, before data is stored under it. The pepper cannot be
/// replaced before the end of the transaction.
///
/// # Errors
/// [`StoreError::Unavailable`] if the pepper was replaced, which this node has not noticed yet.
pub(super) async fn check_current(tx: &mut Transaction, pepper: &PepperId) -> Result<()> {
    let stored: Option<String> = query_scalar(tx.shared_pepper()).fetch_one(tx).await?;
    if stored.is_none_or(|stored| stored.starts_with(pepper.as_str())) {
        return Ok(());
    }
    let why = "the pepper of this installation was changed";
    Err(StoreError::Unavailable(why.into()))
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
    let counted: i64 = query.fetch_one(executor).await?;
    Ok(counted.unsigned_abs())
}
