//! Reading the fields of a body. What is wrong with the form of a value is noted and not returned, so that a caller
//! learns of it together with everything else.

use super::json::{Members, object};
use serde_json::value::RawValue;
use service::entry::{EntryCode, EntryError};

/// The members of an object, each name once: which of two a reader would take nobody knows.
pub fn members<'a>(
    value: &'a RawValue,
    errors: &mut Vec<EntryError>,
) -> Option<Vec<(String, &'a RawValue)>> {
    let Some(Members { mut members, more }) = object(value) else {
        errors.push(invalid("", "Give an object."));
        return None;
    };
    if more {
        errors.push(too_many());
    }
    let mut seen: Vec<String> = Vec::with_capacity(members.len());
    members.retain(|(name, _)| {
        let again = seen.contains(name);
        if again {
            errors.push(twice(name));
        }
        seen.push(name.clone());
        !again
    });
    Some(members)
}

/// A text, byte for byte.
pub fn text(errors: &mut Vec<EntryError>, pointer: &str, value: &RawValue) -> Option<String> {
    let read = value
        .get()
        .starts_with('"')
        .then(|| serde_json::from_str(value.get()));
    match read {
        Some(Ok(text)) => Some(text),
        Some(Err(_)) => refuse(
            errors,
            pointer,
            "This text holds half a character. Send whole ones.",
        ),
        None => refuse(errors, pointer, "Give a text."),
    }
}

/// A field that nothing here knows.
pub fn unknown(name: &str) -> EntryError {
    EntryError::new(
        pointer(name),
        EntryCode::UnknownField,
        "There is no field of this name. Leave it out.",
    )
}

/// More members than any object of ours has.
pub fn too_many() -> EntryError {
    EntryError::new("", EntryCode::TooLong, "This object has too many members.")
}

/// A field that is given a second time.
pub fn twice(name: &str) -> EntryError {
    EntryError::new(pointer(name), EntryCode::Duplicate, "Give each name once.")
}

pub fn invalid(pointer: &str, detail: &str) -> EntryError {
    EntryError::new(pointer, EntryCode::Invalid, detail)
}

/// Notes that a value cannot be taken.
pub fn refuse<T>(errors: &mut Vec<EntryError>, pointer: &str, detail: &str) -> Option<T> {
    errors.push(invalid(pointer, detail));
    None
}

/// RFC 6901, with the name cut to a length that can be read.
pub fn pointer(name: &str) -> String {
    let shown: String = name.chars().take(128).collect();
    format!("/{}", shown.replace('~', "~0").replace('/', "~1"))
}
