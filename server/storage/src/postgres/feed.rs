//! Many items at once.

use super::Connection;
use super::ports::Result;
use super::ports::inventory::{attributes_text, search_text};
use crate::error::Doing as _;
use crate::sql::inventory::UPSERT_MANY;
use domain::{AccountId, Timestamp};
use service::inventory::{Currency, Item, Price};
use service::store::UpsertCounts;

/// Items that go in one statement. A feed of the largest size takes as many ways to the server and back as it has
/// hundreds.
const AT_ONCE: usize = 100;

pub(super) async fn upsert_all(
    connection: &mut Connection,
    account: &AccountId,
    items: &[Item],
    now: Timestamp,
) -> Result<UpsertCounts> {
    let mut counts = UpsertCounts::default();
    for items in items.chunks(AT_ONCE) {
        let attributes: Vec<_> = items.iter().map(attributes_text).collect::<Result<_>>()?;
        let revisions: Vec<i64> = sqlx::query_scalar(UPSERT_MANY)
            .bind(account.as_str())
            .bind(each(items, |item| item.id.as_str()))
            .bind(each(items, |item| item.name.as_str()))
            .bind(each(items, |item| item.category.as_deref()))
            .bind(each(items, |item| item.price.map(Price::cents)))
            .bind(each(items, |item| item.currency.map(Currency::code)))
            .bind(each(items, |item| item.description.as_deref()))
            .bind(each(items, |item| item.url.as_deref()))
            .bind(each(items, |item| item.image_url.as_deref()))
            .bind(each(items, |item| i64::from(item.available)))
            .bind(attributes)
            .bind(now.millis())
            .bind(each(items, search_text))
            .fetch_all(&mut *connection)
            .await
            .doing("storing items")?;
        let created = revisions.iter().filter(|revision| **revision == 1).count();
        counts.created += created as u64;
        counts.updated += (revisions.len() - created) as u64;
        counts.unchanged += (items.len() - revisions.len()) as u64;
    }
    Ok(counts)
}

fn each<'a, T>(items: &'a [Item], column: impl Fn(&'a Item) -> T) -> Vec<T> {
    items.iter().map(column).collect()
}
