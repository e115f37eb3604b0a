//! Changes of many items. However many are stored, each of these steps has a bound: a feed has at
//! most 5,000 items, and removes at most [`MAX_REMOVED_ITEMS`].

use super::{DELETE_MANY, FIND_MANY, IDS, UPSERT};
use crate::ports::item_row::ItemRow;
use crate::ports::{Result, Transaction, read_all};
use crate::query::query_scalar;
use domain::{AccountId, Timestamp};
use service::inventory::{Item, ItemFilter, Price, StoredItem};
use service::store::{FeedBasis, ItemUpdates, MAX_REMOVED_ITEMS, MAX_UPDATED_BYTES, UpsertCounts};
use std::collections::{HashMap, HashSet};

/// Items that one statement stores or deletes.
const BATCH_SIZE: usize = 256;

/// The stored items that are not in `retained`: all of them, or one more than a feed may remove.
pub(super) async fn find_left_out(
    tx: &mut Transaction,
    account: &AccountId,
    retained: &HashSet<&str>,
) -> Result<Vec<String>> {
    // At most the items that are kept are read unnecessarily.
    let limit = retained.len() + MAX_REMOVED_ITEMS + 1;
    let mut ids: Vec<String> = query_scalar(IDS)
        .bind(account.as_str())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(tx)
        .await?;
    ids.retain(|id| !retained.contains(id.as_str()));
    Ok(ids)
}

pub(super) async fn delete_all(
    tx: &mut Transaction,
    account: &AccountId,
    ids: &[String],
) -> Result<u64> {
    let mut removed = 0;
    for ids in ids.chunks(BATCH_SIZE) {
        let deleted = DELETE_MANY
            .with_rows(ids, |row, id| {
                row.bind(account.as_str()).bind(id.as_str());
            })
            .execute(&mut *tx)
            .await?;
        removed += deleted;
    }
    Ok(removed)
}

/// The state of the stored items with which this feed is compared.
pub(super) async fn find_basis(
    tx: &mut Transaction,
    account: &AccountId,
    items: &[Item],
    removed: &[String],
) -> Result<FeedBasis> {
    let mut basis = FeedBasis {
        removed: removed.iter().cloned().collect(),
        ..FeedBasis::default()
    };
    for items in items.chunks(BATCH_SIZE) {
        let ids = items.iter().map(|item| item.id.as_str().to_owned());
        let ids: Vec<String> = ids.collect();
        for stored in find_many(tx, account, &ids).await?.values() {
            basis.add(stored);
        }
    }
    Ok(basis)
}

/// The items with these ids, by their ids.
async fn find_many(
    tx: &mut Transaction,
    account: &AccountId,
    ids: &[String],
) -> Result<HashMap<String, StoredItem>> {
    let rows: Vec<ItemRow> = FIND_MANY
        .with_rows(ids, |row, id| {
            row.bind(account.as_str()).bind(id.as_str());
        })
        .fetch_all(tx)
        .await?;
    let items: Vec<StoredItem> = read_all(rows)?;
    let by_id = |stored: StoredItem| (stored.item.id.as_str().to_owned(), stored);
    Ok(items.into_iter().map(by_id).collect())
}

/// Makes the changes, a number of items at a time, so that no more of them are in memory. `None` if
/// the items hold too much text.
pub(super) async fn update_all(
    tx: &mut Transaction,
    account: &AccountId,
    ids: &[String],
    updates: &mut dyn ItemUpdates,
    now: Timestamp,
    number: i64,
) -> Result<Option<UpsertCounts>> {
    let mut total = UpsertCounts::default();
    let mut bytes = 0;
    for (batch, ids) in ids.chunks(BATCH_SIZE).enumerate() {
        let stored = find_many(tx, account, ids).await?;
        bytes += stored
            .values()
            .map(|stored| stored.item.bytes())
            .sum::<u64>();
        if bytes > MAX_UPDATED_BYTES {
            return Ok(None);
        }
        let mut items = Vec::with_capacity(ids.len());
        for (index, id) in ids.iter().enumerate() {
            items.extend(updates.change(batch * BATCH_SIZE + index, stored.get(id)));
        }
        drop(stored);
        let rows: Vec<PreparedItem<'_>> = items.iter().map(PreparedItem::new).collect();
        let counts = upsert_all(tx, account, &rows, now, number).await?;
        total.updated += counts.updated;
        total.unchanged += counts.unchanged;
    }
    Ok(Some(total))
}

/// An item with the texts that are derived from it.
pub(super) struct PreparedItem<'a> {
    item: &'a Item,
    attributes: String,
    /// Text by which the item is searched.
    search: String,
}

impl<'a> PreparedItem<'a> {
    pub(super) fn new(item: &'a Item) -> Self {
        let attributes = item.attributes_json();
        let search = ItemFilter::folded(&format!("{}\n{}", item.id.as_str(), item.name));
        Self {
            item,
            attributes,
            search,
        }
    }
}

/// `number` is the number of the change that this is part of.
pub(super) async fn upsert_all(
    tx: &mut Transaction,
    account: &AccountId,
    rows: &[PreparedItem<'_>],
    now: Timestamp,
    number: i64,
) -> Result<UpsertCounts> {
    let mut counts = UpsertCounts::default();
    for rows in rows.chunks(BATCH_SIZE) {
        let revisions = upsert(tx, account, rows, now, number).await?;
        let created = revisions.iter().filter(|revision| **revision == 1).count();
        counts.created += created as u64;
        counts.updated += (revisions.len() - created) as u64;
        counts.unchanged += (rows.len() - revisions.len()) as u64;
    }
    Ok(counts)
}

/// The revisions of those items that this changed.
pub(super) async fn upsert(
    tx: &mut Transaction,
    account: &AccountId,
    rows: &[PreparedItem<'_>],
    now: Timestamp,
    number: i64,
) -> Result<Vec<i64>> {
    UPSERT
        .with_rows(rows, |values, row| {
            let item = row.item;
            values
                .bind(account.as_str())
                .bind(item.id.as_str())
                .bind(item.name.as_str())
                .bind(item.category.as_deref())
                .bind(item.price.map(Price::cents))
                .bind(item.price.and_then(Price::exact))
                .bind(item.currency.code())
                .bind(item.description.as_deref())
                .bind(item.url.as_deref())
                .bind(item.image_url.as_deref())
                .bind(i64::from(item.available))
                .bind(row.attributes.as_str())
                .bind(now.millis())
                .bind(row.search.as_str())
                .bind(number);
        })
        .scalar()
        .fetch_all(tx)
        .await
}
