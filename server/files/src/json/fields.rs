//! Readers for the fields of a JSON body.
//!
//! Faults in the form of a value are collected instead of returned, so that the caller gets all of
//! them in one response.

use super::{Members, object};
use crate::invalid_entry::invisible_character;
use domain::find_invisible;
use serde_json::value::RawValue;
use service::entry::{EntryCode, EntryError};

/// Returns the members of an object. A repeated name is an error, since readers differ in which of
/// the two they use.
pub fn members<'a>(
    value: &'a RawValue,
    errors: &mut Vec<EntryError>,
) -> Option<Vec<(String, &'a RawValue)>> {
    let Some(Members {
        mut members,
        is_truncated,
    }) = object(value)
    else {
        errors.push(invalid("", "Send an object."));
        return None;
    };
    if is_truncated {
        errors.push(too_many_members());
    }
    let mut seen: Vec<String> = Vec::with_capacity(members.len());
    members.retain(|(name, _)| {
        let is_duplicate = seen.contains(name);
        if is_duplicate {
            errors.push(duplicate_field(name));
        }
        seen.push(name.clone());
        !is_duplicate
    });
    Some(members)
}

/// Reads a string, byte for byte.
pub fn text(errors: &mut Vec<EntryError>, pointer: &str, value: &RawValue) -> Option<String> {
    let parsed = value
        .get()
        .starts_with('"')
        .then(|| serde_json::from_str(value.get()));
    match parsed {
        Some(Ok(text)) => Some(text),
        Some(Err(_)) => refuse(
            errors,
            pointer,
            "This text contains half of a character. Send whole characters.",
        ),
        None => refuse(errors, pointer, "Send a string."),
    }
}

/// Returns the error for a field of unknown name.
pub fn unknown_field(name: &str) -> EntryError {
    let detail = match find_invisible(name).map(invisible_character) {
        Some(character) => {
            format!("The name of this field has the invisible character {character}. Remove it.")
        }
        None => "Unknown field. Remove it.".to_owned(),
    };
    EntryError::new(pointer(name), EntryCode::UnknownField, detail)
}

/// Returns the error for an object with more members than any of the API's objects has.
pub fn too_many_members() -> EntryError {
    EntryError::new("", EntryCode::TooLong, "This object has too many members.")
}

/// Returns the error for a field that occurs a second time.
pub fn duplicate_field(name: &str) -> EntryError {
    EntryError::new(
        pointer(name),
        EntryCode::Duplicate,
        "Use each name only once.",
    )
}

pub fn invalid(pointer: &str, detail: &str) -> EntryError {
    EntryError::new(pointer, EntryCode::Invalid, detail)
}

/// Records that a value is invalid.
pub fn refuse<T>(errors: &mut Vec<EntryError>, pointer: &str, detail: &str) -> Option<T> {
    errors.push(invalid(pointer, detail));
    None
}

/// Returns a JSON pointer (RFC 6901) to the field, with its name cut to a readable length.
pub fn pointer(name: &str) -> String {
    let prefix: String = name.chars().take(128).collect();
    format!("/{}", prefix.replace('~', "~0").replace('/', "~1"))
}
