//! Changes of items.

mod statements;

pub(crate) use statements::*;

use super::{
    Executor, PageRow, Result, SqlStore, Transaction, can_be_stored, read, read_all, read_page,
};
use crate::query::{query, query_scalar};
use async_trait::async_trait;
use domain::{AccountId, Timestamp};
use service::inventory::StoredItem;
use service::store::{
    ItemChangeStore, ItemCursor, ItemFeed, MAX_REMOVALS, MAX_REMOVED_ITEMS, PAGE_BYTES, Page,
    RemovedItem,
};

/// Maximum number of removals that one change deletes from the list: twice the number that one
/// change can add.
const MAX_FORGOTTEN: usize = 2 * MAX_REMOVED_ITEMS;

/// Single removals check the length of the list only once in this number of changes.
const TRIM_INTERVAL: i64 = 64;

#[async_trait]
impl ItemChangeStore for SqlStore {
    async fn item_feed(&self, account: &AccountId) -> Result<ItemFeed> {
        feed(self.readers("reading the last change of items"), account).await
    }

    async fn changed_items(
        &self,
        account: &AccountId,
        after: &ItemCursor,
        until: u64,
        limit: u32,
    ) -> Result<Page<(u64, StoredItem)>> {
        let rows: Vec<PageRow<ChangedItemRow>> = query(LIST_CHANGED)
            .bind(account.as_str())
            .bind(to_database(after.number))
            .bind(comparable_id(&after.id))
            .bind(to_database(until))
            .bind(i64::from(limit) + 1)
            .bind(i64::from(PAGE_BYTES))
            .fetch_all(self.listings("listing changes of items"))
            .await?;
        read_page(rows, limit)
    }

    async fn removed_items(
        &self,
        account: &AccountId,
        after: &ItemCursor,
        until: u64,
        limit: u32,
    ) -> Result<Page<(u64, RemovedItem)>> {
        let mut rows: Vec<RemovedItemRow> = query(LIST_REMOVED)
            .bind(account.as_str())
            .bind(to_database(after.number))
            .bind(comparable_id(&after.id))
            .bind(to_database(until))
            .bind(i64::from(limit) + 1)
            .fetch_all(self.listings("listing removed items"))
            .await?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let entries = read_all(rows)?;
        Ok(Page { entries, more })
    }

    async fn forget_removed_items(&self, expired: Timestamp, limit: u32) -> Result<u64> {
        let oldest: Option<String> = query_scalar(OLDEST)
            .bind(expired.millis())
            .fetch_optional(self.readers("forgetting removed items"))
            .await?;
        let Some(account) = oldest.and_then(|account| AccountId::parse(&account).ok()) else {
            return Ok(0);
        };
        let mut tx = self
            .begin_feed(&account, "forgetting removed items")
            .await?;
        let until: Option<i64> = query_scalar(LAST_OLD)
            .bind(account.as_str())
            .bind(expired.millis())
            .fetch_one(&mut tx)
            .await?;
        let forgotten = match until {
            Some(until) => forget(&mut tx, &account, until, limit as usize).await?,
            None => 0,
        };
        tx.commit().await?;
        Ok(forgotten)
    }
}

async fn feed(executor: impl Executor, account: &AccountId) -> Result<ItemFeed> {
    let row: Option<FeedRow> = query(FEED)
        .bind(account.as_str())
        .fetch_optional(executor)
        .await?;
    Ok(read(row)?.unwrap_or_default())
}

/// A change of items by a transaction, with its number. The number is drawn once it is
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
        tx: &mut Transaction,
        account: &'a AccountId,
        now: Timestamp,
    ) -> Result<Self> {
        let last = feed(tx, account).await?.last_change;
        Ok(Self {
            account,
            number: to_database(last) + 1,
            now,
        })
    }

    /// Records the number. Items are removed only after this, since removals are listed under the
    /// recorded number.
    pub(super) async fn record(&self, tx: &mut Transaction) -> Result<()> {
        query(NUMBER)
            .bind(self.account.as_str())
            .bind(self.number)
            .bind(self.now.millis())
            .execute(tx)
            .await?;
        Ok(())
    }

    /// Deletes the oldest removals if the list is too long after this change, which removed
    /// `removed` items.
    pub(super) async fn trim(&self, tx: &mut Transaction, removed: usize) -> Result<()> {
        if removed == 0 || (removed == 1 && self.number % TRIM_INTERVAL != 0) {
            return Ok(());
        }
        let last: Option<i64> = query_scalar(LAST_BEYOND)
            .bind(self.account.as_str())
            .bind(i64::from(MAX_REMOVALS))
            .fetch_optional(&mut *tx)
            .await?;
        if let Some(last) = last {
            forget(tx, self.account, last, MAX_FORGOTTEN).await?;
        }
        Ok(())
    }
}

/// Deletes removals with numbers up to `until`, the oldest first, and records how far.
async fn forget(
    tx: &mut Transaction,
    account: &AccountId,
    until: i64,
    limit: usize,
) -> Result<u64> {
    let numbers: Vec<i64> = query_scalar(FORGET)
        .bind(account.as_str())
        .bind(until)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&mut *tx)
        .await?;
    if let Some(last) = numbers.iter().max() {
        query(SET_FORGOTTEN)
            .bind(account.as_str())
            .bind(*last)
            .execute(tx)
            .await?;
    }
    Ok(numbers.len() as u64)
}

/// Converts a number for the database. No change has a number that the database cannot store.
fn to_database(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX - 1)
}

/// Converts an id for a comparison. No item has an id that cannot be stored, so a cursor with such
/// an id precedes all items with the same number.
fn comparable_id(id: &str) -> &str {
    if can_be_stored(id) { id } else { "" }
}
