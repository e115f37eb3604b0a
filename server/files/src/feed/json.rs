//! JSON feeds: `{"items": [ … ]}`.

use super::{Absent, FIELDS, FeedError, MAX_ITEMS, cap_errors};
use crate::json::array;
use crate::json::fields::{invalid, members, pointer, refuse, text, unknown_field};
use serde_json::value::RawValue;
use service::entry::is_blank;
use service::inventory::{EntryCode, EntryError, ItemDraft};

/// Set by the server. Ignored, so that an item can be sent back as it was read.
const UPDATED_AT: &str = "updated_at";

/// Parses the items of `{"items": [ … ]}`.
pub fn read(text: &str, absent: Absent) -> Result<Vec<ItemDraft>, FeedError> {
    // The value borrows from the text.
    let body: &RawValue = serde_json::from_str(text).map_err(|error| {
        // The message of the parser contains what it expected and where, and does not quote the
        // body.
        FeedError::Malformed(format!("The body is not JSON: {error}."))
    })?;
    feed(body, absent).map_err(FeedError::Invalid)
}

fn feed(body: &RawValue, absent: Absent) -> Result<Vec<ItemDraft>, Vec<EntryError>> {
    let mut errors = Vec::new();
    let Some(members) = members(body, &mut errors) else {
        return Err(errors);
    };
    let mut items = None;
    for (name, value) in members {
        if name == "items" {
            items = Some(value);
        } else {
            errors.push(unknown_field(&name));
        }
    }
    match items {
        None => errors.push(EntryError::new(
            "/items",
            EntryCode::Required,
            "Send the list of items.",
        )),
        Some(items) => match array(items) {
            None => errors.push(invalid("/items", "Send a list of items.")),
            Some(list) if list.elements.is_empty() || list.is_truncated => {
                let detail = format!("Send 1 to {MAX_ITEMS} items in one request.");
                errors.push(EntryError::new("/items", EntryCode::OutOfRange, detail));
            }
            Some(list) if errors.is_empty() => {
                return Ok(list
                    .elements
                    .into_iter()
                    .map(|value| item(value, absent))
                    .collect());
            }
            Some(_) => {}
        },
    }
    Err(errors)
}

/// Parses one item of a feed.
fn item(value: &RawValue, absent: Absent) -> ItemDraft {
    cap_errors(draft(value, absent))
}

/// Parses an item whose id is in the path. `id` is `None` if that one cannot be read, which is
/// refused elsewhere.
pub fn item_at(id: Option<&str>, value: &RawValue) -> ItemDraft {
    check_id(id, draft(value, Absent::Clear))
}

/// Parses a partial update of an item whose id is in the path: a JSON merge patch (RFC 7396).
pub fn edits_at(id: Option<&str>, value: &RawValue) -> ItemDraft {
    check_id(id, draft(value, Absent::Keep))
}

/// Checks that the draft is about the item in the path, so that an item can be sent back as it was
/// read.
fn check_id(id: Option<&str>, mut draft: ItemDraft) -> ItemDraft {
    if let (Some(body_id), Some(id)) = (&draft.id, id)
        && body_id != id
        && !is_blank(body_id)
    {
        let other = "The path names another item. Remove `id`, or set it to the ID in the path.";
        draft.errors.push(invalid("/id", other));
    }
    draft
}

fn draft(value: &RawValue, absent: Absent) -> ItemDraft {
    let mut draft = ItemDraft::default();
    for (name, value) in members(value, &mut draft.errors).unwrap_or_default() {
        let is_field = name == "attributes" || FIELDS.contains(&name.as_str());
        if value.get() == "null" && (is_field || name == UPDATED_AT) {
            absent.clear(&mut draft, &name);
            continue;
        }
        if name == "attributes" {
            attributes(&mut draft, value, absent);
            continue;
        }
        let errors = &mut draft.errors;
        match name.as_str() {
            "id" => draft.id = text(errors, "/id", value),
            "name" => draft.name = text(errors, "/name", value),
            "category" => draft.category = text(errors, "/category", value),
            "price" => draft.price = price(errors, value),
            "currency" => draft.currency = text(errors, "/currency", value),
            "description" => draft.description = text(errors, "/description", value),
            "url" => draft.url = text(errors, "/url", value),
            "image_url" => draft.image_url = text(errors, "/image_url", value),
            "available" if is_blank_text(value) => absent.clear(&mut draft, &name),
            "available" => draft.available = parse_bool(errors, value),
            UPDATED_AT => drop(text(errors, "/updated_at", value)),
            _ => errors.push(unknown_field(&name)),
        }
    }
    draft
}

/// Returns the digits of a price as they were sent, whether as a number or as a text.
fn price(errors: &mut Vec<EntryError>, value: &RawValue) -> Option<String> {
    match value.get().as_bytes() {
        [b'0'..=b'9' | b'-', ..] => Some(value.get().to_owned()),
        [b'"', ..] => text(errors, "/price", value),
        _ => refuse(
            errors,
            "/price",
            "Send a number, such as 32500 or \"32500.00\".",
        ),
    }
}

fn parse_bool(errors: &mut Vec<EntryError>, value: &RawValue) -> Option<bool> {
    let text = as_text(value);
    match text.as_deref().unwrap_or(value.get()).trim() {
        "true" => Some(true),
        "false" => Some(false),
        _ => refuse(errors, "/available", "Send true or false."),
    }
}

fn as_text(value: &RawValue) -> Option<String> {
    serde_json::from_str(value.get()).ok()
}

fn is_blank_text(value: &RawValue) -> bool {
    as_text(value).is_some_and(|text| is_blank(&text))
}

fn attributes(draft: &mut ItemDraft, value: &RawValue, absent: Absent) {
    let mut errors = Vec::new();
    for (name, value) in members(value, &mut errors).unwrap_or_default() {
        if value.get() == "null" {
            absent.clear(draft, &format!("attributes.{name}"));
        } else if let Some(text) = text(&mut errors, &pointer(&name), value) {
            draft.attributes.insert(name, text);
        }
    }
    let errors = errors.into_iter();
    draft
        .errors
        .extend(errors.map(|error| error.with_parent("/attributes")));
}
