//! Validation errors of a request body: one for each value to correct, in the terms of the API.

mod id;
mod reason;

pub(crate) use id::check_id;
pub use reason::EntryReason;

use domain::is_invisible;

/// Kind of a validation error, in the terms of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryCode {
    Required,
    TooLong,
    OutOfRange,
    Invalid,
    UnknownField,
    Duplicate,
    NotFound,
}

impl EntryCode {
    pub const ALL: [Self; 7] = [
        Self::Required,
        Self::TooLong,
        Self::OutOfRange,
        Self::Invalid,
        Self::UnknownField,
        Self::Duplicate,
        Self::NotFound,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::TooLong => "too_long",
            Self::OutOfRange => "out_of_range",
            Self::Invalid => "invalid",
            Self::UnknownField => "unknown_field",
            Self::Duplicate => "duplicate",
            Self::NotFound => "not_found",
        }
    }
}

/// Position of an entry in the text of a feed, in the formats that people read line by line.
///
/// Numbers begin at 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    /// The line of the text on which the entry begins.
    pub line: Option<usize>,
    /// The row of the table, as a spreadsheet counts it: the header is a row, and a cell may span
    /// several lines.
    pub row: Option<usize>,
}

impl Position {
    pub const fn on_line(line: usize) -> Self {
        Self {
            line: Some(line),
            row: None,
        }
    }
}

/// One validation error in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryError {
    /// A JSON pointer (RFC 6901) such as `/price`. Inside the service it is relative to the item,
    /// in a response it is relative to the body.
    pub pointer: String,
    pub code: EntryCode,
    /// Why the value was refused, which implies the correction to make.
    pub reason: EntryReason,
    pub position: Position,
    /// The id of the item that the error is about, if the feed contains a valid one.
    pub id: Option<String>,
}

impl EntryError {
    pub fn new(
        pointer: impl Into<String>,
        code: EntryCode,
        reason: impl Into<EntryReason>,
    ) -> Self {
        Self {
            pointer: pointer.into(),
            code,
            reason: reason.into(),
            position: Position::default(),
            id: None,
        }
    }

    #[must_use]
    pub const fn at(mut self, position: Position) -> Self {
        self.position = position;
        self
    }

    /// Returns the error with a pointer that begins with `parent`, for an enclosing value.
    #[must_use]
    pub fn with_parent(mut self, parent: &str) -> Self {
        self.pointer.insert_str(0, parent);
        self
    }
}

/// Returns a text without the blanks of any kind around it and with `\n` at the ends of its lines,
/// or `None` if nothing in it can be seen.
///
/// This is the one rule for blanks in every format.
pub(crate) fn trim_text(text: Option<String>) -> Option<String> {
    let text = text?;
    if is_blank(&text) {
        return None;
    }
    let trimmed = text.trim();
    if trimmed.contains("\r\n") {
        Some(trimmed.replace("\r\n", "\n"))
    } else if trimmed.len() == text.len() {
        Some(text)
    } else {
        Some(trimmed.to_owned())
    }
}

/// Whether nothing in a text can be seen: it has only blanks and invisible characters.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// Checks a text that may be left out.
pub(crate) fn optional(
    errors: &mut Vec<EntryError>,
    pointer: &str,
    value: Option<String>,
    max: usize,
) -> Option<String> {
    let text = value?;
    check_text(errors, pointer, &text, max);
    Some(text)
}

/// Reports a text that is longer than `max` characters or contains control characters.
pub(crate) fn check_text(errors: &mut Vec<EntryError>, pointer: &str, text: &str, max: usize) {
    if text.chars().count() > max {
        let reason = EntryReason::TooManyCharacters { max };
        errors.push(EntryError::new(pointer, EntryCode::TooLong, reason));
    } else if text
        .chars()
        .any(|c| c.is_control() && c != '\t' && c != '\n')
    {
        let reason = EntryReason::ControlCharacters;
        errors.push(EntryError::new(pointer, EntryCode::Invalid, reason));
    }
}
