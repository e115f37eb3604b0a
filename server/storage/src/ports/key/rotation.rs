//! Rotation: replacing one key by another.

use super::{END_REPLACED, SET_PREDECESSOR, find, insert, require_key, revoke, write};
use crate::ports::{Result, SqlStore, Transaction, quota, record};
use crate::query::query;
use domain::{AccountId, KeyId, RevokeReason, Timestamp};
use service::store::{
    AuditEvent, InsertKeyOutcome, KeyRecord, KeySettings, NewKey, NewRevocation, OldKeyExpiry,
    QuotaStore as _, Revoker, RotateKeyOutcome, Rotation,
};

pub(super) async fn rotate(
    store: &SqlStore,
    account: &AccountId,
    old: &KeyId,
    rotation: Rotation,
    events: &(dyn for<'a> Fn(&'a KeyRecord, &'a KeyRecord) -> [AuditEvent; 2] + Send + Sync),
) -> Result<RotateKeyOutcome> {
    // A transaction that is dropped without a commit changes nothing, so refusals may come after
    // writes.
    let mut tx = store.begin_change(account, "rotating an API key").await?;
    let Some(before) = find(&mut tx, account, old).await? else {
        return Ok(RotateKeyOutcome::Missing);
    };
    // Inserted first: if a form is submitted twice, the answer is that its key exists, and not that
    // the old key is already being replaced.
    match insert(&mut tx, new_key(&before, &rotation)).await? {
        Some(InsertKeyOutcome::SameForm { name }) => {
            return Ok(RotateKeyOutcome::SameForm { name });
        }
        Some(InsertKeyOutcome::Stopped) => return Ok(RotateKeyOutcome::Stopped),
        Some(InsertKeyOutcome::Created(_)) | None => {}
    }
    let (at, state) = (rotation.at, before.state(rotation.at));
    let replaced = match rotation.old_expiry {
        OldKeyExpiry::Now => state.revoke(at),
        OldKeyExpiry::At(end) => state.replace(end, at),
    };
    let Ok(replaced) = replaced else {
        return Ok(RotateKeyOutcome::Ended);
    };
    if let Some(replacement) = &before.replaced
        && let Some(other) = find(&mut tx, account, &replacement.by).await?
        && other.state(at).is_live()
    {
        return Ok(RotateKeyOutcome::UnderWay);
    }
    copy_settings(&mut tx, &before, &rotation).await?;
    end_replaced(&mut tx, &before, &rotation).await?;
    // One key more than before, unless the old key ends immediately.
    let added = u64::from(replaced.is_live());
    quota::check_keys(&mut tx, store.quotas(), account, at, added).await?;
    let old = require_key(&mut tx, account, old).await?;
    let new = require_key(&mut tx, account, &rotation.id).await?;
    for event in &events(&old, &new) {
        record(&mut tx, event).await?;
    }
    tx.commit().await?;
    Ok(RotateKeyOutcome::Rotated { old, new })
}

fn new_key(old: &KeyRecord, rotation: &Rotation) -> NewKey {
    NewKey {
        id: rotation.id.clone(),
        account_id: old.account_id.clone(),
        name: old.name.clone(),
        preview: rotation.preview.clone(),
        digest: rotation.digest,
        pepper_id: rotation.pepper_id.clone(),
        scopes: old.scopes.clone(),
        created_at: rotation.at,
        created_by: rotation.by.clone(),
        expires_at: rotation.expires_at,
        note: old.note.clone(),
        own_limit: old.own_limit,
        allow_list: old.allow_list.clone(),
        form_token: rotation.form_token,
    }
}

/// Copies all settings of the old key to the new one.
async fn copy_settings(tx: &mut Transaction, old: &KeyRecord, rotation: &Rotation) -> Result<()> {
    let account = &old.account_id;
    let settings = KeySettings {
        expires_at: rotation.expires_at,
        ..old.settings()
    };
    let new = require_key(tx, account, &rotation.id).await?.with(settings);
    write(tx, &new).await?;
    query(SET_PREDECESSOR)
        .bind(account.as_str())
        .bind(rotation.id.as_str())
        .bind(old.id.as_str())
        .execute(tx)
        .await?;
    Ok(())
}

async fn end_replaced(tx: &mut Transaction, old: &KeyRecord, rotation: &Rotation) -> Result<()> {
    let expires_at = rotation.old_expiry.expiry(old.expires_at);
    query(END_REPLACED)
        .bind(old.account_id.as_str())
        .bind(old.id.as_str())
        .bind(rotation.id.as_str())
        .bind(rotation.at.millis())
        .bind(expires_at.map(Timestamp::millis))
        .execute(&mut *tx)
        .await?;
    if rotation.old_expiry == OldKeyExpiry::Now {
        let revocation = NewRevocation {
            at: rotation.at,
            by: Revoker::Member(rotation.by.clone()),
            reason: RevokeReason::Replaced,
        };
        revoke(tx, old, &revocation).await?;
    }
    Ok(())
}
