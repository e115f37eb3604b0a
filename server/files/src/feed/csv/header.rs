//! The header of a CSV text. If the header has an error, all rows would be misread, so the refusal
//! lists only the errors of the header.

use super::records::Record;
use crate::feed::{Absent, FIELDS, FeedError};
use crate::invalid_entry::invisible_character;
use domain::find_invisible;
use service::entry::is_blank;
use service::inventory::{EntryCode, EntryError};

/// Prefix in the name of a column with an attribute.
pub const ATTRIBUTE: &str = "attributes.";
/// Most characters in the name of an attribute. Every row with the attribute contains its name, so
/// one long line must not fill the memory.
const MAX_NAME_CHARS: usize = 128;
/// Most columns, and most characters of each, that a refusal repeats.
const SHOWN_COLUMNS: usize = 20;
const SHOWN_CHARS: usize = 30;
const REQUIRED: [&str; 2] = ["id", "name"];

/// Meaning of the cells in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    Field(&'static str),
    Attribute(String),
}

impl Column {
    /// Parses the name of a column, in any letter case and with blanks around it. The name of an
    /// attribute keeps its letter case.
    fn parse(name: &str) -> Option<Self> {
        let name = name.trim();
        if let Some(field) = FIELDS.iter().find(|field| field.eq_ignore_ascii_case(name)) {
            return Some(Self::Field(field));
        }
        let (start, attribute) = name.split_at_checked(ATTRIBUTE.len())?;
        let attribute = attribute.trim();
        let is_attribute = start.eq_ignore_ascii_case(ATTRIBUTE) && !is_blank(attribute);
        is_attribute.then(|| Self::Attribute(attribute.to_owned()))
    }
}

/// Returns the columns of a header, without blank names at its end: spreadsheets and scripts write
/// a delimiter too many.
///
/// # Errors
/// Everything that is wrong with the header.
pub fn columns(header: &Record<'_>, absent: Absent) -> Result<Vec<Column>, FeedError> {
    let line = header.line;
    let mut errors = Vec::new();
    let position = header.position();
    let mut fault =
        |code, detail| errors.push(EntryError::new("/header", code, detail).at(position));
    let last = header
        .cells
        .iter()
        .rposition(|name| !name.trim().is_empty());
    let names = &header.cells[..last.map_or(0, |last| last + 1)];
    let mut columns = Vec::with_capacity(names.len());
    let mut unknown = Vec::new();
    for (number, name) in (1..).zip(names) {
        match Column::parse(name) {
            None => {
                if let Some(character) = find_invisible(name).map(invisible_character) {
                    let detail = format!(
                        "In the header on line {line}, the name of column {number} has the invisible character \
                         {character}. Remove it."
                    );
                    fault(EntryCode::UnknownField, detail);
                } else {
                    unknown.push(quote_name(name));
                }
            }
            Some(Column::Attribute(name)) if name.chars().count() > MAX_NAME_CHARS => {
                let name = quote_name(&name);
                let max = MAX_NAME_CHARS;
                let detail = format!(
                    "The header on line {line} names an attribute with more than {max} characters, {name}. Shorten it."
                );
                fault(EntryCode::TooLong, detail);
            }
            Some(column) if columns.contains(&column) => {
                let name = quote_name(name);
                let detail =
                    format!("The header on line {line} names {name} twice. Name each column once.");
                fault(EntryCode::Duplicate, detail);
            }
            Some(column) => columns.push(column),
        }
    }
    let column_list = list(names.iter().map(|name| quote_name(name)).collect());
    if !unknown.is_empty() {
        let (count, unknown) = (unknown.len(), list(unknown));
        let are = if count == 1 {
            "is not a field"
        } else {
            "are not fields"
        };
        let detail = format!(
            "In the header on line {line}, {unknown} {are}. Its columns are {column_list}. The fields are {}, and \
             `attributes.NAME` for everything else.",
            list(FIELDS.iter().map(|field| quote_name(field)).collect())
        );
        fault(EntryCode::UnknownField, detail);
    }
    // A partial update does not need the names of items.
    let required = match absent {
        Absent::Clear => &REQUIRED[..],
        Absent::Keep => &REQUIRED[..1],
    };
    for field in required.iter().copied() {
        if columns.contains(&Column::Field(field)) {
            continue;
        }
        let detail = format!(
            "The header on line {line} has no column `{field}`. Its columns are {column_list}."
        );
        fault(EntryCode::Required, detail);
    }
    if errors.is_empty() {
        Ok(columns)
    } else {
        Err(FeedError::Invalid(errors))
    }
}

/// Shortens a name and drops invisible characters, and those that a terminal or a page would
/// interpret.
fn quote_name(name: &str) -> String {
    let plain = |c: &char| *c == ' ' || c.is_alphanumeric() || c.is_ascii_graphic() && *c != '`';
    let mut chars = name.trim().chars().filter(plain);
    let start: String = chars.by_ref().take(SHOWN_CHARS).collect();
    let more = if chars.next().is_some() { "…" } else { "" };
    format!("`{start}{more}`")
}

fn list(mut names: Vec<String>) -> String {
    let more = names.len().saturating_sub(SHOWN_COLUMNS);
    names.truncate(SHOWN_COLUMNS);
    let names = names.join(", ");
    if more == 0 {
        names
    } else {
        format!("{names} and {more} more")
    }
}
