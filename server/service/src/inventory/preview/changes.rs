//! Field-by-field changes of an item by a feed.

use crate::item::Item;

/// Maximum number of attributes of a new item that a preview lists.
const MAX_ATTRIBUTES: usize = 3;
/// Maximum length of the value of such an attribute, in characters.
const MAX_ATTRIBUTE_CHARS: usize = 100;

/// An item that would be created, with texts as in a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedItem {
    pub id: String,
    pub name: String,
    pub price: Option<String>,
    /// Code of the price's currency.
    pub currency: &'static str,
    pub available: bool,
    /// The first attributes by their names, with the beginnings of their values.
    pub attributes: Vec<(String, String)>,
    /// Number of all attributes.
    pub attribute_count: usize,
}

impl From<&Item> for CreatedItem {
    fn from(item: &Item) -> Self {
        let attributes = item.attributes.iter().take(MAX_ATTRIBUTES);
        let attributes = attributes.map(|(name, value)| {
            let value = value.chars().take(MAX_ATTRIBUTE_CHARS).collect();
            (name.clone(), value)
        });
        Self {
            attributes: attributes.collect(),
            attribute_count: item.attributes.len(),
            id: item.id.as_str().to_owned(),
            name: item.name.clone(),
            price: price(item),
            currency: item.currency.code(),
            available: item.available,
        }
    }
}

/// The fields of an item that would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemChange {
    pub id: String,
    pub fields: Vec<FieldChange>,
}

/// One changed field. The values are texts as in a feed; `None` if the field has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Name of the field, such as `price` or `attributes.color`.
    pub name: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl ItemChange {
    pub(super) fn bytes(&self) -> usize {
        let texts = self.fields.iter().map(|field| {
            let values = [&field.before, &field.after];
            field.name.len() + values.into_iter().flatten().map(String::len).sum::<usize>()
        });
        self.id.len() + texts.sum::<usize>()
    }
}

pub(super) fn changed_fields(before: &Item, after: &Item) -> Vec<FieldChange> {
    let fields = fields(before).into_iter().zip(fields(after));
    let fields = fields.map(|((name, before), (_, after))| FieldChange {
        name: name.to_owned(),
        before,
        after,
    });
    let (old, new) = (&before.attributes, &after.attributes);
    let added = new.keys().filter(|name| !old.contains_key(*name));
    let attributes = old.keys().chain(added).map(|name| FieldChange {
        name: format!("attributes.{name}"),
        before: old.get(name).cloned(),
        after: new.get(name).cloned(),
    });
    let changed = |field: &FieldChange| field.before != field.after;
    fields.chain(attributes).filter(changed).collect()
}

/// Returns the price with the decimals of its currency.
fn price(item: &Item) -> Option<String> {
    let decimals = item.currency.decimals() as usize;
    item.price.map(|price| price.with_places(decimals))
}

fn fields(item: &Item) -> [(&'static str, Option<String>); 8] {
    [
        ("name", Some(item.name.clone())),
        ("category", item.category.clone()),
        ("price", price(item)),
        ("currency", Some(item.currency.code().to_owned())),
        ("description", item.description.clone()),
        ("url", item.url.clone()),
        ("image_url", item.image_url.clone()),
        ("available", Some(item.available.to_string())),
    ]
}
