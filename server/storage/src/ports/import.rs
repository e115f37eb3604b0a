//! Files that members import in the console.

use super::mapping::remember;
use super::{Connection, LockScope, Result, Store, can_be_stored, read};
use crate::error::Doing as _;
use crate::sql::import;
use crate::sql::import::ImportRow;
use async_trait::async_trait;
use domain::{AccountId, MemberId, Timestamp};
use service::store::{
    Actor, AppliedImport, HeaderDigest, ImportChoices, ImportName, ImportStore, Imported,
    NewImport, PENDING_BYTES, StoreError, StoredImport,
};

/// Size in bytes of one row of a file.
const PART: usize = 256 * 1024;

#[async_trait]
impl ImportStore for Store {
    async fn replace_import(&self, new: NewImport<'_>) -> Result<Imported> {
        const DOING: &str = "storing a file to import";
        let ImportName {
            account,
            member,
            id,
        } = new.name;
        // A file is as large as a feed, so it waits for a feed permit, and leaves the account's
        // lock to other changes.
        let sender = Actor::Member(member.clone());
        let _turn = self.feeds.turn(account, &sender, DOING).await?;
        self.make_room_for_feed().await;
        let mut tx = self.begin(LockScope::Feed(account), DOING).await?;
        for statement in [import::FORGET_PARTS, import::FORGET] {
            sqlx::query(statement)
                .bind(account.as_str())
                .bind(member.as_str())
                .execute(&mut *tx)
                .await
                .doing(DOING)?;
        }
        let pending: i64 = sqlx::query_scalar(import::PENDING)
            .bind(account.as_str())
            .bind(new.expired.millis())
            .fetch_one(&mut *tx)
            .await
            .doing(DOING)?;
        if pending.unsigned_abs() + new.bytes.len() as u64 > PENDING_BYTES {
            return Ok(Imported::NoRoom);
        }
        sqlx::query(import::INSERT)
            .bind(id)
            .bind(account.as_str())
            .bind(member.as_str())
            .bind(new.file_name)
            .bind(i64::try_from(new.bytes.len()).unwrap_or(i64::MAX))
            .bind(new.at.millis())
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        for (number, part) in (0_i64..).zip(new.bytes.chunks(PART)) {
            sqlx::query(import::ADD_PART)
                .bind(id)
                .bind(number)
                .bind(part)
                .execute(&mut *tx)
                .await
                .doing(DOING)?;
        }
        tx.commit().await.doing(DOING)?;
        Ok(Imported::Stored)
    }

    async fn find_import(
        &self,
        name: ImportName<'_>,
        expired: Timestamp,
    ) -> Result<Option<StoredImport>> {
        const DOING: &str = "finding a file to import";
        if !can_be_stored(name.id) {
            return Ok(None);
        }
        let row: Option<ImportRow> = sqlx::query_as(import::FIND)
            .bind(name.account.as_str())
            .bind(name.member.as_str())
            .bind(name.id)
            .bind(expired.millis())
            .fetch_optional(&self.readers)
            .await
            .doing(DOING)?;
        read(row, DOING)
    }

    async fn import_bytes(&self, name: ImportName<'_>) -> Result<Vec<u8>> {
        let parts: Vec<Vec<u8>> = sqlx::query_scalar(import::PARTS)
            .bind(name.account.as_str())
            .bind(name.member.as_str())
            .bind(name.id)
            .fetch_all(&self.readers)
            .await
            .doing("reading a file to import")?;
        Ok(parts.concat())
    }

    async fn choose_import(
        &self,
        name: ImportName<'_>,
        choices: ImportChoices<'_>,
    ) -> Result<bool> {
        const DOING: &str = "storing the choices for an import";
        let account = name.account;
        let mut tx = self.begin(LockScope::Account(account), DOING).await?;
        let chosen = sqlx::query(import::CHOOSE)
            .bind(account.as_str())
            .bind(name.member.as_str())
            .bind(name.id)
            .bind(choices.choices)
            .bind(choices.expired.millis())
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        if chosen.rows_affected() == 0 {
            return Ok(false);
        }
        tx.commit().await.doing(DOING)?;
        Ok(true)
    }

    async fn discard_import(&self, name: ImportName<'_>) -> Result<bool> {
        const DOING: &str = "discarding a file to import";
        if !can_be_stored(name.id) {
            return Ok(false);
        }
        let mut tx = self.begin(LockScope::Account(name.account), DOING).await?;
        let mut discarded = 0;
        for statement in [import::DISCARD_PARTS, import::DISCARD] {
            let deleted = sqlx::query(statement)
                .bind(name.account.as_str())
                .bind(name.member.as_str())
                .bind(name.id)
                .execute(&mut *tx)
                .await
                .doing(DOING)?;
            discarded = deleted.rows_affected();
        }
        tx.commit().await.doing(DOING)?;
        Ok(discarded > 0)
    }

    async fn find_mapping(
        &self,
        account: &AccountId,
        header: &HeaderDigest,
    ) -> Result<Option<String>> {
        sqlx::query_scalar(import::FIND_MAPPING)
            .bind(account.as_str())
            .bind(header.0.as_slice())
            .fetch_optional(&self.readers)
            .await
            .doing("finding the mapping of a header")
    }

    async fn finish_import(&self, account: &AccountId, applied: &AppliedImport) -> Result<bool> {
        const DOING: &str = "storing the result of an import";
        let mut tx = self.begin(LockScope::Account(account), DOING).await?;
        let finished = finish(&mut tx, account, applied).await?;
        if finished {
            tx.commit().await.doing(DOING)?;
        }
        Ok(finished)
    }

    async fn sweep_imports(&self, expired: Timestamp, limit: u32) -> Result<u64> {
        const DOING: &str = "sweeping old imports";
        let ids: Vec<String> = sqlx::query_scalar(import::EXPIRED)
            .bind(expired.millis())
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .doing(DOING)?;
        let mut swept = 0;
        // One transaction per file, since a file may be large.
        for id in ids {
            let mut tx = self.begin(LockScope::Installation, DOING).await?;
            for statement in [import::SWEEP_PARTS, import::SWEEP] {
                sqlx::query(statement)
                    .bind(&id)
                    .execute(&mut *tx)
                    .await
                    .doing(DOING)?;
            }
            tx.commit().await.doing(DOING)?;
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
    connection: &mut Connection,
    account: &AccountId,
    applied: &AppliedImport,
) -> Result<()> {
    if finish(connection, account, applied).await? {
        return Ok(());
    }
    let why = "the import was applied already, or is gone";
    Err(StoreError::Unavailable(why.into()))
}

async fn finish(
    connection: &mut Connection,
    account: &AccountId,
    applied: &AppliedImport,
) -> Result<bool> {
    const DOING: &str = "storing the result of an import";
    let AppliedImport {
        member,
        id,
        result,
        at,
        mapping,
    } = applied;
    let finished = sqlx::query(import::FINISH)
        .bind(account.as_str())
        .bind(member.as_str())
        .bind(id)
        .bind(result)
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    if finished.rows_affected() == 0 {
        return Ok(false);
    }
    forget_bytes(connection, account, member).await?;
    if let Some(mapping) = mapping {
        remember(connection, account, mapping, *at).await?;
    }
    Ok(true)
}

/// Deletes the content of the member's file.
async fn forget_bytes(
    connection: &mut Connection,
    account: &AccountId,
    member: &MemberId,
) -> Result<()> {
    sqlx::query(import::FORGET_PARTS)
        .bind(account.as_str())
        .bind(member.as_str())
        .execute(connection)
        .await
        .doing("deleting the bytes of an import")?;
    Ok(())
}
