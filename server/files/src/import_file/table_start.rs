//! Beginning of a table: its delimiter, and its header below titles and explanations.

use super::names::{self, normalise};
use crate::feed::csv::dialect::Dialect;
use crate::feed::csv::records::{Record, Records};
use crate::feed::{FIELDS, FeedError, item_count_error};

/// Delimiters of tables whose first row names no field.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];
/// Rows among which the header is searched.
const SEARCH_LIMIT: usize = 10;
/// Length of the longest cell that can be the name of a field, in bytes.
const MAX_NAME: usize = 100;

pub struct TableStart<'a> {
    pub delimiter: char,
    pub header: Record<'a>,
    /// The rows below the header.
    pub records: Records<'a>,
}

impl<'a> TableStart<'a> {
    /// Reads a text up to its header.
    ///
    /// The header is the first row that is not blank. If that does not name fields, it can be a
    /// title or an explanation above the header, and it can have another delimiter.
    ///
    /// # Errors
    /// If the text is malformed, or has no rows.
    pub fn of(text: &'a str) -> Result<Self, FeedError> {
        let dialect = Dialect::of(text);
        let is_declared = dialect.line > 1;
        let open = |delimiter| Records::of(dialect.text, delimiter, dialect.line);
        let first = Self::first(dialect.delimiter, open(dialect.delimiter));
        if first
            .as_ref()
            .is_ok_and(|table_start| field_count(&table_start.header) > 1)
        {
            return first;
        }
        let others = DELIMITERS.into_iter().filter(|_| !is_declared);
        let table_start = std::iter::once(dialect.delimiter)
            .chain(others)
            .find_map(|delimiter| Self::below_titles(delimiter, open(delimiter)));
        if let Some(table_start) = table_start {
            return Ok(table_start);
        }
        let has_bars = first.as_ref().is_ok_and(
            |table_start| matches!(&table_start.header.cells[..], [only] if only.contains('|')),
        );
        if has_bars && !is_declared {
            return Self::first('|', open('|'));
        }
        first
    }

    fn first(delimiter: char, mut records: Records<'a>) -> Result<Self, FeedError> {
        let header = records.next()?.ok_or_else(item_count_error)?;
        Ok(Self {
            delimiter,
            header,
            records,
        })
    }

    /// Finds a header that names at least two fields, below rows that cannot be one.
    fn below_titles(delimiter: char, mut records: Records<'a>) -> Option<Self> {
        let mut longest_title = 0;
        for _ in 0..SEARCH_LIMIT {
            let header = records.next().ok()??;
            let cells = filled_cells(&header);
            if field_count(&header) > 1 && 2 * longest_title <= cells {
                return Some(Self {
                    delimiter,
                    header,
                    records,
                });
            }
            // A row with explanations has one for each column.
            if !header.cells[0].trim_start().starts_with('#') {
                longest_title = longest_title.max(cells);
            }
        }
        None
    }
}

fn filled_cells(record: &Record<'_>) -> usize {
    let cells = record.cells.iter();
    cells.filter(|cell| !cell.trim().is_empty()).count()
}

/// Returns the number of fields that a row names.
fn field_count(record: &Record<'_>) -> usize {
    let cells = record.cells.iter().filter(|cell| cell.len() <= MAX_NAME);
    let names: Vec<String> = cells.map(|cell| normalise(cell)).collect();
    names::count_known(&names)
}

/// Prefix of the columns of attributes in the console's own files.
pub const ATTRIBUTE_PREFIX: &str = "attributes.";

pub fn is_prefixed_attribute(header: &str) -> bool {
    let start = header.split_at_checked(ATTRIBUTE_PREFIX.len());
    start.is_some_and(|(start, _)| start.eq_ignore_ascii_case(ATTRIBUTE_PREFIX))
}

/// Returns whether a file has exactly the columns of the console's own files and of feeds, whose
/// values need no conversion.
pub fn is_console_export(header: &Record<'_>) -> bool {
    let mut cells = header.cells.iter();
    cells.all(|cell| FIELDS.contains(&&**cell) || cell.starts_with(ATTRIBUTE_PREFIX))
}

/// Maximum length of an attribute's name, in characters.
const MAX_ATTRIBUTE: usize = 128;

/// Returns the names of the attributes that the columns become, each of them unique. The names in
/// the console's own files are kept.
pub fn attribute_names<'a>(headers: impl Iterator<Item = &'a str> + Clone) -> Vec<String> {
    let mut names: Vec<Option<String>> = headers
        .clone()
        .map(|header| {
            let name =
                is_prefixed_attribute(header).then(|| header[ATTRIBUTE_PREFIX.len()..].trim())?;
            let is_name = (1..=MAX_ATTRIBUTE).contains(&name.chars().count());
            (is_name && !name.contains(char::is_control)).then(|| name.to_owned())
        })
        .collect();
    for index in (0..names.len()).rev() {
        if names[..index].contains(&names[index]) {
            names[index] = None;
        }
    }
    for (index, header) in headers.enumerate() {
        if names[index].is_some() {
            continue;
        }
        let number = index + 1;
        let base_name = if is_prefixed_attribute(header) {
            &header[ATTRIBUTE_PREFIX.len()..]
        } else {
            header
        };
        let base_name = base_name.replace(char::is_control, " ");
        // Leaves room for a number.
        let base_name: String = base_name.trim().chars().take(MAX_ATTRIBUTE - 6).collect();
        let base_name = base_name.trim();
        let base_name = if base_name.is_empty() {
            format!("Column {number}")
        } else {
            base_name.to_owned()
        };
        let mut name = base_name.clone();
        let mut suffix = number;
        while names.contains(&Some(name.clone())) {
            name = format!("{base_name} {suffix}");
            suffix += 1;
        }
        names[index] = Some(name);
    }
    names.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_is_found_below_titles_and_with_its_own_delimiter() {
        for (text, delimiter, line) in [
            ("id,name\n1,a\n", ',', 1),
            ("a,b\n1,2\n", ',', 1),
            ("id|name, long|price\n", '|', 1),
            ("a|b|c\n1|2|3\n", '|', 1),
            (
                "# Required | the id,# Required | the name\nid,title\n1,a\n",
                ',',
                2,
            ),
            ("Stock list, 12 May\n\nSKU;Titel;Preis\n1;a;2\n", ';', 3),
            (
                "Cars;;;\nPrinted;12.05.2026;;\nArtikelnr;Titel;Preis;Farbe\n1;a;2;b\n",
                ';',
                3,
            ),
            ("sep=;\nid;name|price\n", ';', 2),
            // A row with the same number of cells as the one below is not a title.
            ("first,second\nid,name\n1,a\n", ',', 1),
        ] {
            let table_start = TableStart::of(text).unwrap();
            assert_eq!(
                (table_start.delimiter, table_start.header.line),
                (delimiter, line),
                "{text:?}"
            );
        }
        assert!(TableStart::of("id,\"name\n1,2\n").is_err());
        assert!(TableStart::of("\n \n").is_err());
    }

    #[test]
    fn attributes_are_named_after_their_columns_and_names_are_unique() {
        let names = |headers: &str| attribute_names(headers.split(','));
        assert_eq!(
            names("a,Attributes.Colour,,a,a 4"),
            ["a", "Colour", "Column 3", "a 4", "a 4 5"]
        );
        assert!(names(&"x".repeat(500))[0].chars().count() <= 128);
    }

    #[test]
    fn console_attributes_keep_their_names_beside_fields_of_the_same_name() {
        let long = "x".repeat(MAX_ATTRIBUTE);
        let headers =
            format!("id,price,attributes.id,attributes.price,attributes.{long},attributes.id");
        let names = attribute_names(headers.split(','));
        assert_eq!(names[2..], ["id", "price", &long, "id 6"]);
    }
}
