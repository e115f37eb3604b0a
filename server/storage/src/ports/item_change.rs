//! Changes of items.

use super::{
    Connection, Executor, LockScope, Paged, Result, Store, can_be_stored, read, read_all, read_page,
};
use crate::error::Doing as _;
use crate::sql::item_change;
use crate::sql::item_change::{ChangedRow, FeedRow, RemovedRow};
use async_trait::async_trait;
use domain::{AccountId, Timestamp};
use service::inventory::StoredItem;
use service::store::{
    ItemChangeStore, ItemFeed, ItemPlace, Listed, PAGE_BYTES, REMOVALS_KEPT, REMOVED_AT_MOST,
    RemovedItem,
};

/// Maximum number of removals that one change deletes from the list: as many as it adds, and as
/// many again of earlier changes.
const FORGOTTEN_AT_MOST: usize = 2 * REMOVED_AT_MOST;

/// Single removals check the length of the list only once in this number of changes.
const LOOK_EVERY: i64 = 64;

#[async_trait]
impl ItemChangeStore for Store {
    async fn item_feed(&self, account: &AccountId) -> Result<ItemFeed> {
        feed(&self.readers, account).await
    }

    async fn changed_items(
        &self,
        account: &AccountId,
        after: &ItemPlace,
        until: u64,
        limit: u32,
    ) -> Result<Listed<(u64, StoredItem)>> {
        const DOING: &str = "listing changes of items";
        let rows: Vec<Paged<ChangedRow>> = sqlx::query_as(item_change::CHANGED)
            .bind(account.as_str())
            .bind(stored(after.number))
            .bind(text(&after.id))
            .bind(stored(until))
            .bind(i64::from(limit) + 1)
            .bind(i64::from(PAGE_BYTES))
            .fetch_all(&self.listings)
            .await
            .doing(DOING)?;
        read_page(rows, limit, DOING)
    }

    async fn removed_items(
        &self,
        account: &AccountId,
        after: &ItemPlace,
        until: u64,
        limit: u32,
    ) -> Result<Listed<(u64, RemovedItem)>> {
        const DOING: &str = "listing removed items";
        let mut rows: Vec<RemovedRow> = sqlx::query_as(item_change::REMOVED)
            .bind(account.as_str())
            .bind(stored(after.number))
            .bind(text(&after.id))
            .bind(stored(until))
            .bind(i64::from(limit) + 1)
            .fetch_all(&self.listings)
            .await
            .doing(DOING)?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let entries = read_all(rows, DOING)?;
        Ok(Listed { entries, more })
    }

    async fn forget_removed_items(&self, expired: Timestamp, limit: u32) -> Result<u64> {
        const DOING: &str = "forgetting removed items";
        let oldest: Option<String> = sqlx::query_scalar(item_change::OLDEST)
            .bind(expired.millis())
            .fetch_optional(&self.readers)
            .await
            .doing(DOING)?;
        let Some(account) = oldest.and_then(|account| AccountId::parse(&account).ok()) else {
            return Ok(0);
        };
        let mut tx = self.begin(LockScope::Feed(&account), DOING).await?;
        let until: Option<i64> = sqlx::query_scalar(item_change::LAST_OLD)
            .bind(account.as_str())
            .bind(expired.millis())
            .fetch_one(&mut *tx)
            .await
            .doing(DOING)?;
        let forgotten = match until {
            Some(until) => forget(&mut tx, &account, until, limit as usize).await?,
            None => 0,
        };
        tx.commit().await.doing(DOING)?;
        Ok(forgotten)
    }
}

async fn feed(executor: impl Executor<'_>, account: &AccountId) -> Result<ItemFeed> {
    const DOING: &str = "reading the last change of items";
    let row: Option<FeedRow> = sqlx::query_as(item_change::FEED)
        .bind(account.as_str())
        .fetch_optional(executor)
        .await
        .doing(DOING)?;
    Ok(read(row, DOING)?.unwrap_or_default())
}

/// A change of items by `connection`'s transaction, with its number. The number is drawn once it is
/// recorded.
pub(super) struct NumberedChange<'a> {
    account: &'a AccountId,
    pub(super) number: i64,
    now: Timestamp,
}

impl<'a> NumberedChange<'a> {
    /// The transaction must hold the account's lock for feeds, so that no other change draws the
    /// same number.
    pub(super) async fn begin(
        connection: &mut Connection,
        account: &'a AccountId,
        now: Timestamp,
    ) -> Result<Self> {
        let last = feed(connection, account).await?.last_change;
        Ok(Self {
            account,
            number: stored(last) + 1,
            now,
        })
    }

    /// Records the number. Items are removed only after this, since removals are listed under the
    /// recorded number.
    pub(super) async fn record(&self, connection: &mut Connection) -> Result<()> {
        sqlx::query(item_change::NUMBER)
            .bind(self.account.as_str())
            .bind(self.number)
            .bind(self.now.millis())
            .execute(connection)
            .await
            .doing("numbering a change of items")?;
        Ok(())
    }

    /// Deletes the oldest removals if the list is too long after this change, which removed
    /// `removed` items.
    pub(super) async fn trim(&self, connection: &mut Connection, removed: usize) -> Result<()> {
        if removed == 0 || (removed == 1 && self.number % LOOK_EVERY != 0) {
            return Ok(());
        }
        let beyond: Option<i64> = sqlx::query_scalar(item_change::LAST_BEYOND)
            .bind(self.account.as_str())
            .bind(i64::from(REMOVALS_KEPT))
            .fetch_optional(&mut *connection)
            .await
            .doing("counting removed items")?;
        if let Some(beyond) = beyond {
            forget(connection, self.account, beyond, FORGOTTEN_AT_MOST).await?;
        }
        Ok(())
    }
}

/// Deletes removals with numbers up to `until`, the oldest first, and records how far.
async fn forget(
    connection: &mut Connection,
    account: &AccountId,
    until: i64,
    limit: usize,
) -> Result<u64> {
    const DOING: &str = "forgetting removed items";
    let numbers: Vec<i64> = sqlx::query_scalar(item_change::FORGET)
        .bind(account.as_str())
        .bind(until)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&mut *connection)
        .await
        .doing(DOING)?;
    if let Some(last) = numbers.iter().max() {
        sqlx::query(item_change::FORGOTTEN)
            .bind(account.as_str())
            .bind(*last)
            .execute(connection)
            .await
            .doing(DOING)?;
    }
    Ok(numbers.len() as u64)
}

/// Converts a number for the database. No change has a number that the database cannot store.
fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX - 1)
}

/// Converts an id for a comparison. No item has an id that cannot be stored, so a cursor with such
/// an id precedes all items with the same number.
fn text(id: &str) -> &str {
    if can_be_stored(id) { id } else { "" }
}
