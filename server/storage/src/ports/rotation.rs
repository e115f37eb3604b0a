//! Rotation: replacing one key by another.

use super::key::{find, insert, write};
use super::{Result, SqlStore, Transaction, key, quota, record};
use crate::error::Corrupt;
use crate::query::query;
use domain::{AccountId, KeyId, MemberId, RevokeReason, Timestamp};
use service::store::{
    AuditEvent, Inserted, KeyChange, KeyEdit, KeyRecord, KeySettings, NewKey, OldEnds,
    QuotaStore as _, Rotated, Rotation,
};

pub(super) async fn rotate(
    store: &SqlStore,
    account: &AccountId,
    old: &KeyId,
    rotation: Rotation,
    events: &(dyn for<'a> Fn(&'a KeyRecord, &'a KeyRecord) -> [AuditEvent; 2] + Send + Sync),
) -> Result<Rotated> {
    // A transaction that is dropped without a commit changes nothing, so refusals may come after
    // writes.
    let mut tx = store.begin_change(account, "rotating an API key").await?;
    let Some(before) = find(&mut tx, account, old).await? else {
        return Ok(Rotated::Missing);
    };
    // Inserted first: if a form is submitted twice, the answer is that its key exists, and not that
    // the old key is already being replaced.
    match insert(&mut tx, new_key(&before, &rotation)).await? {
        Some(Inserted::SameForm { name }) => return Ok(Rotated::SameForm { name }),
        Some(Inserted::Stopped) => return Ok(Rotated::Stopped),
        Some(Inserted::Created(_)) | None => {}
    }
    if !before.status(rotation.at).is_live() {
        return Ok(Rotated::Ended);
    }
    if let Some(replaced) = &before.replaced
        && let Some(other) = find(&mut tx, account, &replaced.by).await?
        && other.status(rotation.at).is_live()
    {
        return Ok(Rotated::UnderWay);
    }
    take_over(&mut tx, &before, &rotation).await?;
    give_way(&mut tx, &before, &rotation).await?;
    let old = there(find(&mut tx, account, old).await?)?;
    // One key more than before, unless the old key ends at once.
    let added = u64::from(old.status(rotation.at).is_live());
    quota::check_keys(&mut tx, store.quotas(), account, rotation.at, added).await?;
    let new = there(find(&mut tx, account, &rotation.id).await?)?;
    for event in &events(&old, &new) {
        record(&mut tx, event).await?;
    }
    tx.commit().await?;
    Ok(Rotated::Rotated { old, new })
}

fn there(found: Option<KeyRecord>) -> Result<Box<KeyRecord>> {
    Ok(found.map(Box::new).ok_or(Corrupt("api_keys.id"))?)
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
        form_token: rotation.form_token,
    }
}

/// Copies all settings of the old key to the new one.
async fn take_over(tx: &mut Transaction, old: &KeyRecord, rotation: &Rotation) -> Result<()> {
    let account = &old.account_id;
    let new = there(find(&mut *tx, account, &rotation.id).await?)?;
    let settings = KeySettings {
        expires_at: rotation.expires_at,
        ..old.settings()
    };
    let edit = KeyEdit {
        before: new.settings(),
        after: settings,
    };
    let new = new.changed(&KeyChange::Edit(Box::new(edit)), rotation.at);
    write(tx, &new).await?;
    query(key::TAKE_OVER)
        .bind(account.as_str())
        .bind(rotation.id.as_str())
        .bind(old.id.as_str())
        .execute(tx)
        .await?;
    Ok(())
}

async fn give_way(tx: &mut Transaction, old: &KeyRecord, rotation: &Rotation) -> Result<()> {
    let (expires_at, revoked) = match rotation.old_ends {
        OldEnds::Now => (old.expires_at, Some((rotation.at, &rotation.by))),
        OldEnds::At(end) => (Some(old.expires_at.map_or(end, |own| own.min(end))), None),
    };
    query(key::GIVE_WAY)
        .bind(old.account_id.as_str())
        .bind(old.id.as_str())
        .bind(rotation.id.as_str())
        .bind(rotation.at.millis())
        .bind(expires_at.map(Timestamp::millis))
        .bind(revoked.map(|(at, _)| at.millis()))
        .bind(revoked.map(|(_, by)| MemberId::as_str(by)))
        .bind(revoked.map(|_| RevokeReason::Replaced.as_str()))
        .execute(tx)
        .await?;
    Ok(())
}
