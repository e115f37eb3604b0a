//! CSV, as spreadsheets write it: a header line with the names of the fields, `attributes.NAME` for attributes. A cell
//! with nothing in it is a field that is not given.

use super::{FeedError, MAX_ITEMS, set, twice, unknown, wrong_count};
use csv::{ReaderBuilder, StringRecord};
use service::inventory::{EntryCode, EntryError, ItemDraft};

const ATTRIBUTE: &str = "attributes.";
/// Far more than there are fields and attributes.
const MAX_COLUMNS: usize = 256;

pub fn read(text: &str) -> Result<Vec<ItemDraft>, FeedError> {
    // Spreadsheets mark their files so.
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(text))
        .flexible(true)
        .from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| malformed(&error))?.clone();
    check(&header)?;
    let mut drafts = Vec::new();
    for record in reader.into_records() {
        let record = record.map_err(|error| malformed(&error))?;
        // The line under a table that a spreadsheet leaves.
        if record.iter().all(str::is_empty) {
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
fn check(header: &StringRecord) -> Result<(), FeedError> {
    if header.len() > MAX_COLUMNS {
        let detail = format!("The header line has more than {MAX_COLUMNS} columns.");
        return Err(FeedError::Malformed(detail));
    }
    let mut errors = Vec::new();
    let mut probe = ItemDraft::default();
    for (column, name) in header.iter().enumerate() {
        let name = name.trim();
        let known = match name.strip_prefix(ATTRIBUTE) {
            Some(attribute) => !attribute.is_empty(),
            None => set(&mut probe, name, String::new()).is_some(),
        };
        if !known {
            errors.push(unknown(name).under("/items/0"));
        } else if header
            .iter()
            .take(column)
            .any(|earlier| earlier.trim() == name)
        {
            errors.push(twice(name).under("/items/0"));
        }
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(FeedError::Invalid(errors))
    }
}

fn draft(header: &StringRecord, record: &StringRecord) -> ItemDraft {
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
        let name = name.trim();
        if cell.trim().is_empty() {
            continue;
        }
        let value = cell.replace("\r\n", "\n");
        match name.strip_prefix(ATTRIBUTE) {
            Some(attribute) => {
                draft.attributes.insert(attribute.to_owned(), value);
            }
            // The names were looked at before.
            None => drop(set(&mut draft, name, value)),
        }
    }
    draft
}

fn malformed(error: &csv::Error) -> FeedError {
    let line = error.position().map_or(0, csv::Position::line);
    FeedError::Malformed(format!("The body is not CSV in UTF-8, around line {line}."))
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
}
