//! The bodies that `files::feed` reads by hand, to be described.

use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A feed of items.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "bodies are read field by field; this describes them"
)]
#[schema(example = json!({ "items": [{
    "id": "SKU001", "name": "Honda Accord 2024", "category": "Sedan", "price": 32500,
    "attributes": { "color": "red" }
}] }))]
#[serde(deny_unknown_fields)]
pub struct NewItems {
    /// Each ID only once.
    #[schema(min_items = 1, max_items = 5000)]
    items: Vec<NewItem>,
}

/// An item to be stored. The document adds what [`ItemFields`] has.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "bodies are read field by field; this describes them"
)]
#[schema(
    description = "An item to be stored. Its texts, the names of its attributes included, have at most 65,536 bytes in all, in UTF-8."
)]
#[serde(deny_unknown_fields)]
struct NewItem {
    /// Your own ID of the item, such as a stock number, without control or invisible characters;
    /// not `.`, `..` or `changes`.
    #[schema(min_length = 1, max_length = 128)]
    id: String,
}

/// Fields of an item that are changed. The document adds what [`ItemFields`] has.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "bodies are read field by field; this describes them"
)]
#[schema(
    description = "Fields that are left out are kept, and null empties a field. The texts of the changed item have at most 65,536 bytes in all, in UTF-8.",
    example = json!({ "price": 29900, "category": null, "attributes": { "color": "blue", "doors": null } })
)]
#[serde(deny_unknown_fields)]
pub struct ItemEdits {
    /// Can be left out; otherwise it has to be the ID in the path.
    #[schema(max_length = 128)]
    id: Option<String>,
    #[schema(min_length = 1, max_length = 256, nullable = false)]
    name: Option<String>,
}

/// An item without its ID. Its texts, the ID and the names of its attributes included, have at most
/// 65,536 bytes in all, in UTF-8.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "bodies are read field by field; this describes them"
)]
#[schema(example = json!({ "name": "Honda Accord 2024", "category": "Sedan", "price": 32500 }))]
#[serde(deny_unknown_fields)]
pub struct ItemFields {
    /// Can be left out; otherwise it has to be the ID in the path.
    #[schema(max_length = 128)]
    id: Option<String>,
    #[schema(min_length = 1, max_length = 256)]
    name: String,
    #[schema(max_length = 256)]
    category: Option<String>,
    /// A number, or a text such as `"32500.00"`: 0 to 9,999,999,999.99, with no more decimal places
    /// than the currency has in ISO 4217.
    #[schema(value_type = Option<f64>)]
    price: Option<String>,
    /// ISO 4217. If it is left out, the item gets the account's default currency, and keeps it if
    /// the default changes later.
    currency: Option<String>,
    #[schema(max_length = 10000)]
    description: Option<String>,
    /// Begins with `http://` or `https://`.
    #[schema(max_length = 2048)]
    url: Option<String>,
    /// Begins with `http://` or `https://`.
    #[schema(max_length = 2048)]
    image_url: Option<String>,
    /// True if it is left out.
    available: Option<bool>,
    /// At most 50 texts of at most 2,048 characters each, with names of 1 to 128 characters. Null
    /// counts as left out.
    attributes: Option<BTreeMap<String, String>>,
    /// Ignored, so that an item can be sent back as it was read. The server sets it.
    updated_at: Option<String>,
}
