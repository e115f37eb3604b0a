//! Tables that other systems export, with columns under their own names.
//!
//! A member maps the columns to the fields of an item; [`guess()`] proposes a mapping.

mod cell;
mod currency_signs;
mod decode;
mod file;
mod guess;
mod html;
mod json;
mod mapping;
mod missing_currency;
mod names;
mod price;
mod rows;
mod shorten;
mod table_start;
mod value;
mod xml;

pub use cell::{Cell, CellKey};
pub use file::{File, WORKBOOKS};
pub use guess::guess;
pub use mapping::{Decimals, Fault, FaultLocation, Mapping, TARGETS, Target, label};
pub use shorten::shorten;

use crate::feed::{FeedError, item_count_error};
use service::store::HeaderDigest;
use sha2::{Digest as _, Sha256};
use table_start::TableStart;

/// Rows whose values are sampled to guess a mapping.
const SAMPLED_ROWS: usize = 200;
/// Characters of a value that are sampled, and of a header that are shown.
const SAMPLED_CHARS: usize = 120;

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
    /// Number of all rows that have a value.
    pub filled: usize,
}

impl Table {
    /// Reads the shape of a table.
    ///
    /// # Errors
    /// If the text is malformed, or has no rows.
    pub fn of(text: &str) -> Result<Self, FeedError> {
        let TableStart {
            delimiter,
            header,
            mut records,
        } = TableStart::of(text)?;
        let columns = header.cells.iter().map(|name| TableColumn {
            header: name.trim().to_owned(),
            ..TableColumn::default()
        });
        let mut table = Self {
            delimiter,
            columns: columns.collect(),
            rows: 0,
        };
        while let Some(record) = records.next()? {
            table.rows += 1;
            let is_sampled = table.rows <= SAMPLED_ROWS;
            for (column, cell) in table.columns.iter_mut().zip(&record.cells) {
                let cell = cell.trim();
                column.filled += usize::from(!cell.is_empty());
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
            return Err(item_count_error());
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

#[cfg(test)]
mod tests;
