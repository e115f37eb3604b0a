//! Parsing of JSON bodies into drafts of leads and of edits.

use files::json::fields::{members, pointer, text, unknown_field};
use serde_json::value::RawValue;
use service::entry::{EntryCode, EntryError};
use service::leads::{Edit, LeadDraft, LeadEditsDraft};

/// Fields that the server sets.
const SERVER_FIELDS: [&str; 4] = ["id", "created_at", "updated_at", "deleted_at"];

/// Fields that cannot be changed once the lead exists.
const IMMUTABLE_FIELDS: [&str; 6] = ["name", "email", "phone", "message", "source", "item_id"];

/// Reads a new lead.
pub fn lead(body: &RawValue) -> LeadDraft {
    let mut draft = LeadDraft::default();
    let errors = &mut draft.errors;
    for (name, value) in members(body, errors).unwrap_or_default() {
        let field = match name.as_str() {
            "name" => &mut draft.name,
            "email" => &mut draft.email,
            "phone" => &mut draft.phone,
            "message" => &mut draft.message,
            "source" => &mut draft.source,
            "item_id" => &mut draft.item_id,
            "status" => &mut draft.status,
            "external_id" => &mut draft.external_id,
            "note" => &mut draft.note,
            _ => {
                errors.push(not_settable(&name));
                continue;
            }
        };
        // For every field, null is the same as absent.
        *field = text_or_null(errors, &pointer(&name), value);
    }
    draft
}

/// Reads the changes that a CRM writes back. In these, null clears the field.
pub fn edits(body: &RawValue) -> LeadEditsDraft {
    let mut draft = LeadEditsDraft::default();
    let errors = &mut draft.errors;
    for (name, value) in members(body, errors).unwrap_or_default() {
        match name.as_str() {
            "status" => draft.status = text(errors, "/status", value),
            "external_id" => {
                draft.external_id = Edit::Set(text_or_null(errors, "/external_id", value));
            }
            "note" => draft.note = Edit::Set(text_or_null(errors, "/note", value)),
            immutable if IMMUTABLE_FIELDS.contains(&immutable) => {
                let detail = "Only `status`, `external_id` and `note` can be changed.";
                errors.push(EntryError::new(
                    pointer(immutable),
                    EntryCode::UnknownField,
                    detail,
                ));
            }
            _ => errors.push(not_settable(&name)),
        }
    }
    draft
}

fn text_or_null(errors: &mut Vec<EntryError>, pointer: &str, value: &RawValue) -> Option<String> {
    if value.get() == "null" {
        return None;
    }
    text(errors, pointer, value)
}

fn not_settable(name: &str) -> EntryError {
    if SERVER_FIELDS.contains(&name) {
        let detail = format!("Remove `{name}`: the server sets it.");
        EntryError::new(pointer(name), EntryCode::UnknownField, detail)
    } else {
        unknown_field(name)
    }
}
