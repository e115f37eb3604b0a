//! Bulk actions on keys, and the switch that stops an account's creation of keys.

use super::key::find;
use super::{Executor, Result, SqlStore, Transaction, record, revocation};
use crate::error::Corrupt;
use crate::query::{query, query_scalar};
use async_trait::async_trait;
use domain::{AccountId, KeyId, KeyStatus, MemberId, Timestamp};
use service::store::{AuditEvent, ChangedSeveral, KeyRecord, Revoker, SeveralChange, SeveralKeys};

pub(crate) const PAUSE: &str =
    "UPDATE api_keys SET paused_at = $3 WHERE account_id = $1 AND id = $2";

pub(crate) const RESUME: &str =
    "UPDATE api_keys SET paused_at = NULL WHERE account_id = $1 AND id = $2";

pub(crate) const PAUSED_AT: &str = "
    SELECT id FROM api_keys
    WHERE account_id = $1 AND standing = 2 AND paused_at = $2 AND (expires_at IS NULL OR expires_at > $3)
        AND generation = (SELECT key_generation FROM accounts WHERE id = $1)
    ORDER BY created_at, id LIMIT $4";

pub(crate) const CREATION_STOPPED: &str = "SELECT creation_stopped_at FROM accounts WHERE id = $1";

pub(crate) const STOP_CREATION: &str = "UPDATE accounts SET creation_stopped_at = $2 WHERE id = $1";

#[async_trait]
impl SeveralKeys for SqlStore {
    async fn change_keys(
        &self,
        account: &AccountId,
        ids: &[KeyId],
        change: &SeveralChange,
        now: Timestamp,
        event: &(dyn for<'a> Fn(&'a KeyRecord) -> AuditEvent + Send + Sync),
    ) -> Result<ChangedSeveral> {
        let mut tx = self.begin_change(account, "changing API keys").await?;
        let mut changed = 0;
        for id in ids {
            let Some(before) = find(&mut tx, account, id).await? else {
                return Ok(ChangedSeveral::Stale);
            };
            let status = before.status(now);
            let fits = match change {
                SeveralChange::Pause => status == KeyStatus::Active,
                SeveralChange::Resume => status == KeyStatus::Paused,
                SeveralChange::Revoke(_) => status.is_live(),
            };
            if !fits {
                return Ok(ChangedSeveral::Stale);
            }
            make(&mut tx, account, id, change, now).await?;
            record(&mut tx, &event(&before)).await?;
            changed += 1;
        }
        tx.commit().await?;
        Ok(ChangedSeveral::Changed(changed))
    }

    async fn keys_paused_at(
        &self,
        account: &AccountId,
        paused_at: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<KeyId>> {
        let ids: Vec<String> = query_scalar(PAUSED_AT)
            .bind(account.as_str())
            .bind(paused_at.millis())
            .bind(now.millis())
            .bind(i64::from(limit))
            .fetch_all(self.readers("listing paused API keys"))
            .await?;
        Ok(parsed(&ids)?)
    }

    async fn creation_stopped(&self, account: &AccountId) -> Result<Option<Timestamp>> {
        stopped(
            self.readers("reading whether API keys may be created"),
            account,
        )
        .await
    }

    async fn stop_creation(
        &self,
        account: &AccountId,
        at: Option<Timestamp>,
        event: AuditEvent,
    ) -> Result<bool> {
        let mut tx = self
            .begin_change(account, "stopping the creation of API keys")
            .await?;
        if stopped(&mut tx, account).await?.is_some() == at.is_some() {
            return Ok(false);
        }
        query(STOP_CREATION)
            .bind(account.as_str())
            .bind(at.map(Timestamp::millis))
            .execute(&mut tx)
            .await?;
        record(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Returns the time at which the account stopped the creation of keys, if it is stopped.
pub(super) async fn stopped(
    executor: impl Executor,
    account: &AccountId,
) -> Result<Option<Timestamp>> {
    let stopped: Option<Option<i64>> = query_scalar(CREATION_STOPPED)
        .bind(account.as_str())
        .fetch_optional(executor)
        .await?;
    Ok(stopped.flatten().map(Timestamp::from_millis))
}

fn parsed(ids: &[String]) -> Result<Vec<KeyId>, Corrupt> {
    ids.iter()
        .map(|id| KeyId::parse(id).map_err(|_| Corrupt("api_keys.id")))
        .collect()
}

async fn make(
    tx: &mut Transaction,
    account: &AccountId,
    id: &KeyId,
    change: &SeveralChange,
    now: Timestamp,
) -> Result<()> {
    match change {
        SeveralChange::Pause => {
            let query = query(PAUSE);
            let query = query.bind(account.as_str()).bind(id.as_str());
            query.bind(now.millis()).execute(tx).await
        }
        SeveralChange::Resume => {
            let query = query(RESUME);
            let query = query.bind(account.as_str()).bind(id.as_str());
            query.execute(tx).await
        }
        SeveralChange::Revoke(revocation) => {
            let query = query(revocation::REVOKE);
            let query = query.bind(account.as_str()).bind(id.as_str());
            let query = query.bind(revocation.at.millis());
            let query = query.bind(revocation.by.member().map(MemberId::as_str));
            let query = query.bind(revocation.reason.as_str());
            let operator = i64::from(revocation.by == Revoker::Operator);
            query.bind(operator).execute(tx).await
        }
    }?;
    Ok(())
}
