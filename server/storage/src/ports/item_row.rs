//! Row of an item, with the expressions that select it.

use crate::error::CorruptValue;
use domain::Timestamp;
use service::inventory::{Currency, Item, ItemId, Price, StoredItem};

/// Columns of [`ItemRow`], of an item `i` of the account `a`.
macro_rules! columns {
    () => {
        "i.id, i.name, i.category, i.price, i.exact_price,
            coalesce(i.currency, a.earlier_currency, a.currency) AS currency, i.description, i.url,
            i.image_url, i.available, i.attributes, i.updated_at, i.revision"
    };
}

/// Size of an item's texts in bytes of UTF-8. Never 0.
macro_rules! bytes {
    () => {
        "octet_length(i.id) + octet_length(i.name) + octet_length(i.attributes)
            + coalesce(octet_length(i.category), 0) + coalesce(octet_length(i.description), 0)
            + coalesce(octet_length(i.url), 0) + coalesce(octet_length(i.image_url), 0)"
    };
}

pub(crate) use {bytes, columns};

#[derive(sqlx::FromRow)]
pub(crate) struct ItemRow {
    id: String,
    name: String,
    category: Option<String>,
    price: Option<i64>,
    exact_price: Option<i64>,
    currency: String,
    description: Option<String>,
    url: Option<String>,
    image_url: Option<String>,
    available: i64,
    attributes: String,
    updated_at: i64,
    revision: i64,
}

impl TryFrom<ItemRow> for StoredItem {
    type Error = CorruptValue;

    fn try_from(row: ItemRow) -> Result<Self, CorruptValue> {
        let item = Item {
            id: ItemId::from_stored(row.id),
            name: row.name,
            category: row.category,
            price: row
                .price
                .map(|cents| Price::from_stored(cents, row.exact_price)),
            currency: Currency::parse(&row.currency).ok_or(CorruptValue("items.currency"))?,
            description: row.description,
            url: row.url,
            image_url: row.image_url,
            available: row.available != 0,
            attributes: serde_json::from_str(&row.attributes)
                .map_err(|_| CorruptValue("items.attributes"))?,
        };
        Ok(Self {
            item,
            updated_at: Timestamp::from_millis(row.updated_at),
            revision: row.revision.unsigned_abs(),
        })
    }
}
