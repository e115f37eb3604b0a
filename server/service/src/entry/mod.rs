//! The faults of a body: each value to correct, in the API's words.

mod id;

pub(crate) use id::check_id;

/// What is wrong with one entry, in the API's words.
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

/// Position of an entry in the text of a feed, in the formats that people read line by line. Numbers begin at 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    /// The line of the text on which the entry begins.
    pub line: Option<usize>,
    /// The row of the table, as a spreadsheet counts it: the header is a row, and a cell may have several lines.
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

/// One fault in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryError {
    /// A JSON pointer (RFC 6901) from the item on, such as `/price`; from the body on once it left the service.
    pub pointer: String,
    pub code: EntryCode,
    /// What to do, in one sentence.
    pub detail: String,
    pub position: Position,
    /// The id of the item that this is about, if the feed has one that an item can have.
    pub id: Option<String>,
}

impl EntryError {
    pub fn new(pointer: impl Into<String>, code: EntryCode, detail: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            code,
            detail: detail.into(),
            position: Position::default(),
            id: None,
        }
    }

    #[must_use]
    pub const fn at(mut self, position: Position) -> Self {
        self.position = position;
        self
    }

    /// The same, seen from further out.
    #[must_use]
    pub fn under(mut self, parent: &str) -> Self {
        self.pointer.insert_str(0, parent);
        self
    }
}

/// A text without the blanks of any kind around it; `None` if nothing else is in it. This is the one rule for blanks in
/// every format.
pub(crate) fn trimmed(text: Option<String>) -> Option<String> {
    let text = text?;
    let trimmed = text.trim();
    if trimmed.is_empty() {
        None
    } else if trimmed.len() == text.len() {
        Some(text)
    } else {
        Some(trimmed.to_owned())
    }
}

/// A text that may be left out.
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

/// Notes what is wrong with a text: it is longer than `max` characters, or holds control characters.
pub(crate) fn check_text(errors: &mut Vec<EntryError>, pointer: &str, text: &str, max: usize) {
    if text.chars().count() > max {
        let detail = format!("Use at most {max} characters.");
        errors.push(EntryError::new(pointer, EntryCode::TooLong, detail));
    } else if text
        .chars()
        .any(|c| c.is_control() && c != '\t' && c != '\n')
    {
        let detail = "Remove the control characters; tab and newline are the only ones allowed.";
        errors.push(EntryError::new(pointer, EntryCode::Invalid, detail));
    }
}
