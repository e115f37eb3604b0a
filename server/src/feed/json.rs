//! JSON: `{"items": [ … ]}`.

use super::{FIELDS, FeedError, MAX_ITEMS, cut};
use crate::api::fields::{invalid, members, pointer, refuse, text, unknown};
use crate::api::json::array;
use serde_json::value::RawValue;
use service::inventory::{EntryCode, EntryError, ItemDraft};
use std::collections::BTreeMap;

/// The items of `{"items": [ … ]}`.
pub fn read(text: &str) -> Result<Vec<ItemDraft>, FeedError> {
    // Borrows the text.
    let body: &RawValue = serde_json::from_str(text).map_err(|error| {
        // The parser's own words: they say what was expected and where, and quote nothing.
        FeedError::Malformed(format!("The body is not JSON: {error}."))
    })?;
    feed(body).map_err(FeedError::Invalid)
}

fn feed(body: &RawValue) -> Result<Vec<ItemDraft>, Vec<EntryError>> {
    let mut errors = Vec::new();
    let Some(members) = members(body, &mut errors) else {
        return Err(errors);
    };
    let mut items = None;
    for (name, value) in members {
        if name == "items" {
            items = Some(value);
        } else {
            errors.push(unknown(&name));
        }
    }
    match items {
        None => errors.push(EntryError::new(
            "/items",
            EntryCode::Required,
            "Give the list of items.",
        )),
        Some(items) => match array(items) {
            None => errors.push(invalid("/items", "Give a list of items.")),
            Some(list) if list.elements.is_empty() || list.more => {
                let detail = format!("Send 1 to {MAX_ITEMS} items in one request.");
                errors.push(EntryError::new("/items", EntryCode::OutOfRange, detail));
            }
            Some(list) if errors.is_empty() => {
                return Ok(list.elements.into_iter().map(item).collect());
            }
            Some(_) => {}
        },
    }
    Err(errors)
}

/// One item of a feed.
fn item(value: &RawValue) -> ItemDraft {
    cut(draft(value, true))
}

/// An item whose id stands in the path.
pub fn item_without_id(value: &RawValue) -> ItemDraft {
    draft(value, false)
}

fn draft(value: &RawValue, with_id: bool) -> ItemDraft {
    let mut draft = ItemDraft::default();
    let errors = &mut draft.errors;
    for (name, value) in members(value, errors).unwrap_or_default() {
        // Absent and null are the same, for every field.
        let is_field = name == "attributes" || FIELDS.contains(&name.as_str());
        if value.get() == "null" && is_field && (with_id || name != "id") {
            continue;
        }
        match name.as_str() {
            "id" if with_id => draft.id = text(errors, "/id", value),
            "name" => draft.name = text(errors, "/name", value),
            "category" => draft.category = text(errors, "/category", value),
            "price" => draft.price = price(errors, value),
            "currency" => draft.currency = text(errors, "/currency", value),
            "description" => draft.description = text(errors, "/description", value),
            "url" => draft.url = text(errors, "/url", value),
            "image_url" => draft.image_url = text(errors, "/image_url", value),
            "available" => draft.available = truth(errors, value),
            "attributes" => draft.attributes = attributes(errors, value),
            "id" => errors.push(EntryError::new(
                "/id",
                EntryCode::UnknownField,
                "Leave `id` out: it stands in the path.",
            )),
            _ => errors.push(unknown(&name)),
        }
    }
    draft
}

/// Its digits as they stand, whether as a number or as a text.
fn price(errors: &mut Vec<EntryError>, value: &RawValue) -> Option<String> {
    match value.get().as_bytes() {
        [b'0'..=b'9' | b'-', ..] => Some(value.get().to_owned()),
        [b'"', ..] => text(errors, "/price", value),
        _ => refuse(
            errors,
            "/price",
            "Give a number, such as 32500 or \"32500.00\".",
        ),
    }
}

fn truth(errors: &mut Vec<EntryError>, value: &RawValue) -> Option<bool> {
    match value.get() {
        "true" => Some(true),
        "false" => Some(false),
        _ => refuse(errors, "/available", "Give true or false."),
    }
}

fn attributes(errors: &mut Vec<EntryError>, value: &RawValue) -> BTreeMap<String, String> {
    let mut found = Vec::new();
    let members = members(value, &mut found).unwrap_or_default();
    let texts = members.into_iter().filter_map(|(name, value)| {
        let text = text(&mut found, &pointer(&name), value)?;
        Some((name, text))
    });
    let texts = texts.collect();
    errors.extend(found.into_iter().map(|error| error.under("/attributes")));
    texts
}
