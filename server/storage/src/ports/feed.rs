//! Many items at once. However many are stored, each of these steps has a bound: a feed has at most
//! 5,000 items, and removes at most [`REMOVED_AT_MOST`].

use super::inventory::ItemRow;
use super::{Result, Transaction, inventory, read_all};
use crate::query::query_scalar;
use domain::{AccountId, Timestamp};
use service::inventory::{Item, ItemFilter, Price, StoredItem};
use service::store::{
    FeedBasis, ItemUpdates, REMOVED_AT_MOST, UPDATED_BYTES_AT_MOST, UpsertCounts,
};
use std::collections::{HashMap, HashSet};

/// Items that one statement stores or deletes.
const AT_ONCE: usize = 256;

/// The stored items that are not in `kept`: all of them, or one more than a feed may remove.
pub(super) async fn find_left_out(
    tx: &mut Transaction,
    account: &AccountId,
    kept: &HashSet<&str>,
) -> Result<Vec<String>> {
    // No more than those that are kept are among them in vain.
    let most = kept.len() + REMOVED_AT_MOST + 1;
    let mut ids: Vec<String> = query_scalar(inventory::IDS)
        .bind(account.as_str())
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(tx)
        .await?;
    ids.retain(|id| !kept.contains(id.as_str()));
    Ok(ids)
}

pub(super) async fn delete_all(
    tx: &mut Transaction,
    account: &AccountId,
    ids: &[String],
) -> Result<u64> {
    let mut removed = 0;
    for ids in ids.chunks(AT_ONCE) {
        let deleted = inventory::DELETE_MANY
            .with(ids, |row, id| {
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
    for items in items.chunks(AT_ONCE) {
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
    let rows: Vec<ItemRow> = inventory::FIND_MANY
        .with(ids, |row, id| {
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
    let mut all = UpsertCounts::default();
    let mut bytes = 0;
    for (round, ids) in ids.chunks(AT_ONCE).enumerate() {
        let stored = find_many(tx, account, ids).await?;
        bytes += stored
            .values()
            .map(|stored| stored.item.bytes())
            .sum::<u64>();
        if bytes > UPDATED_BYTES_AT_MOST {
            return Ok(None);
        }
        let mut items = Vec::with_capacity(ids.len());
        for (place, id) in ids.iter().enumerate() {
            items.extend(updates.change(round * AT_ONCE + place, stored.get(id)));
        }
        drop(stored);
        let rows: Vec<Row<'_>> = items.iter().map(Row::new).collect();
        let counts = upsert_all(tx, account, &rows, now, number).await?;
        all.updated += counts.updated;
        all.unchanged += counts.unchanged;
    }
    Ok(Some(all))
}

/// An item with the texts that are derived from it.
pub(super) struct Row<'a> {
    item: &'a Item,
    attributes: String,
    /// What items are searched by.
    search: String,
}

impl<'a> Row<'a> {
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
    rows: &[Row<'_>],
    now: Timestamp,
    number: i64,
) -> Result<UpsertCounts> {
    let mut counts = UpsertCounts::default();
    for rows in rows.chunks(AT_ONCE) {
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
    rows: &[Row<'_>],
    now: Timestamp,
    number: i64,
) -> Result<Vec<i64>> {
    inventory::UPSERT
        .with(rows, |values, row| {
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
