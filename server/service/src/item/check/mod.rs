//! Validation of an item: from the values of a feed to the fields of an item, or to every error in
//! it.

use super::{Currency, Item, Price};
use crate::entry::{
    EntryCode, EntryError, EntryReason, Position, check_id, check_text, is_blank, optional,
    trim_text,
};
use crate::item::ItemId;
use std::collections::BTreeMap;

/// Maximum length of an item's id, in characters.
pub const MAX_ID_CHARS: usize = 128;
/// The id whose path, `/api/inventory/changes`, is that of the changes of items. An item of an
/// earlier release may have it.
const RESERVED_ID: &str = "changes";
const MAX_ATTRIBUTES: usize = 50;
/// Maximum length of the name of an attribute, in characters.
const MAX_ATTRIBUTE_NAME: usize = 128;
/// Maximum size of an item: the bytes of all its texts in UTF-8, including the names of attributes.
pub const MAX_ITEM_BYTES: usize = 64 * 1024;

/// An item as it is in a feed of any format: texts that are not validated yet. `errors` contains
/// those that the format's reader has found already (wrong types, unknown fields), so that a caller
/// gets all errors at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemDraft {
    pub id: Option<String>,
    pub name: Option<String>,
    pub category: Option<String>,
    /// Price in the decimal notation of the feed.
    pub price: Option<String>,
    pub currency: Option<String>,
    pub description: Option<String>,
    pub url: Option<String>,
    pub image_url: Option<String>,
    pub available: Option<bool>,
    pub attributes: BTreeMap<String, String>,
    /// Fields to clear, such as `category`, `attributes` or `attributes.color`, if the draft
    /// changes a stored item.
    pub cleared: Vec<String>,
    pub errors: Vec<EntryError>,
    pub position: Position,
}

impl ItemDraft {
    /// Trims the blanks around every text. In every format, a text of blanks alone means that the
    /// field has no value, so the field is cleared.
    pub(crate) fn trim(&mut self) {
        for (name, text) in [
            ("id", &mut self.id),
            ("name", &mut self.name),
            ("category", &mut self.category),
            ("price", &mut self.price),
            ("currency", &mut self.currency),
            ("description", &mut self.description),
            ("url", &mut self.url),
            ("image_url", &mut self.image_url),
        ] {
            let was_present = text.is_some();
            *text = trim_text(text.take());
            if was_present && text.is_none() {
                self.cleared.push(name.to_owned());
            }
        }
        for (name, value) in std::mem::take(&mut self.attributes) {
            let name = name.trim();
            let Some(value) = trim_text(Some(value)) else {
                self.cleared.push(format!("attributes.{name}"));
                continue;
            };
            if self.attributes.insert(name.to_owned(), value).is_some() {
                let (pointer, reason) = (attribute_pointer(name), EntryReason::DuplicateAttribute);
                let duplicate = EntryError::new(pointer, EntryCode::Duplicate, reason);
                self.errors.push(duplicate);
            }
        }
    }

    /// Checks an item of an account. An item without a currency gets `default`, the currency of the
    /// account, which is stored with it: a later change of the default must not change the meaning
    /// of its price.
    ///
    /// # Errors
    /// Everything that is wrong with it, with pointers from the item on.
    pub fn check(mut self, default: Currency) -> Result<Item, Vec<EntryError>> {
        self.trim();
        if self.id.as_deref() == Some(RESERVED_ID) {
            let reason = EntryReason::ReservedId;
            self.errors
                .push(EntryError::new("/id", EntryCode::Invalid, reason));
        }
        self.check_known(default)
    }

    /// Like [`Self::check`], for an item that is already stored, whose id may be [`RESERVED_ID`].
    ///
    /// # Errors
    /// See [`Self::check`].
    pub(crate) fn check_known(mut self, default: Currency) -> Result<Item, Vec<EntryError>> {
        self.trim();
        let size = self.size();
        let errors = &mut self.errors;
        let id = required(errors, "/id", self.id, MAX_ID_CHARS);
        if let Some(id) = &id {
            // The other control characters were refused as in any text.
            if id == "." || id == ".." || id.contains(['\t', '\n']) {
                let reason = EntryReason::UnusableId;
                errors.push(EntryError::new("/id", EntryCode::Invalid, reason));
            }
            check_id(errors, "/id", id);
        }
        let name = required(errors, "/name", self.name, 256);
        let category = optional(errors, "/category", self.category, 256);
        let description = optional(errors, "/description", self.description, 10_000);
        let url = web_address(errors, "/url", self.url);
        let image_url = web_address(errors, "/image_url", self.image_url);
        let currency = self.currency.and_then(|code| {
            let currency = Currency::parse(&code);
            if currency.is_none() {
                let reason = EntryReason::UnknownCurrency;
                errors.push(EntryError::new("/currency", EntryCode::Invalid, reason));
            }
            currency
        });
        let currency = currency.unwrap_or(default);
        let decimals = currency.decimals();
        let price = self.price.and_then(|text| {
            Price::parse(&text, decimals)
                .map_err(|error| errors.push(error))
                .ok()
        });
        check_attributes(errors, &self.attributes);
        // If an item is too large because of one text, only that text is reported.
        if errors.is_empty() && size > MAX_ITEM_BYTES {
            let reason = EntryReason::ItemTooLarge {
                bytes: size,
                max: MAX_ITEM_BYTES,
            };
            errors.push(EntryError::new("", EntryCode::TooLong, reason));
        }
        match (id, name) {
            (Some(id), Some(name)) if errors.is_empty() => Ok(Item {
                id: ItemId(id),
                name,
                category,
                price,
                currency,
                description,
                url,
                image_url,
                available: self.available.unwrap_or(true),
                attributes: self.attributes,
            }),
            _ => Err(self.errors),
        }
    }

    /// Bytes of all texts, in UTF-8. The price and the currency, which are short and of a fixed
    /// form, do not count.
    fn size(&self) -> usize {
        let texts = [
            &self.id,
            &self.name,
            &self.category,
            &self.description,
            &self.url,
            &self.image_url,
        ];
        let texts = texts.into_iter().flatten().map(String::len);
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|(name, value)| name.len() + value.len());
        texts.chain(attributes).sum()
    }
}

fn required(
    errors: &mut Vec<EntryError>,
    pointer: &'static str,
    value: Option<String>,
    max: usize,
) -> Option<String> {
    // If the reader refused the value or the whole item, that error is enough; "required" beside it
    // would mislead.
    let is_reported = errors
        .iter()
        .any(|error| error.pointer.is_empty() || error.pointer == pointer);
    match value {
        Some(text) if !is_blank(&text) => optional(errors, pointer, Some(text), max),
        _ if is_reported => None,
        _ => {
            let field = &pointer[1..];
            let reason = EntryReason::Missing { field, max };
            errors.push(EntryError::new(pointer, EntryCode::Required, reason));
            None
        }
    }
}

fn web_address(
    errors: &mut Vec<EntryError>,
    pointer: &str,
    value: Option<String>,
) -> Option<String> {
    let text = optional(errors, pointer, value, 2_048)?;
    // The console shows these as links: another scheme could run a script there.
    let is_valid = ["http://", "https://"].iter().any(|scheme| {
        text.len() > scheme.len()
            && text
                .get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            && !text.contains(char::is_whitespace)
    });
    if !is_valid {
        let reason = EntryReason::NotAWebAddress;
        errors.push(EntryError::new(pointer, EntryCode::Invalid, reason));
    }
    Some(text)
}

fn check_attributes(errors: &mut Vec<EntryError>, attributes: &BTreeMap<String, String>) {
    if attributes.len() > MAX_ATTRIBUTES {
        let reason = EntryReason::TooManyAttributes {
            max: MAX_ATTRIBUTES,
        };
        errors.push(EntryError::new("/attributes", EntryCode::TooLong, reason));
        return;
    }
    for (name, value) in attributes {
        let pointer = attribute_pointer(name);
        let is_too_long = name.chars().count() > MAX_ATTRIBUTE_NAME;
        if is_blank(name) || is_too_long || name.chars().any(char::is_control) {
            let reason = EntryReason::AttributeName {
                max: MAX_ATTRIBUTE_NAME,
            };
            errors.push(EntryError::new(&*pointer, EntryCode::Invalid, reason));
        }
        check_text(errors, &pointer, value, 2_048);
    }
}

/// A pointer by RFC 6901, which escapes `~` and `/`, with as much of the name as can be read.
fn attribute_pointer(name: &str) -> String {
    let escaped: String = name.chars().take(MAX_ATTRIBUTE_NAME).collect();
    let escaped = escaped.replace('~', "~0").replace('/', "~1");
    format!("/attributes/{escaped}")
}

#[cfg(test)]
mod tests;
