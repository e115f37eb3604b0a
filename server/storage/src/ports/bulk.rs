//! Bulk actions on keys, and the switch that stops an account's creation of keys.

use super::account::creation_stopped_at;
use super::key::{self, find};
use super::{Result, SqlStore, record};
use crate::error::CorruptValue;
use crate::query::{query, query_scalar};
use async_trait::async_trait;
use domain::{AccountId, KeyId, Timestamp};
use service::key::InvalidTransition;
use service::store::{AuditEvent, BulkChange, BulkKeyStore, BulkOutcome, KeyRecord};

pub(crate) const PAUSED_AT: &str = "
    SELECT id FROM api_keys
    WHERE account_id = $1 AND standing = 2 AND paused_at = $2 AND (expires_at IS NULL OR expires_at > $3)
        AND generation = (SELECT key_generation FROM accounts WHERE id = $1)
    ORDER BY created_at, id LIMIT +$4";

pub(crate) const STOP_CREATION: &str = "UPDATE accounts SET creation_stopped_at = $2 WHERE id = $1";

#[async_trait]
impl BulkKeyStore for SqlStore {
    async fn change_keys(
        &self,
        account: &AccountId,
        ids: &[KeyId],
        change: &BulkChange,
        now: Timestamp,
        event: &(dyn for<'a> Fn(&'a KeyRecord) -> AuditEvent + Send + Sync),
    ) -> Result<BulkOutcome> {
        let mut tx = self.begin_change(account, "changing API keys").await?;
        let mut changed = 0;
        for id in ids {
            let Some(before) = find(&mut tx, account, id).await? else {
                return Ok(BulkOutcome::Stale);
            };
            let state = before.state(now);
            let state = match change {
                BulkChange::Extend(extensions) => {
                    let Some(extended) = before.extend(extensions.get(id), now) else {
                        return Ok(BulkOutcome::Stale);
                    };
                    key::write(&mut tx, &extended).await?;
                    record(&mut tx, &event(&before)).await?;
                    changed += 1;
                    continue;
                }
                BulkChange::Pause => state.pause(now),
                BulkChange::Resume => state.resume(),
                BulkChange::Revoke(revocation) => state.revoke(revocation.at),
            };
            match (state, change) {
                (Err(InvalidTransition), _) => return Ok(BulkOutcome::Stale),
                (Ok(_), BulkChange::Revoke(revocation)) => {
                    key::revoke(&mut tx, &before, revocation).await?;
                }
                (Ok(state), _) => key::pause(&mut tx, &before, state.paused_at()).await?,
            }
            record(&mut tx, &event(&before)).await?;
            changed += 1;
        }
        tx.commit().await?;
        Ok(BulkOutcome::Changed(changed))
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
        Ok(parse_ids(&ids)?)
    }

    async fn creation_stopped(&self, account: &AccountId) -> Result<Option<Timestamp>> {
        creation_stopped_at(
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
        if creation_stopped_at(&mut tx, account).await?.is_some() == at.is_some() {
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

fn parse_ids(ids: &[String]) -> Result<Vec<KeyId>, CorruptValue> {
    ids.iter()
        .map(|id| KeyId::parse(id).map_err(|_| CorruptValue("api_keys.id")))
        .collect()
}
