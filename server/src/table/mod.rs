//! Tables that other systems export, with columns under their own names.
//!
//! A member maps the columns to the fields of an item; [`guess()`] proposes a mapping.

mod decode;
mod file;
mod guess;
mod html;
mod mapping;
mod names;
mod price;
mod value;

pub use file::File;
pub use guess::guess;
pub use mapping::{Decimals, Fault, Mapping, Place, TARGETS, Target};

use crate::api::json::MAX_MEMBERS;
use crate::feed::csv::dialect::Dialect;
use crate::feed::csv::records::{Record, Records};
use crate::feed::{Absent, FeedError, MAX_ITEMS, wrong_count};
use crate::formula::restored;
use service::inventory::{Currency, EntryCode, EntryError, ItemDraft};
use service::store::HeaderDigest;
use sha2::{Digest as _, Sha256};
use std::collections::HashSet;

/// Rows whose values are sampled to guess a mapping.
const SAMPLED_ROWS: usize = 200;
/// Characters of a value that are sampled, and of a header that are shown.
const SAMPLED_CHARS: usize = 120;
/// Maximum length of an attribute's name, in characters.
const MAX_ATTRIBUTE: usize = 128;

/// Shape of a table.
#[derive(Debug)]
pub struct Table {
    pub delimiter: char,
    pub columns: Vec<TableColumn>,
    /// Number of rows below the header that are not blank.
    pub rows: usize,
}

#[derive(Debug, Default)]
pub struct TableColumn {
    /// Header without spaces around it; empty if the column has no name.
    pub header: String,
    /// Values of the first rows that have one.
    pub values: Vec<String>,
}

/// The items of a table.
#[derive(Debug)]
pub struct Items {
    pub drafts: Vec<ItemDraft>,
    /// Number of rows that repeat the id of a row above and have no name, such as variants and
    /// further images. They are omitted.
    pub repeated: usize,
}

impl Table {
    /// Reads the shape of a table.
    ///
    /// # Errors
    /// If the text is malformed, or has no rows.
    pub fn of(text: &str) -> Result<Self, FeedError> {
        let dialect = Dialect::of(text);
        let mut records = Records::of(dialect.text, dialect.delimiter, dialect.line);
        let header = records.next()?.ok_or_else(wrong_count)?;
        let named = header.cells.iter().map(|name| TableColumn {
            header: name.trim().to_owned(),
            values: Vec::new(),
        });
        let mut table = Self {
            delimiter: dialect.delimiter,
            columns: named.collect(),
            rows: 0,
        };
        while let Some(record) = records.next()? {
            table.rows += 1;
            let is_sampled = table.rows <= SAMPLED_ROWS;
            for (column, cell) in table.columns.iter_mut().zip(&record.cells) {
                let cell = cell.trim();
                // A column whose first value is below the sampled rows must not be mistaken for an
                // empty one.
                if !cell.is_empty() && (is_sampled || column.values.is_empty()) {
                    column
                        .values
                        .push(cell.chars().take(SAMPLED_CHARS).collect());
                }
            }
        }
        if table.rows == 0 {
            return Err(wrong_count());
        }
        Ok(table)
    }

    /// Returns the digest that identifies this header. The order of the columns matters, since a
    /// mapping is by position.
    pub fn header_digest(&self) -> HeaderDigest {
        let mut hash = Sha256::new();
        for column in &self.columns {
            hash.update(column.header.len().to_be_bytes());
            hash.update(&column.header);
        }
        HeaderDigest(hash.finalize().into())
    }
}

/// Prefix of the columns of attributes in the console's own files.
const PREFIX: &str = "attributes.";

fn is_own_attribute(header: &str) -> bool {
    let start = header.split_at_checked(PREFIX.len());
    start.is_some_and(|(start, _)| start.eq_ignore_ascii_case(PREFIX))
}

/// Returns the names of the attributes that the columns become, each of them unique.
fn attribute_names<'a>(headers: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (number, header) in (1..).zip(headers) {
        let own = if is_own_attribute(header) {
            &header[PREFIX.len()..]
        } else {
            header
        };
        let own = own.replace(char::is_control, " ");
        // Leaves room for a number.
        let own: String = own.trim().chars().take(MAX_ATTRIBUTE - 6).collect();
        let own = own.trim();
        let own = if own.is_empty() {
            format!("Column {number}")
        } else {
            own.to_owned()
        };
        let mut name = own.clone();
        let mut suffix = number;
        while names.contains(&name) {
            name = format!("{own} {suffix}");
            suffix += 1;
        }
        names.push(name);
    }
    names
}

/// Reads the items of a table by a mapping of its columns.
///
/// `account` is the currency of prices for which no other is known. `absent` is the meaning of
/// blank cells and of fields without a column.
///
/// # Errors
/// If the text is malformed, is not the table of this mapping, or has no items or too many.
pub fn read(
    text: &str,
    mapping: &Mapping,
    account: Currency,
    absent: Absent,
) -> Result<Items, FeedError> {
    let dialect = Dialect::of(text);
    let mut records = Records::of(dialect.text, dialect.delimiter, dialect.line);
    let header = records.next()?.ok_or_else(wrong_count)?;
    if header.cells.len() != mapping.columns.len() {
        let why = "The columns of the file are not those that were mapped. Choose the file again.";
        return Err(FeedError::Malformed(why.to_owned()));
    }
    let names = attribute_names(header.cells.iter().map(|name| name.trim()));
    let mut items = Items {
        drafts: Vec::new(),
        repeated: 0,
    };
    let mut above: HashSet<String> = HashSet::new();
    while let Some(record) = records.next()? {
        let draft = draft(&record, mapping, &names, account, absent);
        let id = draft.id.as_deref().map(str::trim);
        match (id, &draft.name) {
            (Some(id), None) if draft.errors.is_empty() && above.contains(id) => {
                items.repeated += 1;
                continue;
            }
            (Some(id), Some(_)) => drop(above.insert(id.to_owned())),
            _ => {}
        }
        if items.drafts.len() == MAX_ITEMS {
            return Err(wrong_count());
        }
        items.drafts.push(draft);
    }
    if items.drafts.is_empty() {
        return Err(wrong_count());
    }
    Ok(items)
}

fn draft(
    record: &Record<'_>,
    mapping: &Mapping,
    names: &[String],
    account: Currency,
    absent: Absent,
) -> ItemDraft {
    let mut draft = ItemDraft {
        position: record.position(),
        ..ItemDraft::default()
    };
    let (cells, columns) = (&record.cells, mapping.columns.len());
    // Spreadsheets write blank cells after the last column.
    let is_longer = cells
        .iter()
        .skip(columns)
        .any(|cell| !cell.trim().is_empty());
    if cells.len() < columns || is_longer {
        let cells = cells.len();
        let detail = format!("This row has {cells} cells, and the header line names {columns}.");
        draft
            .errors
            .push(EntryError::new("", EntryCode::Invalid, detail));
        return draft;
    }
    for ((target, cell), name) in mapping.columns.iter().zip(cells).zip(names) {
        if cell.trim().is_empty() {
            match target {
                Target::LeaveOut => {}
                Target::Field(field) => absent.clear(&mut draft, field),
                Target::Attribute => absent.clear(&mut draft, &format!("{PREFIX}{name}")),
            }
            continue;
        }
        let cell = restored(cell);
        match target {
            Target::LeaveOut => {}
            Target::Attribute if draft.attributes.len() == MAX_MEMBERS => {}
            Target::Attribute => {
                let value = cell.replace("\r\n", "\n");
                draft.attributes.insert(name.clone(), value);
            }
            Target::Field(field) => value::set(&mut draft, field, cell),
        }
    }
    price::complete(&mut draft, mapping, account);
    draft
}

#[cfg(test)]
mod tests;
