//! The answer to a dry run of a feed.

use serde::Serialize;
use service::inventory::{FeedPreview, FieldChange, ItemChange};
use utoipa::ToSchema;

/// The changes that a feed would make.
#[derive(Serialize, ToSchema)]
#[schema(as = FeedPreview)]
pub struct Preview {
    /// IDs of the first 100 items that would be created.
    #[schema(max_items = 100)]
    created: Vec<String>,
    /// The first 100 items that would be updated, with at most 1 MiB of texts in all.
    #[schema(max_items = 100)]
    updated: Vec<Change>,
    /// IDs of the first 1,000 items that would be removed.
    #[schema(max_items = 1000)]
    removed: Vec<String>,
}

/// An item that would be updated, and those of its fields that would change.
#[derive(Serialize, ToSchema)]
#[schema(as = ItemChange)]
struct Change {
    id: String,
    fields: Vec<Field>,
}

/// A field that would change. Values are texts as in a CSV feed.
#[derive(Serialize, ToSchema)]
#[schema(as = FieldChange, example = json!({ "name": "price", "before": "32500.00", "after": "31900.00" }))]
struct Field {
    /// Such as `price` or `attributes.color`.
    name: String,
    /// Null if the field had no value.
    #[schema(required)]
    before: Option<String>,
    /// Null if the field would have no value.
    #[schema(required)]
    after: Option<String>,
}

impl From<&FeedPreview> for Preview {
    fn from(preview: &FeedPreview) -> Self {
        Self {
            created: preview.created.iter().map(|item| item.id.clone()).collect(),
            updated: preview.updated.iter().map(Change::from).collect(),
            removed: preview.removed.clone(),
        }
    }
}

impl From<&ItemChange> for Change {
    fn from(change: &ItemChange) -> Self {
        Self {
            id: change.id.clone(),
            fields: change.fields.iter().map(Field::from).collect(),
        }
    }
}

impl From<&FieldChange> for Field {
    fn from(change: &FieldChange) -> Self {
        Self {
            name: change.name.clone(),
            before: change.before.clone(),
            after: change.after.clone(),
        }
    }
}
