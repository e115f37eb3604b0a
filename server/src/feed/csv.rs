//! CSV, as spreadsheets write it: a header line with the names of the fields, `attributes.NAME` for attributes. A cell
//! with nothing in it is a field that is not given.

use super::{FeedError, MAX_ITEMS, pointer, set, twice, unknown, wrong_count};
use crate::api::json::MAX_MEMBERS;
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use service::inventory::{EntryCode, EntryError, ItemDraft};
use std::borrow::Cow;

const ATTRIBUTE: &str = "attributes.";
/// Far more than there are fields and attributes.
const MAX_COLUMNS: usize = 256;
/// Of a column's name, in characters. Every row that has the attribute holds it: one long line must not fill the memory.
const MAX_NAME_CHARS: usize = ATTRIBUTE.len() + 128;

pub fn read(text: &str) -> Result<Vec<ItemDraft>, FeedError> {
    // Spreadsheets mark their files so.
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut records = Records::of(text);
    let header = records.next()?.ok_or_else(wrong_count)?;
    let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    check(&header)?;
    let mut drafts = Vec::new();
    while let Some(record) = records.next()? {
        // The line under a table that a spreadsheet leaves.
        if record.iter().all(|cell| cell.is_empty()) {
            continue;
        }
        if drafts.len() == MAX_ITEMS {
            return Err(wrong_count());
        }
        drafts.push(draft(&header, &record));
    }
    if drafts.is_empty() {
        return Err(wrong_count());
    }
    Ok(drafts)
}

/// The rows of a text, one after the other. What is kept of a row is bounded by its text: places of cells are kept for
/// no more of them than there may be, or a body of commas would take many times its length.
struct Records<'a> {
    reader: Reader,
    rest: &'a [u8],
    cells: Vec<u8>,
    ends: [usize; MAX_COLUMNS],
}

impl<'a> Records<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            reader: ReaderBuilder::new().delimiter(delimiter(text)).build(),
            rest: text.as_bytes(),
            cells: vec![0; 4096],
            ends: [0; MAX_COLUMNS],
        }
    }

    fn next(&mut self) -> Result<Option<Vec<Cow<'_, str>>>, FeedError> {
        let (mut written, mut count) = (0, 0);
        loop {
            let (result, read, wrote, ended) = self.reader.read_record(
                self.rest,
                &mut self.cells[written..],
                &mut self.ends[count..],
            );
            self.rest = &self.rest[read..];
            written += wrote;
            count += ended;
            match result {
                // Asked once more, it tells the end.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.cells.resize(self.cells.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => {
                    let line = self.reader.line();
                    return Err(FeedError::Malformed(format!(
                        "There are more than {MAX_COLUMNS} cells in a row, around line {line}."
                    )));
                }
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(None),
            }
        }
        let mut start = 0;
        let cells = self.ends[..count].iter().map(|end| {
            let cell = &self.cells[start..*end];
            start = *end;
            String::from_utf8_lossy(cell)
        });
        Ok(Some(cells.collect()))
    }
}

/// Where commas separate decimals, spreadsheets separate cells by something else.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    b",;\t"
        .iter()
        .copied()
        .find(|delimiter| header.bytes().any(|byte| byte == *delimiter))
        .unwrap_or(b',')
}

/// All that is wrong with the names of the columns: with any of them, no row means what its sender believes.
fn check(header: &[String]) -> Result<(), FeedError> {
    let mut errors = Vec::new();
    let mut probe = ItemDraft::default();
    for (column, name) in header.iter().enumerate() {
        let known = match name.strip_prefix(ATTRIBUTE) {
            Some(attribute) => !attribute.is_empty(),
            None => set(&mut probe, name, String::new()).is_some(),
        };
        if !known {
            errors.push(unknown(name).under("/items/0"));
        } else if name.chars().count() > MAX_NAME_CHARS {
            let detail = "Name attributes with 1 to 128 characters.";
            let error = EntryError::new(pointer(name), EntryCode::TooLong, detail);
            errors.push(error.under("/items/0"));
        } else if header[..column].contains(name) {
            errors.push(twice(name).under("/items/0"));
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(FeedError::Invalid(errors))
    }
}

fn draft(header: &[String], record: &[Cow<'_, str>]) -> ItemDraft {
    let mut draft = ItemDraft::default();
    if header.len() != record.len() {
        let (here, named) = (record.len(), header.len());
        let detail = format!("This row has {here} cells, and the header line names {named}.");
        draft
            .errors
            .push(EntryError::new("", EntryCode::Invalid, detail));
        return draft;
    }
    for (name, cell) in header.iter().zip(record) {
        if cell.trim().is_empty() {
            continue;
        }
        let value = cell.replace("\r\n", "\n");
        match name.strip_prefix(ATTRIBUTE) {
            // An item with so many is refused without the rest of them.
            Some(_) if draft.attributes.len() == MAX_MEMBERS => {}
            Some(attribute) => {
                draft.attributes.insert(attribute.to_owned(), value);
            }
            // The names were looked at before.
            None => drop(set(&mut draft, name, value)),
        }
    }
    draft
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<(String, EntryCode)> {
        match read(text) {
            Err(FeedError::Invalid(errors)) => {
                errors.into_iter().map(|e| (e.pointer, e.code)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn semicolons_and_tabs_separate_as_well_and_the_mark_at_the_start_is_no_name() {
        for text in [
            "\u{FEFF}id;name\nA;b,c\n",
            "id\tname\nA\tb,c\n",
            "id,name\r\nA,\"b,c\"\r\n\r\n,\r\n",
        ] {
            let drafts = read(text).unwrap();
            assert_eq!(drafts.len(), 1, "{text:?}");
            assert_eq!(drafts[0].id.as_deref(), Some("A"));
            assert_eq!(drafts[0].name.as_deref(), Some("b,c"));
        }
    }

    #[test]
    fn a_header_that_names_no_field_or_one_twice_is_refused() {
        assert_eq!(
            codes("id,naem,name,id,attributes.\n1,2,3,4,5\n"),
            [
                ("/items/0/naem".into(), EntryCode::UnknownField),
                ("/items/0/id".into(), EntryCode::Duplicate),
                ("/items/0/attributes.".into(), EntryCode::UnknownField),
            ]
        );
    }

    #[test]
    fn a_row_of_another_length_is_wrong_by_itself() {
        let drafts = read("id,name\nA\nB,b\nC,c,x\n").unwrap();
        let wrong: Vec<_> = drafts.iter().map(|draft| draft.errors.len()).collect();
        assert_eq!(wrong, [1, 0, 1]);
    }

    #[test]
    fn no_items_and_too_many_are_refused() {
        for text in ["", "id,name\n", "\n\n"] {
            assert!(matches!(read(text), Err(FeedError::Invalid(_))), "{text:?}");
        }
        let many = format!("id,name\n{}", "A,b\n".repeat(MAX_ITEMS + 1));
        assert_eq!(codes(&many), [("/items".into(), EntryCode::OutOfRange)]);
    }

    #[test]
    fn a_row_may_have_as_many_cells_as_a_feed_has_columns() {
        let line = |cells: usize| vec!["x"; cells].join(",");
        for end in ["", "\n"] {
            let drafts = read(&format!("id,name\n{}{end}", line(MAX_COLUMNS))).unwrap();
            assert_eq!(drafts[0].errors.len(), 1);
        }
        for many in [MAX_COLUMNS + 1, 100_000] {
            for text in [line(many), format!("id,name\n{}\n", line(many))] {
                assert!(matches!(read(&text), Err(FeedError::Malformed(_))));
            }
        }
    }

    #[test]
    fn an_attribute_of_too_long_a_name_is_told_once_and_not_row_by_row() {
        let name = |chars: usize| "ü".repeat(chars);
        let feed = |chars: usize| format!("id,name,attributes.{}\nA,a,x\nB,b,y\n", name(chars));
        let drafts = read(&feed(128)).unwrap();
        assert_eq!(drafts[1].attributes[&name(128)], "y");
        let told = codes(&feed(129));
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].1, EntryCode::TooLong);
    }
}
