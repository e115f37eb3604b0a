//! The sellers' items.

mod feed;
mod statements;

pub(crate) use statements::*;

use super::item_change::NumberedChange;
use super::item_row::ItemRow;
use super::quota::ItemUsage;
use super::{Executor, PageRow, Result, SqlStore, Transaction, can_be_stored, read_page, record};
use crate::error::CorruptValue;
use crate::query::{query, query_scalar};
use async_trait::async_trait;
use domain::{AccountId, Timestamp};
use feed::{PreparedItem, delete_all, find_basis, find_left_out, update_all, upsert, upsert_all};
use service::inventory::{Condition, Item, ItemFilter, MAX_ID_CHARS, StoredItem};
use service::store::{
    Actor, AllowedRemovals, AuditEvent, DeleteItemOutcome, EditItemOutcome, FeedConditions,
    FeedRemovals, InventoryStore, ItemEdit, ItemUpdates, LargeRemoval, MAX_REMOVED_ITEMS,
    PAGE_BYTES, Page, PutItemOutcome, QuotaStore as _, UpsertCounts, UpsertOutcome,
};
use std::borrow::Cow;

#[async_trait]
impl InventoryStore for SqlStore {
    async fn upsert_items(
        &self,
        account: &AccountId,
        sender: &Actor,
        items: &[Item],
        terms: FeedConditions<'_>,
        now: Timestamp,
        event: &(dyn Fn(UpsertCounts) -> AuditEvent + Send + Sync),
    ) -> Result<UpsertOutcome> {
        let rows: Vec<PreparedItem<'_>> = items.iter().map(PreparedItem::new).collect();
        let _permit = self
            .feed_limiter
            .permit(account, sender, "storing items")
            .await?;
        self.engine.make_room_for_feed().await;
        let mut tx = self.begin_feed(account, "storing items").await?;
        let before = ItemUsage::of(&mut tx, account).await?;
        let FeedConditions { removals, basis } = terms;
        let removed = match removals {
            Some(FeedRemovals { retained, .. }) => {
                find_left_out(&mut tx, account, retained).await?
            }
            None => Vec::new(),
        };
        if removed.len() > MAX_REMOVED_ITEMS {
            return Ok(UpsertOutcome::RemovesTooMany);
        }
        let allowed = removals.map_or(AllowedRemovals::Few, |removals| removals.allowed);
        let large = LargeRemoval::unless_allowed(removed.len() as u64, before.number(), allowed);
        if let Some(large) = large {
            return Ok(UpsertOutcome::RemovalNotAllowed(large));
        }
        // Other changes of the account's items wait for this transaction, so that the items stay as
        // they are compared here.
        if let Some(basis) = basis
            && *basis != find_basis(&mut tx, account, items, &removed).await?
        {
            return Ok(UpsertOutcome::BasisChanged);
        }
        let change = NumberedChange::begin(&mut tx, account, now).await?;
        let mut counts = upsert_all(&mut tx, account, &rows, now, change.number).await?;
        if counts.created + counts.updated > 0 || !removed.is_empty() {
            change.record(&mut tx).await?;
        }
        counts.removed = delete_all(&mut tx, account, &removed).await?;
        change.trim(&mut tx, removed.len()).await?;
        before.check(&mut tx, self.quotas(), account).await?;
        if counts.created + counts.updated + counts.removed > 0 {
            tx.lock_account(account).await?;
            record(&mut tx, &event(counts)).await?;
        }
        tx.commit().await?;
        Ok(UpsertOutcome::Stored(counts))
    }

    async fn put_item(
        &self,
        account: &AccountId,
        item: &Item,
        condition: &Condition,
        now: Timestamp,
        event: AuditEvent,
    ) -> Result<PutItemOutcome> {
        let _permit = self
            .feed_limiter
            .permit(account, &event.actor, "storing an item")
            .await?;
        let mut tx = self.begin_feed(account, "storing an item").await?;
        let before = find(&mut tx, account, item.id.as_str()).await?;
        if !condition.holds(before.as_ref().map(StoredItem::version)) {
            return Ok(PutItemOutcome::ConditionFailed);
        }
        let event = |_: &StoredItem| event.clone();
        let existed = before.is_some();
        let stored = self.write(&mut tx, account, item, before, now, &event);
        let stored = Box::new(stored.await?);
        tx.commit().await?;
        Ok(if existed {
            PutItemOutcome::Updated(stored)
        } else {
            PutItemOutcome::Created(stored)
        })
    }

    async fn update_items(
        &self,
        account: &AccountId,
        sender: &Actor,
        ids: &[String],
        updates: &mut dyn ItemUpdates,
        now: Timestamp,
    ) -> Result<UpsertOutcome> {
        let _permit = self
            .feed_limiter
            .permit(account, sender, "changing items")
            .await?;
        self.engine.make_room_for_feed().await;
        let mut tx = self.begin_feed(account, "changing items").await?;
        let before = ItemUsage::of(&mut tx, account).await?;
        let change = NumberedChange::begin(&mut tx, account, now).await?;
        let counts = update_all(&mut tx, account, ids, updates, now, change.number).await?;
        let Some(counts) = counts else {
            return Ok(UpsertOutcome::ChangesTooMuch);
        };
        let Some(event) = updates.event(counts) else {
            return Ok(UpsertOutcome::Refused);
        };
        if counts.updated > 0 {
            change.record(&mut tx).await?;
            before.check(&mut tx, self.quotas(), account).await?;
            tx.lock_account(account).await?;
            record(&mut tx, &event).await?;
        }
        tx.commit().await?;
        Ok(UpsertOutcome::Stored(counts))
    }

    async fn edit_item(&self, account: &AccountId, edit: ItemEdit<'_>) -> Result<EditItemOutcome> {
        let _permit = self
            .feed_limiter
            .permit(account, edit.sender, "changing an item")
            .await?;
        let mut tx = self.begin_feed(account, "changing an item").await?;
        let Some(before) = find(&mut tx, account, edit.id).await? else {
            return Ok(EditItemOutcome::Missing);
        };
        if !edit.condition.holds(Some(before.version())) {
            return Ok(EditItemOutcome::ConditionFailed);
        }
        let item = match (edit.change)(&before) {
            Ok(item) => item,
            Err(errors) => return Ok(EditItemOutcome::Rejected(errors)),
        };
        let stored = self.write(&mut tx, account, &item, Some(before), edit.now, edit.event);
        let stored = Box::new(stored.await?);
        tx.commit().await?;
        Ok(EditItemOutcome::Updated(stored))
    }

    async fn list_items(
        &self,
        account: &AccountId,
        filter: &ItemFilter,
        after: Option<&str>,
        until: Option<&str>,
        limit: u32,
    ) -> Result<Page<StoredItem>> {
        if !can_match(filter) {
            return Ok(Page {
                entries: Vec::new(),
                more: false,
            });
        }
        let rows: Vec<PageRow<ItemRow>> = query(PAGE)
            .bind(account.as_str())
            .bind(filter.category.as_deref())
            .bind(pattern(filter))
            .bind(filter.updated_since.map(Timestamp::millis))
            .bind(after.unwrap_or_default())
            .bind(i64::from(limit) + 1)
            .bind(i64::from(PAGE_BYTES))
            .bind(last_id(until))
            .bind(lower_pattern(filter))
            .bind(attribute_pattern(filter, str::to_lowercase))
            .bind(attribute_pattern(filter, str::to_ascii_lowercase))
            .fetch_all(self.listings("listing items"))
            .await?;
        read_page(rows, limit)
    }

    async fn count_items(
        &self,
        account: &AccountId,
        filter: &ItemFilter,
        after: Option<&str>,
        until: Option<&str>,
    ) -> Result<u64> {
        if !can_match(filter) {
            return Ok(0);
        }
        let count: i64 = query_scalar(COUNT)
            .bind(account.as_str())
            .bind(filter.category.as_deref())
            .bind(pattern(filter))
            .bind(filter.updated_since.map(Timestamp::millis))
            .bind(after.unwrap_or_default())
            .bind(last_id(until))
            .bind(lower_pattern(filter))
            .bind(attribute_pattern(filter, str::to_lowercase))
            .bind(attribute_pattern(filter, str::to_ascii_lowercase))
            .fetch_one(self.listings("counting items"))
            .await?;
        Ok(count.unsigned_abs())
    }

    async fn items_end(
        &self,
        account: &AccountId,
        after: Option<&str>,
        rows: u32,
    ) -> Result<Option<String>> {
        let end: Vec<String> = query_scalar(END)
            .bind(account.as_str())
            .bind(after.unwrap_or_default())
            .bind(i64::from(rows) - 1)
            .fetch_all(self.listings("finding where a search of items ends"))
            .await?;
        // The second one shows that there is more to search.
        let more = end.len() > 1;
        Ok(end.into_iter().next().filter(|_| more))
    }

    async fn find_item(&self, account: &AccountId, id: &str) -> Result<Option<StoredItem>> {
        find(self.readers("finding an item"), account, id).await
    }

    async fn delete_item(
        &self,
        account: &AccountId,
        id: &str,
        condition: &Condition,
        event: AuditEvent,
    ) -> Result<DeleteItemOutcome> {
        let mut tx = self.begin_feed(account, "deleting an item").await?;
        let Some(before) = find(&mut tx, account, id).await? else {
            return Ok(DeleteItemOutcome::Missing);
        };
        if !condition.holds(Some(before.version())) {
            return Ok(DeleteItemOutcome::ConditionFailed);
        }
        let change = NumberedChange::begin(&mut tx, account, event.at).await?;
        change.record(&mut tx).await?;
        delete(&mut tx, account, id).await?;
        change.trim(&mut tx, 1).await?;
        tx.lock_account(account).await?;
        record(&mut tx, &event).await?;
        tx.commit().await?;
        Ok(DeleteItemOutcome::Removed)
    }
}

impl SqlStore {
    /// Stores one item in the transaction of its change, with its event, and returns it as it is
    /// then. `before` is what is stored of it; if that is equal, it is left as it is, and nothing
    /// is recorded.
    async fn write(
        &self,
        tx: &mut Transaction,
        account: &AccountId,
        item: &Item,
        before: Option<StoredItem>,
        now: Timestamp,
        event: &(dyn Fn(&StoredItem) -> AuditEvent + Send + Sync),
    ) -> Result<StoredItem> {
        let stored_before = ItemUsage::of(&mut *tx, account).await?;
        let change = NumberedChange::begin(tx, account, now).await?;
        let row = PreparedItem::new(item);
        let changed = upsert(tx, account, &[row], now, change.number).await?;
        if let (true, Some(before)) = (changed.is_empty(), before) {
            return Ok(before);
        }
        change.record(tx).await?;
        stored_before.check(tx, self.quotas(), account).await?;
        let stored = find(&mut *tx, account, item.id.as_str()).await?;
        let stored = stored.ok_or(CorruptValue("items.id"))?;
        tx.lock_account(account).await?;
        record(tx, &event(&stored)).await?;
        Ok(stored)
    }
}

fn can_match(filter: &ItemFilter) -> bool {
    let texts = [&filter.category, &filter.q];
    texts.into_iter().flatten().all(|text| can_be_stored(text))
}

/// The greatest id that is looked at: `until`, or else a text that is greater than any id.
fn last_id(until: Option<&str>) -> Cow<'_, str> {
    match until {
        Some(until) => until.into(),
        None => char::MAX.to_string().repeat(MAX_ID_CHARS + 1).into(),
    }
}

fn pattern(filter: &ItemFilter) -> Option<String> {
    let q = filter.q.as_deref().map(ItemFilter::folded);
    q.map(|folded| statements::contains(&folded))
}

/// The pattern of items that an earlier version stored, if it is another one.
fn lower_pattern(filter: &ItemFilter) -> Option<String> {
    let lower = filter.q.as_deref().map(str::to_lowercase);
    let pattern = lower.map(|lower| statements::contains(&lower));
    pattern.filter(|lower| Some(lower) != self::pattern(filter).as_ref())
}

/// The pattern of attributes in JSON that contain the search text, which `lower` converts. It is
/// `None` if the search is not about them, or is for punctuation that all attributes have in JSON.
fn attribute_pattern(filter: &ItemFilter, lower: fn(&str) -> String) -> Option<String> {
    let q = filter.q.as_deref().filter(|_| filter.with_attributes)?;
    if q.chars().all(|c| "{}:,".contains(c)) {
        return None;
    }
    let json = serde_json::to_string(&lower(q)).expect("texts are always JSON");
    let text = json.strip_prefix('"')?.strip_suffix('"')?;
    Some(statements::contains(text))
}

async fn find(
    executor: impl Executor,
    account: &AccountId,
    id: &str,
) -> Result<Option<StoredItem>> {
    if !can_be_stored(id) {
        return Ok(None);
    }
    query(FIND)
        .bind(account.as_str())
        .bind(id)
        .parse_optional::<ItemRow, _>(executor)
        .await
}

async fn delete(tx: &mut Transaction, account: &AccountId, id: &str) -> Result<()> {
    query(DELETE)
        .bind(account.as_str())
        .bind(id)
        .execute(tx)
        .await?;
    Ok(())
}
