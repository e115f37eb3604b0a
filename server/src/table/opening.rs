//! Beginning of a table: its delimiter, and its header below titles and explanations.

use super::names::{self, normalised};
use crate::feed::csv::dialect::Dialect;
use crate::feed::csv::records::{Record, Records};
use crate::feed::{FIELDS, FeedError, wrong_count};

/// Delimiters of tables whose first row names no field.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];
/// Rows among which the header is searched.
const SEARCHED: usize = 10;
/// Length of the longest cell that can be the name of a field, in bytes.
const MAX_NAME: usize = 100;

pub struct Opening<'a> {
    pub delimiter: char,
    pub header: Record<'a>,
    /// The rows below the header.
    pub records: Records<'a>,
}

impl<'a> Opening<'a> {
    /// Reads a text up to its header.
    ///
    /// The header is the first row that is not blank. If that does not name fields, it can be a
    /// title or an explanation above the header, and it can have another delimiter.
    ///
    /// # Errors
    /// If the text is malformed, or has no rows.
    pub fn of(text: &'a str) -> Result<Self, FeedError> {
        let dialect = Dialect::of(text);
        let is_named = dialect.line > 1;
        let open = |delimiter| Records::of(dialect.text, delimiter, dialect.line);
        let first = Self::first(dialect.delimiter, open(dialect.delimiter));
        if first
            .as_ref()
            .is_ok_and(|opening| fields(&opening.header) > 1)
        {
            return first;
        }
        let others = DELIMITERS.into_iter().filter(|_| !is_named);
        let found = std::iter::once(dialect.delimiter)
            .chain(others)
            .find_map(|delimiter| Self::below_titles(delimiter, open(delimiter)));
        if let Some(found) = found {
            return Ok(found);
        }
        let has_bars = first
            .as_ref()
            .is_ok_and(|opening| matches!(&opening.header.cells[..], [only] if only.contains('|')));
        if has_bars && !is_named {
            return Self::first('|', open('|'));
        }
        first
    }

    fn first(delimiter: char, mut records: Records<'a>) -> Result<Self, FeedError> {
        let header = records.next()?.ok_or_else(wrong_count)?;
        Ok(Self {
            delimiter,
            header,
            records,
        })
    }

    /// Finds a header that names at least two fields, below rows that cannot be one.
    fn below_titles(delimiter: char, mut records: Records<'a>) -> Option<Self> {
        let mut longest_title = 0;
        for _ in 0..SEARCHED {
            let header = records.next().ok()??;
            let cells = filled(&header);
            if fields(&header) > 1 && 2 * longest_title <= cells {
                return Some(Self {
                    delimiter,
                    header,
                    records,
                });
            }
            // Explanations of the columns are as many as the columns.
            if !header.cells[0].trim_start().starts_with('#') {
                longest_title = longest_title.max(cells);
            }
        }
        None
    }
}

fn filled(record: &Record<'_>) -> usize {
    let cells = record.cells.iter();
    cells.filter(|cell| !cell.trim().is_empty()).count()
}

/// Returns the number of fields that a row names.
fn fields(record: &Record<'_>) -> usize {
    let cells = record.cells.iter().filter(|cell| cell.len() <= MAX_NAME);
    let names: Vec<String> = cells.map(|cell| normalised(cell)).collect();
    names::count(&names)
}

/// Prefix of the columns of attributes in the console's own files.
pub const PREFIX: &str = "attributes.";

pub fn is_own_attribute(header: &str) -> bool {
    let start = header.split_at_checked(PREFIX.len());
    start.is_some_and(|(start, _)| start.eq_ignore_ascii_case(PREFIX))
}

/// Returns whether a file has exactly the columns of the console's own files and of feeds, whose
/// values are not in need of any conversion.
pub fn is_own(header: &Record<'_>) -> bool {
    let mut cells = header.cells.iter();
    cells.all(|cell| FIELDS.contains(&&**cell) || cell.starts_with(PREFIX))
}

/// Maximum length of an attribute's name, in characters.
const MAX_ATTRIBUTE: usize = 128;

/// Returns the names of the attributes that the columns become, each of them unique. The names in
/// the console's own files are kept.
pub fn attribute_names<'a>(headers: impl Iterator<Item = &'a str> + Clone) -> Vec<String> {
    let mut names: Vec<Option<String>> = headers
        .clone()
        .map(|header| {
            let name = is_own_attribute(header).then(|| header[PREFIX.len()..].trim())?;
            let is_name = (1..=MAX_ATTRIBUTE).contains(&name.chars().count());
            (is_name && !name.contains(char::is_control)).then(|| name.to_owned())
        })
        .collect();
    for place in (0..names.len()).rev() {
        if names[..place].contains(&names[place]) {
            names[place] = None;
        }
    }
    for (place, header) in headers.enumerate() {
        if names[place].is_some() {
            continue;
        }
        let number = place + 1;
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
        while names.contains(&Some(name.clone())) {
            name = format!("{own} {suffix}");
            suffix += 1;
        }
        names[place] = Some(name);
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
            // A row of as many cells as the one below is not a title.
            ("first,second\nid,name\n1,a\n", ',', 1),
        ] {
            let opening = Opening::of(text).unwrap();
            assert_eq!(
                (opening.delimiter, opening.header.line),
                (delimiter, line),
                "{text:?}"
            );
        }
        assert!(Opening::of("id,\"name\n1,2\n").is_err());
        assert!(Opening::of("\n \n").is_err());
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
