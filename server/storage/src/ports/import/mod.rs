//! Files that members import in the console.

mod mapping;
mod statements;

pub(crate) use statements::*;

use super::{Result, SqlStore, Transaction, can_be_stored};
use crate::query::{query, query_scalar};
use async_trait::async_trait;
use domain::{AccountId, MemberId, Timestamp};
use mapping::remember;
use service::store::{
    Actor, AppliedImport, HeaderDigest, ImportChoices, ImportKey, ImportStore,
    MAX_PENDING_IMPORT_BYTES, NewImport, ReplaceImportOutcome, StoreError, StoredImport,
};

/// Size in bytes of one row of a file.
const PART_BYTES: usize = 256 * 1024;

#[async_trait]
impl ImportStore for SqlStore {
    async fn replace_import(&self, new: NewImport<'_>) -> Result<ReplaceImportOutcome> {
        let ImportKey {
            account,
            member,
            id,
        } = new.name;
        // A file is as large as a feed, so it waits for a feed permit, and leaves the account's
        // lock to other changes.
        let sender = Actor::Member(member.clone());
        let _permit = self
            .feed_limiter
            .permit(account, &sender, "storing a file to import")
            .await?;
        self.engine.make_room_for_feed().await;
        let mut tx = self.begin_feed(account, "storing a file to import").await?;
        for statement in [FORGET_PARTS, FORGET] {
            query(statement)
                .bind(account.as_str())
                .bind(member.as_str())
                .execute(&mut tx)
                .await?;
        }
        let pending: i64 = query_scalar(PENDING)
            .bind(account.as_str())
            .bind(new.expired.millis())
            .fetch_one(&mut tx)
            .await?;
        if pending.unsigned_abs() + new.bytes.len() as u64 > MAX_PENDING_IMPORT_BYTES {
            return Ok(ReplaceImportOutcome::NoRoom);
        }
        query(INSERT)
            .bind(id)
            .bind(account.as_str())
            .bind(member.as_str())
            .bind(new.file_name)
            .bind(i64::try_from(new.bytes.len()).unwrap_or(i64::MAX))
            .bind(new.at.millis())
            .execute(&mut tx)
            .await?;
        for (number, part) in (0_i64..).zip(new.bytes.chunks(PART_BYTES)) {
            query(ADD_PART)
                .bind(id)
                .bind(number)
                .bind(part)
                .execute(&mut tx)
                .await?;
        }
        tx.commit().await?;
        Ok(ReplaceImportOutcome::Stored)
    }

    async fn find_import(
        &self,
        name: ImportKey<'_>,
        expired: Timestamp,
    ) -> Result<Option<StoredImport>> {
        if !can_be_stored(name.id) {
            return Ok(None);
        }
        query(FIND)
            .bind(name.account.as_str())
            .bind(name.member.as_str())
            .bind(name.id)
            .bind(expired.millis())
            .parse_optional::<ImportRow, _>(self.readers("finding a file to import"))
            .await
    }

    async fn import_bytes(&self, name: ImportKey<'_>) -> Result<Vec<u8>> {
        let parts: Vec<Vec<u8>> = query_scalar(PARTS)
            .bind(name.account.as_str())
            .bind(name.member.as_str())
            .bind(name.id)
            .fetch_all(self.readers("reading a file to import"))
            .await?;
        Ok(parts.concat())
    }

    async fn choose_import(&self, name: ImportKey<'_>, choices: ImportChoices<'_>) -> Result<bool> {
        let account = name.account;
        let mut tx = self
            .begin_change(account, "storing the choices for an import")
            .await?;
        let updated_rows = query(CHOOSE)
            .bind(account.as_str())
            .bind(name.member.as_str())
            .bind(name.id)
            .bind(choices.choices)
            .bind(choices.expired.millis())
            .execute(&mut tx)
            .await?;
        if updated_rows == 0 {
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn discard_import(&self, name: ImportKey<'_>) -> Result<bool> {
        if !can_be_stored(name.id) {
            return Ok(false);
        }
        let mut tx = self
            .begin_change(name.account, "discarding a file to import")
            .await?;
        let mut discarded = 0;
        for statement in [DISCARD_PARTS, DISCARD] {
            let deleted = query(statement)
                .bind(name.account.as_str())
                .bind(name.member.as_str())
                .bind(name.id)
                .execute(&mut tx)
                .await?;
            discarded = deleted;
        }
        tx.commit().await?;
        Ok(discarded > 0)
    }

    async fn find_mapping(
        &self,
        account: &AccountId,
        header: &HeaderDigest,
    ) -> Result<Option<String>> {
        query_scalar(FIND_MAPPING)
            .bind(account.as_str())
            .bind(header.0.as_slice())
            .fetch_optional(self.readers("finding the mapping of a header"))
            .await
    }

    async fn finish_import(&self, account: &AccountId, applied: &AppliedImport) -> Result<bool> {
        let mut tx = self
            .begin_change(account, "storing the result of an import")
            .await?;
        let finished = finish(&mut tx, account, applied).await?;
        if finished {
            tx.commit().await?;
        }
        Ok(finished)
    }

    async fn sweep_imports(&self, expired: Timestamp, limit: u32) -> Result<u64> {
        let ids: Vec<String> = query_scalar(LIST_EXPIRED)
            .bind(expired.millis())
            .bind(i64::from(limit))
            .fetch_all(self.readers("sweeping old imports"))
            .await?;
        let mut swept = 0;
        // One transaction per file, since a file may be large.
        for id in ids {
            let mut tx = self.begin_global_change("sweeping old imports").await?;
            for statement in [SWEEP_PARTS, SWEEP] {
                query(statement).bind(&id).execute(&mut tx).await?;
            }
            tx.commit().await?;
            swept += 1;
        }
        Ok(swept)
    }
}

/// Stores the result in the transaction of the feed.
///
/// # Errors
/// [`StoreError::Unavailable`] if the import already has a result or is gone. The feed must not be
/// committed then.
pub(super) async fn finish_with_change(
    tx: &mut Transaction,
    account: &AccountId,
    applied: &AppliedImport,
) -> Result<()> {
    if finish(tx, account, applied).await? {
        return Ok(());
    }
    let reason = "the import was applied already, or is gone";
    Err(StoreError::Unavailable(reason.into()))
}

async fn finish(
    tx: &mut Transaction,
    account: &AccountId,
    applied: &AppliedImport,
) -> Result<bool> {
    let AppliedImport {
        member,
        id,
        result,
        at,
        mapping,
    } = applied;
    let updated_rows = query(FINISH)
        .bind(account.as_str())
        .bind(member.as_str())
        .bind(id)
        .bind(result)
        .execute(&mut *tx)
        .await?;
    if updated_rows == 0 {
        return Ok(false);
    }
    forget_bytes(tx, account, member).await?;
    if let Some(mapping) = mapping {
        remember(tx, account, mapping, *at).await?;
    }
    Ok(true)
}

/// Deletes the content of the member's file.
async fn forget_bytes(tx: &mut Transaction, account: &AccountId, member: &MemberId) -> Result<()> {
    query(FORGET_PARTS)
        .bind(account.as_str())
        .bind(member.as_str())
        .execute(tx)
        .await?;
    Ok(())
}
