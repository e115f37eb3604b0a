//! The sellers' items.

use super::{Result, SqliteStore, read, read_all, record};
use crate::error::Doing as _;
use crate::sql::inventory;
use crate::sql::inventory::ItemRow;
use async_trait::async_trait;
use domain::{AccountId, Timestamp};
use service::inventory::{Item, StoredItem};
use service::store::{AuditEvent, InventoryStore, StoreError, UpsertCounts};
use sqlx::SqliteConnection;

#[async_trait]
impl InventoryStore for SqliteStore {
    async fn upsert_items(
        &self,
        account: &AccountId,
        items: &[Item],
        now: Timestamp,
        event: &(dyn Fn(UpsertCounts) -> AuditEvent + Send + Sync),
    ) -> Result<UpsertCounts> {
        let mut counts = UpsertCounts::default();
        let _turn = self.feed_turn("storing items").await?;
        let mut tx = self.begin("storing items").await?;
        for item in items {
            match upsert(&mut tx, account, item, now).await? {
                None => counts.unchanged += 1,
                Some(1) => counts.created += 1,
                Some(_) => counts.updated += 1,
            }
        }
        if counts.created + counts.updated > 0 {
            record(&mut tx, &event(counts)).await?;
        }
        tx.commit().await.doing("storing items")?;
        Ok(counts)
    }

    async fn list_items(
        &self,
        account: &AccountId,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<StoredItem>> {
        const DOING: &str = "listing items";
        let rows: Vec<ItemRow> = sqlx::query_as(inventory::PAGE)
            .bind(account.as_str())
            .bind(after.unwrap_or_default())
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await
            .doing(DOING)?;
        read_all(rows, DOING)
    }

    async fn count_items(&self, account: &AccountId) -> Result<u64> {
        let count: i64 = sqlx::query_scalar(inventory::COUNT)
            .bind(account.as_str())
            .fetch_one(&self.readers)
            .await
            .doing("counting items")?;
        Ok(count.unsigned_abs())
    }

    async fn find_item(&self, account: &AccountId, id: &str) -> Result<Option<StoredItem>> {
        const DOING: &str = "finding an item";
        let row: Option<ItemRow> = sqlx::query_as(inventory::FIND)
            .bind(account.as_str())
            .bind(id)
            .fetch_optional(&self.readers)
            .await
            .doing(DOING)?;
        read(row, DOING)
    }

    async fn delete_item(&self, account: &AccountId, id: &str, event: AuditEvent) -> Result<bool> {
        const DOING: &str = "deleting an item";
        let mut tx = self.begin(DOING).await?;
        let deleted = sqlx::query(inventory::DELETE)
            .bind(account.as_str())
            .bind(id)
            .execute(&mut *tx)
            .await
            .doing(DOING)?;
        if deleted.rows_affected() == 0 {
            return Ok(false);
        }
        record(&mut tx, &event).await?;
        tx.commit().await.doing(DOING)?;
        Ok(true)
    }
}

/// The item's revision, where this changed it.
async fn upsert(
    connection: &mut SqliteConnection,
    account: &AccountId,
    item: &Item,
    now: Timestamp,
) -> Result<Option<i64>> {
    let attributes = serde_json::to_string(&item.attributes)
        .map_err(|error| StoreError::Broken(error.into()))?;
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
        .bind(item.available)
        .bind(attributes)
        .bind(now.millis())
        .fetch_optional(connection)
        .await
        .doing("storing an item")
}
