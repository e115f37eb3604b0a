//! API keys.

mod rotation;
mod statements;

pub(crate) use statements::*;

use super::account::creation_stopped_at;
use super::search_term::SearchableKey;
use super::{
    Executor, Result, SqlStore, Transaction, authorise, call, pepper, quota, record, search_term,
    write_event,
};
use crate::error::CorruptValue;
use crate::query::{query, query_scalar};
use async_trait::async_trait;
use domain::{AccountId, KeyId, KeyName, KeyNote, MemberId, Timestamp};
use service::key::{AllowList, KeyDigest};
use service::store::{
    AuditEvent, CallCount, ChangeKeyOutcome, InsertKeyOutcome, KeyChange, KeyRecord, KeyStore,
    NewKey, NewRevocation, QuotaStore as _, RevokeKeyOutcome, Revoker, RotateKeyOutcome, Rotation,
    UseRecord, folded,
};

#[async_trait]
impl KeyStore for SqlStore {
    async fn insert_key(&self, key: NewKey, event: AuditEvent) -> Result<InsertKeyOutcome> {
        let (account, id) = (key.account_id.clone(), key.id.clone());
        let now = key.created_at;
        let mut tx = self.begin_change(&account, "storing an API key").await?;
        if let Some(outcome) = insert(&mut tx, key).await? {
            return Ok(outcome);
        }
        quota::check_keys(&mut tx, self.quotas(), &account, now, 1).await?;
        record(&mut tx, &event).await?;
        // Read before the commit: nothing that can fail may come between the commit and the answer
        // with the secret.
        let stored = require_key(&mut tx, &account, &id).await?;
        tx.commit().await?;
        Ok(InsertKeyOutcome::Created(stored))
    }

    async fn list_keys(&self, account: &AccountId) -> Result<Vec<KeyRecord>> {
        query(LIST)
            .bind(account.as_str())
            .parse_all::<KeyRow, _>(self.listings("listing API keys"))
            .await
    }

    async fn list_keys_by_name(
        &self,
        account: &AccountId,
        name: &KeyName,
        limit: u32,
    ) -> Result<Vec<KeyRecord>> {
        query(LIST_BY_NAME)
            .bind(account.as_str())
            .bind(folded(name))
            .bind(i64::from(limit))
            .parse_all::<KeyRow, _>(self.readers("finding API keys by their name"))
            .await
    }

    async fn find_key(&self, account: &AccountId, id: &KeyId) -> Result<Option<KeyRecord>> {
        find(self.readers("finding an API key"), account, id).await
    }

    async fn find_key_by_digest(&self, digest: &KeyDigest) -> Result<Option<KeyRecord>> {
        query(FIND_BY_DIGEST)
            .bind(digest.as_bytes().as_slice())
            .parse_optional::<KeyRow, _>(self.authentication("finding an API key by its digest"))
            .await
    }

    async fn known_digests(&self, digests: &[KeyDigest]) -> Result<Vec<KeyDigest>> {
        if digests.is_empty() {
            return Ok(Vec::new());
        }
        let digests_found: Vec<Vec<u8>> = FIND_DIGESTS
            .with_rows(digests, |row, digest| {
                row.bind(digest.as_bytes().as_slice());
            })
            .scalar()
            .fetch_all(self.authentication("finding API keys by their digests"))
            .await?;
        let digests_found = digests_found.into_iter().map(|digest| {
            let digest = digest
                .try_into()
                .map_err(|_| CorruptValue("api_keys.digest"))?;
            Ok(KeyDigest::from_bytes(digest))
        });
        let digests_found: Result<_, CorruptValue> = digests_found.collect();
        Ok(digests_found?)
    }

    async fn find_key_by_either(&self, digests: &[KeyDigest; 2]) -> Result<Option<KeyRecord>> {
        let [first, second] = digests;
        if first == second {
            return self.find_key_by_digest(first).await;
        }
        query(FIND_BY_EITHER)
            .bind(first.as_bytes().as_slice())
            .bind(second.as_bytes().as_slice())
            .parse_optional::<KeyRow, _>(self.authentication("finding an API key by its digests"))
            .await
    }

    async fn change_key(
        &self,
        account: &AccountId,
        id: &KeyId,
        change: &KeyChange,
        now: Timestamp,
        event: &(dyn for<'a> Fn(&'a KeyRecord, &'a KeyRecord) -> AuditEvent + Send + Sync),
    ) -> Result<ChangeKeyOutcome> {
        let mut tx = self.begin_change(account, "changing an API key").await?;
        let Some(before) = find(&mut tx, account, id).await? else {
            return Ok(ChangeKeyOutcome::Missing);
        };
        let changed = before.change(change, now);
        if let ChangeKeyOutcome::Changed(after) = &changed {
            write(&mut tx, after).await?;
            record(&mut tx, &event(&before, after)).await?;
            tx.commit().await?;
        }
        Ok(changed)
    }

    async fn revoke_key(
        &self,
        account: &AccountId,
        id: &KeyId,
        revocation: NewRevocation,
        event: AuditEvent,
    ) -> Result<RevokeKeyOutcome> {
        let mut tx = self.begin_change(account, "revoking an API key").await?;
        // Checked first, since a key may revoke itself.
        authorise(&mut tx, &event).await?;
        let Some(before) = find(&mut tx, account, id).await? else {
            return Ok(RevokeKeyOutcome::Missing);
        };
        let at = revocation.at;
        if before.state(at).revoke(at).is_err() {
            return Ok(RevokeKeyOutcome::AlreadyEnded(Box::new(before)));
        }
        revoke(&mut tx, &before, &revocation).await?;
        write_event(&mut tx, &event).await?;
        let revoked = require_key(&mut tx, account, id).await?;
        tx.commit().await?;
        Ok(RevokeKeyOutcome::Revoked(revoked))
    }

    async fn rotate_key(
        &self,
        account: &AccountId,
        old: &KeyId,
        rotation: Rotation,
        events: &(dyn for<'a> Fn(&'a KeyRecord, &'a KeyRecord) -> [AuditEvent; 2] + Send + Sync),
    ) -> Result<RotateKeyOutcome> {
        rotation::rotate(self, account, old, rotation, events).await
    }

    async fn record_uses(&self, uses: &[(KeyId, UseRecord)], calls: &[CallCount]) -> Result<()> {
        let mut tx = self
            .begin_non_durable("recording when API keys were used")
            .await?;
        if !uses.is_empty() {
            RECORD_USES
                .with_rows(uses, |row, (id, used)| {
                    row.bind(id.as_str())
                        .bind(used.at.millis())
                        .bind(used.ip.to_string())
                        .bind(used.user_agent.as_deref());
                })
                .execute(&mut tx)
                .await?;
        }
        call::add_all(&mut tx, calls).await?;
        tx.commit().await
    }
}

/// Stores a key. Returns the reason if it is not stored.
pub(super) async fn insert(tx: &mut Transaction, key: NewKey) -> Result<Option<InsertKeyOutcome>> {
    if creation_stopped_at(&mut *tx, &key.account_id)
        .await?
        .is_some()
    {
        return Ok(Some(InsertKeyOutcome::Stopped));
    }
    pepper::check_current(&mut *tx, &key.pepper_id).await?;
    let inserted_rows = query(INSERT)
        .bind(key.id.as_str())
        .bind(key.account_id.as_str())
        .bind(key.name.as_str())
        .bind(key.preview)
        .bind(key.digest.as_bytes().as_slice())
        .bind(key.pepper_id.as_str())
        .bind(key.scopes.to_string())
        .bind(key.created_at.millis())
        .bind(key.created_by.as_str())
        .bind(key.form_token.0.as_slice())
        .bind(key.expires_at.map(Timestamp::millis))
        .bind(folded(&key.name))
        .bind(key.note.as_ref().map(KeyNote::as_str))
        .bind(key.own_limit.map(|limit| i64::from(limit.depth())))
        .bind(key.own_limit.map(|limit| i64::from(limit.per_second())))
        .bind(key.allow_list.as_ref().map(AllowList::to_string))
        .execute(&mut *tx)
        .await?;
    if inserted_rows > 0 {
        let searched = SearchableKey {
            account: &key.account_id,
            id: &key.id,
            name: &key.name,
            scopes: &key.scopes,
        };
        search_term::write(tx, searched).await?;
        return Ok(None);
    }
    let name: String = query_scalar(NAME_BY_FORM)
        .bind(key.account_id.as_str())
        .bind(key.form_token.0.as_slice())
        .fetch_one(tx)
        .await?;
    let name = KeyName::parse(&name).map_err(|_| CorruptValue("api_keys.name"))?;
    Ok(Some(InsertKeyOutcome::SameForm { name }))
}

/// Writes all settings of a key that can be changed during its lifetime.
pub(super) async fn write(tx: &mut Transaction, after: &KeyRecord) -> Result<()> {
    query(CHANGE)
        .bind(after.account_id.as_str())
        .bind(after.id.as_str())
        .bind(after.name.as_str())
        .bind(after.scopes.to_string())
        .bind(after.expires_at.map(Timestamp::millis))
        .bind(after.note.as_ref().map(KeyNote::as_str))
        .bind(after.own_limit.map(|limit| i64::from(limit.depth())))
        .bind(after.own_limit.map(|limit| i64::from(limit.per_second())))
        .bind(after.paused_at.map(Timestamp::millis))
        .bind(after.allow_list.as_ref().map(AllowList::to_string))
        .bind(after.watched_since.map(Timestamp::millis))
        .bind(folded(&after.name))
        .execute(&mut *tx)
        .await?;
    let searched = SearchableKey {
        account: &after.account_id,
        id: &after.id,
        name: &after.name,
        scopes: &after.scopes,
    };
    search_term::write(tx, searched).await
}

/// Writes a revocation, which the state of the key allows.
pub(super) async fn revoke(
    tx: &mut Transaction,
    key: &KeyRecord,
    revocation: &NewRevocation,
) -> Result<()> {
    query(REVOKE)
        .bind(key.account_id.as_str())
        .bind(key.id.as_str())
        .bind(revocation.at.millis())
        .bind(revocation.by.member().map(MemberId::as_str))
        .bind(revocation.reason.as_str())
        .bind(i64::from(revocation.by == Revoker::Operator))
        .execute(tx)
        .await?;
    Ok(())
}

/// Pauses a key, or resumes it if `paused_at` is `None`, as its state allows.
pub(super) async fn pause(
    tx: &mut Transaction,
    key: &KeyRecord,
    paused_at: Option<Timestamp>,
) -> Result<()> {
    query(PAUSE)
        .bind(key.account_id.as_str())
        .bind(key.id.as_str())
        .bind(paused_at.map(Timestamp::millis))
        .execute(tx)
        .await?;
    Ok(())
}

/// Reads a key again that the same transaction has written.
pub(super) async fn require_key(
    tx: &mut Transaction,
    account: &AccountId,
    id: &KeyId,
) -> Result<Box<KeyRecord>> {
    let key = find(tx, account, id).await?;
    Ok(Box::new(key.ok_or(CorruptValue("api_keys.id"))?))
}

pub(super) async fn find(
    executor: impl Executor,
    account: &AccountId,
    id: &KeyId,
) -> Result<Option<KeyRecord>> {
    query(FIND)
        .bind(account.as_str())
        .bind(id.as_str())
        .parse_optional::<KeyRow, _>(executor)
        .await
}
