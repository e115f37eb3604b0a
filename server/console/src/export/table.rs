//! Tables for spreadsheets: CSV (RFC 4180) in UTF-8.
//!
//! They begin with a byte-order mark, since Excel otherwise decodes a file with the code page of
//! its machine.

use csv_core::{QuoteStyle, Terminator, WriteResult, Writer, WriterBuilder};
use files::formula::neutralise;

const BYTE_ORDER_MARK: &str = "\u{FEFF}";

/// Returns the byte-order mark and the header of a table whose delimiter is a comma.
pub fn head(columns: &[impl AsRef<str>]) -> Vec<u8> {
    COMMAS.head(columns)
}

/// Appends a row, in which no cell can be mistaken for a formula, to a table whose delimiter is a
/// comma.
pub fn write_row(bytes: &mut Vec<u8>, cells: &[impl AsRef<str>]) {
    COMMAS.write_row(bytes, cells);
}

const COMMAS: Table = Table { delimiter: b',' };

/// The form of a table.
pub struct Table {
    pub delimiter: u8,
}

impl Table {
    /// Returns the byte-order mark and the header of a table.
    pub fn head(&self, columns: &[impl AsRef<str>]) -> Vec<u8> {
        let mut bytes = BYTE_ORDER_MARK.into();
        // Programs guess the delimiter from the header, and some names contain semicolons.
        let style = if columns.iter().any(|name| name.as_ref().contains(';')) {
            QuoteStyle::Always
        } else {
            QuoteStyle::Necessary
        };
        self.record(&mut bytes, columns, style);
        bytes
    }

    /// Appends a row in which no cell can be mistaken for a formula.
    pub fn write_row(&self, bytes: &mut Vec<u8>, cells: &[impl AsRef<str>]) {
        let cells: Vec<_> = cells.iter().map(|cell| neutralise(cell.as_ref())).collect();
        self.record(bytes, &cells, QuoteStyle::Necessary);
    }

    fn record(&self, bytes: &mut Vec<u8>, cells: &[impl AsRef<str>], style: QuoteStyle) {
        let mut writer = WriterBuilder::new()
            .delimiter(self.delimiter)
            .terminator(Terminator::CRLF)
            .quote_style(style)
            .build();
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                write_with(bytes, &mut writer, 1, Writer::delimiter);
            }
            let cell = cell.as_ref().as_bytes();
            // The cell has two quotation marks around it, and one more for each that it contains.
            write_with(bytes, &mut writer, 2 * cell.len() + 2, |writer, out| {
                let (result, _, written) = writer.field(cell, out);
                (result, written)
            });
        }
        // Includes the last closing quotation mark.
        write_with(bytes, &mut writer, 3, Writer::terminator);
    }
}

/// Lets the writer append output that is never longer than `room`.
fn write_with(
    bytes: &mut Vec<u8>,
    writer: &mut Writer,
    room: usize,
    put: impl FnOnce(&mut Writer, &mut [u8]) -> (WriteResult, usize),
) {
    let begin = bytes.len();
    // One more byte, for the quotation mark that closes the preceding cell.
    bytes.resize(begin + room + 1, 0);
    let (_, written) = put(writer, &mut bytes[begin..]);
    bytes.truncate(begin + written);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_contain_separators_are_quoted_and_formulas_are_neutralised() {
        let mut bytes = Vec::new();
        write_row(&mut bytes, &["a,b", "c\"d", "e\r\nf", "", "plain", "=1"]);
        let written = String::from_utf8(bytes).unwrap();
        assert_eq!(written, "\"a,b\",\"c\"\"d\",\"e\r\nf\",,plain,'=1\r\n");
    }

    #[test]
    fn cells_that_contain_another_delimiter_are_quoted() {
        let mut bytes = Vec::new();
        let table = Table { delimiter: b';' };
        table.write_row(&mut bytes, &["a,b", "c;d", ""]);
        assert_eq!(bytes, b"a,b;\"c;d\";\r\n");
    }

    #[test]
    fn table_begins_with_a_byte_order_mark_and_its_header() {
        assert_eq!(head(&["id", "name"]), "\u{FEFF}id,name\r\n".as_bytes());
        let quoted = "\u{FEFF}\"id\",\"attributes.a;b\"\r\n";
        assert_eq!(head(&["id", "attributes.a;b"]), quoted.as_bytes());
    }
}
