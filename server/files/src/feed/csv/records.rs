//! The records of a CSV text (RFC 4180), with strict parsing.
//!
//! If a quotation mark is missing, a lenient parser takes everything up to the next one for a
//! single cell. The rows in between would be lost, and a feed that replaces the inventory would
//! remove their items. So a quoted cell must be closed, and only blanks may follow its closing
//! mark. A quotation mark inside an unquoted cell is text.

use crate::encoding::line_ends;
use crate::feed::FeedError;
use service::inventory::Position;
use std::borrow::Cow;

/// Most cells in a record, which is far more than there are fields and attributes.
pub const MAX_COLUMNS: usize = 256;

/// One record, which is a row of the table.
#[derive(Debug)]
pub struct Record<'a> {
    /// The line of the text on which the record begins, from 1.
    pub line: usize,
    /// The number of the row, from 1. Blank rows count, as in a spreadsheet.
    pub row: usize,
    pub cells: Vec<Cow<'a, str>>,
}

impl Record<'_> {
    pub const fn position(&self) -> Position {
        Position {
            line: Some(self.line),
            row: Some(self.row),
        }
    }

    /// Whether all cells are blank. Spreadsheets write such rows above and below a table.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }
}

/// Parser that returns one record after the other.
///
/// A cell borrows from the text, so a record needs memory only for its cells, of which there are at
/// most [`MAX_COLUMNS`].
pub struct Records<'a> {
    rest: &'a str,
    delimiter: char,
    line: usize,
    row: usize,
}

impl<'a> Records<'a> {
    /// Creates a parser for a text whose first line has the number `line`.
    pub const fn of(text: &'a str, delimiter: char, line: usize) -> Self {
        Self {
            rest: text,
            delimiter,
            line,
            row: 0,
        }
    }

    /// Returns the next record that is not blank.
    ///
    /// # Errors
    /// A quoted cell is not closed or is followed by text, or there are too many cells.
    pub fn next(&mut self) -> Result<Option<Record<'a>>, FeedError> {
        while !self.rest.is_empty() {
            let record = self.record()?;
            if !record.is_blank() {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    fn record(&mut self) -> Result<Record<'a>, FeedError> {
        self.row += 1;
        let (line, row) = (self.line, self.row);
        let mut cells = Vec::new();
        loop {
            if cells.len() == MAX_COLUMNS {
                return Err(FeedError::Malformed(format!(
                    "There are more than {MAX_COLUMNS} cells in the row on line {line}."
                )));
            }
            cells.push(self.cell()?);
            if let Some(rest) = self.rest.strip_prefix(self.delimiter) {
                self.rest = rest;
            } else {
                self.end_line();
                return Ok(Record { line, row, cells });
            }
        }
    }

    /// Parses one cell, which ends before a delimiter, the end of a line or the end of the text.
    fn cell(&mut self) -> Result<Cow<'a, str>, FeedError> {
        let Some(quoted) = self.rest.strip_prefix('"') else {
            return Ok(Cow::Borrowed(self.take_until_end_of_cell()));
        };
        let start_line = self.line;
        let Some(length) = quoted_length(quoted) else {
            return Err(FeedError::Malformed(format!(
                "The quotation mark that opens a cell on line {start_line} is never closed. Close it, and write a quotation \
                 mark inside a quoted cell twice."
            )));
        };
        let text = &quoted[..length];
        self.line += line_ends(text);
        self.rest = &quoted[length + 1..];
        if !self.take_until_end_of_cell().trim().is_empty() {
            let last_line = self.line;
            return Err(FeedError::Malformed(format!(
                "The quoted cell that begins on line {start_line} ends on line {last_line}, and text follows it. A quotation \
                 mark is missing, or one inside the cell is not written twice."
            )));
        }
        Ok(if text.contains('"') {
            Cow::Owned(text.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(text)
        })
    }

    fn take_until_end_of_cell(&mut self) -> &'a str {
        let ends = [self.delimiter, '\r', '\n'];
        let (cell, rest) = self
            .rest
            .split_at(self.rest.find(ends).unwrap_or(self.rest.len()));
        self.rest = rest;
        cell
    }

    /// Skips the end of a line: CR LF, LF, or a single CR, as some programs for the Mac still write
    /// it.
    fn end_line(&mut self) {
        let rest = self.rest;
        let rest = rest
            .strip_prefix("\r\n")
            .or_else(|| rest.strip_prefix(['\r', '\n']));
        if let Some(rest) = rest {
            self.rest = rest;
            self.line += 1;
        }
    }
}

/// Returns the number of bytes before the quotation mark that closes a cell. A doubled mark is a
/// mark inside the cell.
fn quoted_length(text: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let end = from + text[from..].find('"')?;
        if !text[end + 1..].starts_with('"') {
            return Some(end);
        }
        from = end + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read = Result<Vec<(usize, Vec<String>)>, String>;

    fn read(text: &str) -> Read {
        let mut records = Records::of(text, ',', 1);
        let mut all = Vec::new();
        loop {
            match records.next() {
                Ok(Some(record)) => {
                    let cells = record.cells.into_iter().map(Cow::into_owned).collect();
                    all.push((record.line, cells));
                }
                Ok(None) => return Ok(all),
                Err(FeedError::Malformed(reason)) => return Err(reason),
                Err(other) => panic!("{other:?}"),
            }
        }
    }

    fn row(line: usize, cells: &[&str]) -> (usize, Vec<String>) {
        (line, cells.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn all_line_endings_and_quoted_texts_are_read_and_lines_are_counted() {
        for end in ["\n", "\r\n", "\r"] {
            let text = format!("a,\"b{end}\"\"c\"\"{end}\"{end}{end}, {end}d,5\" e{end}\"f\" ,");
            let quoted = format!("b{end}\"c\"{end}");
            let expected = vec![
                row(1, &["a", &quoted]),
                row(6, &["d", "5\" e"]),
                row(7, &["f", ""]),
            ];
            assert_eq!(read(&text), Ok(expected), "{end:?}");
        }
    }

    #[test]
    fn missing_quotation_mark_is_reported_with_its_line() {
        let unclosed = read("id,name\nA,\"a\nB,b\nC,c\n").unwrap_err();
        assert!(unclosed.contains("line 2 is never closed"), "{unclosed}");
        let followed = read("id,name\nA,\"a\nB,\"b\"\nC,c\n").unwrap_err();
        assert!(
            followed.contains("begins on line 2 ends on line 3"),
            "{followed}"
        );
        assert!(read("id,name\n\"A\"x,a\n").is_err());
        assert!(read("id,name\nA,\"").is_err());
        assert!(read("id,name\nA,\"\"\"").is_err());
    }
}
