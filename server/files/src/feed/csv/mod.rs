//! CSV, as spreadsheets and other programs write it: a header line with the names of the fields,
//! `attributes.NAME` for attributes, and one item on each row below.
//!
//! An empty cell is a field without a value. An export puts an apostrophe before a text that a
//! spreadsheet would interpret as a formula, and the reader removes it.

pub(crate) mod dialect;
mod header;
pub(crate) mod records;

pub use header::ATTRIBUTE;
pub use records::MAX_COLUMNS;

use super::{Absent, FeedError, MAX_ITEMS, item_count_error, set};
use crate::formula::restore;
use crate::json::MAX_MEMBERS;
use dialect::Dialect;
use header::Column;
use records::{Record, Records};
use service::inventory::{EntryCode, EntryError, ItemDraft};

pub fn read(text: &str, absent: Absent) -> Result<Vec<ItemDraft>, FeedError> {
    let Dialect {
        delimiter,
        text,
        line,
    } = Dialect::of(text);
    let mut records = Records::of(text, delimiter, line);
    let header = records.next()?.ok_or_else(item_count_error)?;
    let columns = header::columns(&header, absent)?;
    let mut drafts = Vec::new();
    while let Some(record) = records.next()? {
        if drafts.len() == MAX_ITEMS {
            return Err(item_count_error());
        }
        drafts.push(draft(&columns, &record, absent));
    }
    if drafts.is_empty() {
        return Err(item_count_error());
    }
    Ok(drafts)
}

fn draft(columns: &[Column], record: &Record<'_>, absent: Absent) -> ItemDraft {
    let mut draft = ItemDraft {
        position: record.position(),
        ..ItemDraft::default()
    };
    let (cells, column_count) = (record.cells.len(), columns.len());
    // Blank cells at the end of a row are left out, as blank names at the end of the header are.
    let has_all = cells >= column_count
        && record.cells[column_count..]
            .iter()
            .all(|cell| cell.trim().is_empty());
    if !has_all {
        let detail =
            format!("This row has {cells} cells, but the header has {column_count} columns.");
        let error = EntryError::new("", EntryCode::Invalid, detail);
        draft.errors.push(error);
        return draft;
    }
    for (column, cell) in columns.iter().zip(&record.cells) {
        if cell.trim().is_empty() {
            match column {
                Column::Field(field) => absent.clear(&mut draft, field),
                Column::Attribute(name) => absent.clear(&mut draft, &format!("attributes.{name}")),
            }
            continue;
        }
        let value = restore(cell).to_owned();
        match column {
            // An item with this number of attributes is refused, so the remaining ones are dropped.
            Column::Attribute(_) if draft.attributes.len() == MAX_MEMBERS => {}
            Column::Attribute(name) => {
                draft.attributes.insert(name.clone(), value);
            }
            // The header contains known fields only.
            Column::Field(field) => drop(set(&mut draft, field, value)),
        }
    }
    draft
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invalid_entry::describe;

    fn read(text: &str) -> Result<Vec<ItemDraft>, FeedError> {
        super::read(text, Absent::Clear)
    }

    fn codes(text: &str) -> Vec<(String, EntryCode)> {
        match read(text) {
            Err(FeedError::Invalid(errors)) => {
                errors.into_iter().map(|e| (e.pointer, e.code)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn semicolons_and_tabs_are_accepted_as_separators() {
        for text in [
            "id;name\nA;b,c\n",
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
    fn header_with_an_unknown_or_repeated_field_is_rejected() {
        assert_eq!(
            codes("id,naem,name,id,attributes.\n1,2,3,4,5\n"),
            [
                ("/header".into(), EntryCode::Duplicate),
                ("/header".into(), EntryCode::UnknownField),
            ]
        );
    }

    #[test]
    fn invalid_header_is_reported_once_with_its_line_and_columns() {
        let header_errors = |text: &str| match read(text) {
            Err(FeedError::Invalid(errors)) => errors,
            other => panic!("{other:?}"),
        };
        let errors = header_errors("\n\nSKU,Titel\nA,a\nB,b\n");
        let [unknown, id, name] = &errors[..] else {
            panic!("{errors:?}")
        };
        let detail = describe(&unknown.reason);
        assert!(
            detail.starts_with(
                "In the header on line 3, `SKU`, `Titel` are not fields. Its columns are `SKU`, `Titel`. The fields \
                 are `id`, `name`,"
            ),
            "{detail}"
        );
        let missing = "The header on line 3 has no column `id`. Its columns are `SKU`, `Titel`.";
        assert_eq!(describe(&id.reason), missing);
        assert_eq!(
            (name.pointer.as_str(), name.code),
            ("/header", EntryCode::Required)
        );
        // The refusal stays readable however large the header is.
        let long = format!("id,name,{}", vec!["x".repeat(10_000); 200].join(","));
        let errors = header_errors(&format!("{long}\nA,a\n"));
        assert!((errors.iter()).all(|error| describe(&error.reason).len() < 2_500));
        assert_eq!(errors.len(), 1);
    }

    #[test]
    fn header_is_read_in_any_letter_case_with_whitespace_and_below_blank_lines() {
        for text in [
            " ID ,Name, attributes.Colour\nA,a,red\n",
            "\r\n,,\r\nid,NAME,Attributes. Colour \r\nA,a,red\r\n",
            "sep=;\rid;name;attributes.Colour\rA;a;red",
            "id\u{A0},name,\"attributes.Colour\"\n\nA,a,red",
        ] {
            let drafts = read(text).unwrap();
            assert_eq!(drafts.len(), 1, "{text:?}");
            assert_eq!(drafts[0].id.as_deref(), Some("A"));
            assert_eq!(drafts[0].name.as_deref(), Some("a"));
            assert_eq!(drafts[0].attributes["Colour"], "red");
        }
        let quoted = read("\"id\";\"name\";\"attributes.a, b, c, d\"\nA;a;x\n").unwrap();
        assert_eq!(quoted[0].attributes["a, b, c, d"], "x");
    }

    #[test]
    fn item_has_the_line_and_the_row_at_which_it_begins() {
        for (text, expected) in [
            ("id,name\nA,a\n\nB,\"b\nb\"\nC,c", [(2, 2), (4, 4), (6, 5)]),
            (
                "sep=;\r\n\r\nid;name\r\nA;a\r\nB;b\r\nC;c\r\n",
                [(4, 3), (5, 4), (6, 5)],
            ),
            ("id\tname\rA\ta\rB\tb\rC\tc\r", [(2, 2), (3, 3), (4, 4)]),
        ] {
            let drafts = read(text).unwrap();
            let positions = drafts.iter().map(|draft| draft.position);
            let positions: Vec<_> = positions
                .map(|at| (at.line.unwrap(), at.row.unwrap()))
                .collect();
            assert_eq!(positions, expected, "{text:?}");
        }
    }

    #[test]
    fn row_of_another_length_is_an_error_of_that_row_only() {
        let drafts = read("id,name\nA\nB,b\nC,c,x\n").unwrap();
        let error_counts: Vec<_> = drafts.iter().map(|draft| draft.errors.len()).collect();
        assert_eq!(error_counts, [1, 0, 1]);
    }

    #[test]
    fn apostrophe_before_a_formula_is_removed_and_any_other_one_is_kept() {
        let text = "id,name,description,category\n'-1,'=1+1,''@a,'s-Hertogenbosch\n";
        let draft = &read(text).unwrap()[0];
        let values = [&draft.id, &draft.name, &draft.description, &draft.category];
        let expected = ["-1", "=1+1", "'@a", "'s-Hertogenbosch"];
        assert_eq!(
            values,
            expected.map(|text| Some(text.to_owned())).each_ref()
        );
    }

    #[test]
    fn feed_is_rejected_if_it_has_no_items_or_too_many() {
        for text in ["", "id,name\n", "\n\n"] {
            assert!(matches!(read(text), Err(FeedError::Invalid(_))), "{text:?}");
        }
        let many = format!("id,name\n{}", "A,b\n".repeat(MAX_ITEMS + 1));
        assert_eq!(codes(&many), [("/items".into(), EntryCode::OutOfRange)]);
    }

    #[test]
    fn row_with_more_cells_than_a_feed_may_have_columns_is_malformed() {
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
    fn attribute_name_that_is_too_long_is_reported_once_and_not_for_every_row() {
        let name = |chars: usize| "ü".repeat(chars);
        let feed = |chars: usize| format!("id,name,attributes.{}\nA,a,x\nB,b,y\n", name(chars));
        let drafts = read(&feed(128)).unwrap();
        assert_eq!(drafts[1].attributes[&name(128)], "y");
        let errors = codes(&feed(129));
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].1, EntryCode::TooLong);
    }
}
