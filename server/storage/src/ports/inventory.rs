//! The sellers' items.

use super::{
    Connection, Executor, Result, Store, Turn, can_be_stored, read, read_all, record, upsert_all,
};
use crate::error::Doing as _;
use crate::sql::inventory;
use crate::sql::inventory::ItemRow;
use async_trait::async_trait;
use domain::{AccountId, Timestamp};
use service::inventory::{Condition, Item, ItemFilter, StoredItem};
use service::store::{AuditEvent, InventoryStore, Put, Removal, StoreError, UpsertCounts};
use std::collections::HashSet;

#[async_trait]
impl InventoryStore for Store {
    async fn upsert_items(
        &self,
        account: &AccountId,
        items: &[Item],
        kept: Option<&HashSet<&str>>,
        now: Timestamp,
        event: &(dyn Fn(UpsertCounts) -> AuditEvent + Send + Sync),
    ) -> Result<UpsertCounts> {
        let _turn = self.feed_turn("storing items").await?;
        let mut tx = self.begin(Turn::Feed(account), "storing items").await?;
        let mut counts = upsert_all(&mut tx, account, items, now).await?;
        if let Some(kept) = kept {
            counts.removed = sweep(&mut tx, account, kept).await?;
        }
        if counts.created + counts.updated + counts.removed > 0 {
            record(&mut tx, &event(counts)).await?;
        }
        tx.commit().await.doing("storing items")?;
        Ok(counts)
    }

    async fn put_item(
        &self,
        account: &AccountId,
        item: &Item,
        condition: &Condition,
        now: Timestamp,
        event: AuditEvent,
    ) -> Result<Put> {
        const DOING: &str = "storing an item";
        let _turn = self.feed_turn(DOING).await?;
        let mut tx = self.begin(Turn::Feed(account), DOING).await?;
        let before = find(&mut *tx, account, item.id.as_str()).await?;
        if !condition.holds(before.as_ref().map(StoredItem::version)) {
            return Ok(Put::ConditionFailed);
        }
        let changed = upsert(&mut tx, account, item, now).await?;
        if let (None, Some(before)) = (changed, before) {
            return Ok(Put::Updated(Box::new(before)));
        }
        let stored = find(&mut *tx, account, item.id.as_str()).await?;
        let stored = stored.ok_or(sqlx::Error::RowNotFound).doing(DOING)?;
        record(&mut tx, &event).await?;
        tx.commit().await.doing(DOING)?;
        let stored = Box::new(stored);
        Ok(if stored.revision == 1 {
            Put::Created(stored)
        } else {
            Put::Updated(stored)
        })
    }

    async fn list_items(
        &self,
        account: &AccountId,
        filter: &ItemFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<StoredItem>> {
        const DOING: &str = "listing items";
        if !can_match(filter) {
            return Ok(Vec::new());
        }
        let rows: Vec<ItemRow> = sqlx::query_as(inventory::PAGE)
            .bind(account.as_str())
            .bind(filter.category.as_deref())
            .bind(pattern(filter))
            .bind(filter.updated_since.map(Timestamp::millis))
            .bind(after.unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(&self.listings)
            .await
            .doing(DOING)?;
        read_all(rows, DOING)
    }

    async fn count_items(&self, account: &AccountId, filter: &ItemFilter) -> Result<u64> {
        if !can_match(filter) {
            return Ok(0);
        }
        let count: i64 = sqlx::query_scalar(inventory::COUNT)
            .bind(account.as_str())
            .bind(filter.category.as_deref())
            .bind(pattern(filter))
            .bind(filter.updated_since.map(Timestamp::millis))
            .fetch_one(&self.listings)
            .await
            .doing("counting items")?;
        Ok(count.unsigned_abs())
    }

    async fn find_item(&self, account: &AccountId, id: &str) -> Result<Option<StoredItem>> {
        find(&self.readers, account, id).await
    }

    async fn delete_item(
        &self,
        account: &AccountId,
        id: &str,
        condition: &Condition,
        event: AuditEvent,
    ) -> Result<Removal> {
        const DOING: &str = "deleting an item";
        let mut tx = self.begin(Turn::Account(account), DOING).await?;
        let Some(before) = find(&mut *tx, account, id).await? else {
            return Ok(Removal::Missing);
        };
        if !condition.holds(Some(before.version())) {
            return Ok(Removal::ConditionFailed);
        }
        delete(&mut tx, account, id).await?;
        record(&mut tx, &event).await?;
        tx.commit().await.doing(DOING)?;
        Ok(Removal::Removed)
    }
}

fn can_match(filter: &ItemFilter) -> bool {
    let texts = [&filter.category, &filter.q];
    texts.into_iter().flatten().all(|text| can_be_stored(text))
}

fn pattern(filter: &ItemFilter) -> Option<String> {
    let q = filter.q.as_deref().map(ItemFilter::folded);
    q.map(|folded| inventory::contains(&folded))
}

async fn find<'e>(
    executor: impl Executor<'e>,
    account: &AccountId,
    id: &str,
) -> Result<Option<StoredItem>> {
    const DOING: &str = "finding an item";
    if !can_be_stored(id) {
        return Ok(None);
    }
    let row: Option<ItemRow> = sqlx::query_as(inventory::FIND)
        .bind(account.as_str())
        .bind(id)
        .fetch_optional(executor)
        .await
        .doing(DOING)?;
    read(row, DOING)
}

async fn delete(connection: &mut Connection, account: &AccountId, id: &str) -> Result<()> {
    sqlx::query(inventory::DELETE)
        .bind(account.as_str())
        .bind(id)
        .execute(connection)
        .await
        .doing("deleting an item")?;
    Ok(())
}

/// Removes all but those that are kept, and says how many.
async fn sweep(
    connection: &mut Connection,
    account: &AccountId,
    kept: &HashSet<&str>,
) -> Result<u64> {
    let ids: Vec<String> = sqlx::query_scalar(inventory::IDS)
        .bind(account.as_str())
        .fetch_all(&mut *connection)
        .await
        .doing("listing the items that a full feed leaves out")?;
    let left_out = |id: &&String| !kept.contains(id.as_str());
    let left_out: Vec<&String> = ids.iter().filter(left_out).collect();
    let mut removed = 0;
    for some in left_out.chunks(inventory::DELETED_AT_ONCE) {
        // The last one fills the places that are left.
        let last = some.last().copied();
        let mut query = sqlx::query(inventory::DELETE_SOME).bind(account.as_str());
        for place in 0..inventory::DELETED_AT_ONCE {
            query = query.bind(some.get(place).copied().or(last).map(String::as_str));
        }
        let done = query.execute(&mut *connection).await;
        removed += done
            .doing("deleting the items that a full feed leaves out")?
            .rows_affected();
    }
    Ok(removed)
}

pub(in super::super) fn attributes_text(item: &Item) -> Result<String> {
    serde_json::to_string(&item.attributes).map_err(|error| StoreError::Broken(error.into()))
}

/// What items are searched by.
pub(in super::super) fn search_text(item: &Item) -> String {
    ItemFilter::folded(&format!("{}\n{}", item.id.as_str(), item.name))
}

/// The item's revision, where this changed it.
pub(in super::super) async fn upsert(
    connection: &mut Connection,
    account: &AccountId,
    item: &Item,
    now: Timestamp,
) -> Result<Option<i64>> {
    let attributes = attributes_text(item)?;
    sqlx::query_scalar(inventory::UPSERT)
        .bind(account.as_str())
        .bind(item.id.as_str())
        .bind(item.name.as_str())
        .bind(item.category.as_deref())
        .bind(item.price.map(service::inventory::Price::cents))
        .bind(item.currency.map(service::inventory::Currency::code))
        .bind(item.description.as_deref())
        .bind(item.url.as_deref())
        .bind(item.image_url.as_deref())
        .bind(i64::from(item.available))
        .bind(attributes)
        .bind(now.millis())
        .bind(search_text(item))
        .fetch_optional(connection)
        .await
        .doing("storing an item")
}
