//! An item as the API writes it.

use serde::Serialize;
use serde_json::value::RawValue;
use service::inventory::{Price, StoredItem};
use service::rfc3339;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// An item of the inventory.
#[derive(Serialize, ToSchema)]
#[schema(as = Item, example = json!({
    "id": "SKU001", "name": "Honda Accord 2024", "category": "Sedan", "price": 32500, "currency": "USD",
    "description": "One owner.", "url": null, "image_url": null, "available": true,
    "attributes": { "color": "red" }, "updated_at": "2026-01-31T08:00:00Z"
}))]
pub struct ItemResponse {
    /// Your own ID of the item.
    id: String,
    name: String,
    #[schema(required)]
    category: Option<String>,
    /// Exact to the decimal places of its currency.
    #[schema(required, value_type = Option<f64>)]
    price: Option<Box<RawValue>>,
    /// ISO 4217. An item that was sent without one got the default currency of the account at that
    /// time.
    #[schema(value_type = String, pattern = "^[A-Z]{3}$")]
    currency: &'static str,
    #[schema(required)]
    description: Option<String>,
    #[schema(required)]
    url: Option<String>,
    #[schema(required)]
    image_url: Option<String>,
    available: bool,
    attributes: BTreeMap<String, String>,
    /// When the item last changed.
    #[schema(format = DateTime)]
    updated_at: String,
}

impl From<StoredItem> for ItemResponse {
    fn from(stored: StoredItem) -> Self {
        let StoredItem {
            item, updated_at, ..
        } = stored;
        Self {
            currency: item.currency.code(),
            id: item.id.as_str().to_owned(),
            name: item.name,
            category: item.category,
            price: item.price.map(number),
            description: item.description,
            url: item.url,
            image_url: item.image_url,
            available: item.available,
            attributes: item.attributes,
            updated_at: rfc3339(updated_at),
        }
    }
}

/// Written digit by digit: a price that went through a binary fraction might come out another one.
fn number(price: Price) -> Box<RawValue> {
    let text = price.to_string();
    let text = text.strip_suffix(".00").unwrap_or(&text);
    RawValue::from_string(text.to_owned())
        .expect("digits, perhaps with a point between them, are JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_prices_have_no_decimal_places_and_others_have_two() {
        for (cents, text) in [
            (3_250_000, "32500"),
            (10, "0.10"),
            (0, "0"),
            (999_999_999_999, "9999999999.99"),
        ] {
            assert_eq!(number(Price::from_cents(cents)).get(), text);
        }
        let dinars = Price::from_stored(1_234, Some(123_450));
        assert_eq!(number(dinars).get(), "12.345");
    }
}
