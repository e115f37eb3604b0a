//! The sellers' items.

use crate::error::Corrupt;
use domain::Timestamp;
use service::inventory::{Currency, Item, ItemId, Price, StoredItem};

/// Gives no row where the stored item is equal, else the item's revision: 1 for a new one.
pub(crate) const UPSERT: &str = "
    INSERT INTO items
        (account_id, id, name, category, price, currency, description, url, image_url,
         available, attributes, updated_at, revision)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)
    ON CONFLICT (account_id, id) DO UPDATE SET
        name = excluded.name,
        category = excluded.category,
        price = excluded.price,
        currency = excluded.currency,
        description = excluded.description,
        url = excluded.url,
        image_url = excluded.image_url,
        available = excluded.available,
        attributes = excluded.attributes,
        updated_at = excluded.updated_at,
        revision = items.revision + 1
    WHERE items.name IS DISTINCT FROM excluded.name
        OR items.category IS DISTINCT FROM excluded.category
        OR items.price IS DISTINCT FROM excluded.price
        OR items.currency IS DISTINCT FROM excluded.currency
        OR items.description IS DISTINCT FROM excluded.description
        OR items.url IS DISTINCT FROM excluded.url
        OR items.image_url IS DISTINCT FROM excluded.image_url
        OR items.available IS DISTINCT FROM excluded.available
        OR items.attributes IS DISTINCT FROM excluded.attributes
    RETURNING revision";

pub(crate) const COUNT: &str = "SELECT count(*) FROM items WHERE account_id = $1";

pub(crate) const DELETE: &str = "DELETE FROM items WHERE account_id = $1 AND id = $2";

macro_rules! select_items {
    ($rest:literal) => {
        concat!(
            "SELECT i.id, i.name, i.category, i.price, i.currency, a.currency AS account_currency,
                    i.description, i.url, i.image_url, i.available, i.attributes, i.updated_at
             FROM items i
             JOIN accounts a ON a.id = i.account_id ",
            $rest
        )
    };
}

/// No item has an empty id, so that `$2 = ''` begins at the first.
pub(crate) const PAGE: &str =
    select_items!("WHERE i.account_id = $1 AND i.id > $2 ORDER BY i.id LIMIT $3");

pub(crate) const FIND: &str = select_items!("WHERE i.account_id = $1 AND i.id = $2");

#[derive(sqlx::FromRow)]
pub(crate) struct ItemRow {
    id: String,
    name: String,
    category: Option<String>,
    price: Option<i64>,
    currency: Option<String>,
    account_currency: String,
    description: Option<String>,
    url: Option<String>,
    image_url: Option<String>,
    available: bool,
    attributes: String,
    updated_at: i64,
}

impl TryFrom<ItemRow> for StoredItem {
    type Error = Corrupt;

    fn try_from(row: ItemRow) -> Result<Self, Corrupt> {
        let currency = row
            .currency
            .map(|code| Currency::parse(&code).ok_or(Corrupt("items.currency")))
            .transpose()?;
        let account_currency =
            Currency::parse(&row.account_currency).ok_or(Corrupt("accounts.currency"))?;
        let item = Item {
            id: ItemId::from_stored(row.id),
            name: row.name,
            category: row.category,
            price: row.price.map(Price::from_cents),
            currency,
            description: row.description,
            url: row.url,
            image_url: row.image_url,
            available: row.available,
            attributes: serde_json::from_str(&row.attributes)
                .map_err(|_| Corrupt("items.attributes"))?,
        };
        Ok(Self {
            item,
            currency: currency.unwrap_or(account_currency),
            updated_at: Timestamp::from_millis(row.updated_at),
        })
    }
}
