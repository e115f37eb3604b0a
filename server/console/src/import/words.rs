//! Sentences about a file, and corrections to make in it.
//!
//! `files::invalid_entry` has the words of the API. They name its fields, and address the sender of
//! a request.

use files::import_file::{Mapping, Table, Target};
use files::invalid_entry;
use service::entry::EntryReason;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Returns how values of these columns are read, if a member may not expect it.
pub fn reading_notes(table: &Table, mapping: &Mapping) -> Vec<&'static str> {
    let has = |target, is_it: fn(&str) -> bool| {
        let mut columns = mapping.columns.iter().zip(&table.columns);
        columns.any(|(other, column)| {
            *other == target && column.values.iter().any(|value| is_it(value))
        (
            names.len() > 1,
            "The columns for the name are joined by a space, in the order of the file.",
        ),
        })
    };
    let names = mapping.columns.iter().zip(&table.columns);
    let names = names.filter(|(target, _)| target.field() == Some("name"));
    let names: Vec<usize> = names.map(|(_, column)| column.filled).collect();
    let notes = [
        (
            has(Target::Attribute, |_| true),
            "A column that becomes an attribute keeps its name.",
        ),
        (
            has(Target::Field("image_url"), |cell| {
                cell.matches("http").count() > 1
            }),
            "If a cell has several image addresses, the first is used.",
        ),
        (
            has(Target::Field("description"), |text| text.contains('<')),
            "Descriptions in HTML become plain text, unless the file has the columns of an export of this inventory.",
        ),
        (
            names.is_some_and(|(_, column)| column.filled < table.rows),
            "Rows without a name that repeat the ID of a row above, such as variants and further images, are left out.",
        ),
    ];
    let notes = notes.into_iter().filter(|(is_relevant, _)| *is_relevant);
    notes.map(|(_, note)| note).collect()
}

/// Lists the words in the column of availability by whether they were read as available or not.
/// `None` if there are no such words.
pub fn availability(words: &BTreeMap<String, bool>) -> Option<String> {
    let list = |is_available| {
        let words = words.iter().filter(|(_, is)| **is == is_available);
        let words: Vec<_> = words.map(|(word, _)| format!("“{word}”")).collect();
        words.join(", ")
    };
    let lists = [("Available", list(true)), ("Not available", list(false))];
    let lists = lists.into_iter().filter(|(_, words)| !words.is_empty());
    let lists: Vec<_> = lists
        .map(|(label, words)| format!("{label}: {words}."))
        .collect();
    let lists = (!lists.is_empty()).then(|| lists.join(" "))?;
    Some(format!(
        "{lists} If this is wrong, correct the file and choose it again."
    ))
}

/// Properties of the file and of the row that a correction depends on, besides the reason.
#[derive(Debug, Clone, Copy)]
pub struct AdviceContext {
    /// The file is a table, for whose columns and prices there are options.
    pub is_table: bool,
    /// Row of the earlier item with the same ID.
    pub first_row: Option<usize>,
}

/// Returns the correction for an error in a file.
pub fn advice(reason: &EntryReason, context: AdviceContext) -> Cow<'_, str> {
    use EntryReason as R;
    let AdviceContext {
        is_table,
        first_row,
    } = context;
    let price_format = if is_table {
        ", or select the other price format in the step “Match columns”"
    } else {
        ""
    };
    match reason {
        // The readers of feeds address the sender of a request.
        R::Worded(text) => text.replace("Send ", "Write ").replace('`', "").into(),
        R::Missing { max, .. } => {
            format!("A value is required. Enter 1 to {max} characters.").into()
        }
        R::NotAWebAddress => {
            "Enter a web address that begins with https:// or http:// and has no spaces.".into()
        }
        R::UnusableId => "Use an ID that is not “.” or “..” and has no control characters.".into(),
        R::ReservedId => "Use another ID: “changes” is reserved.".into(),
        R::DuplicateId { first, line } => {
            let earlier = match (first_row, line) {
                (Some(row), _) => format!("Row {row}"),
                (None, Some(line)) => format!("Line {line}"),
                (None, None) => format!("Item {}", first + 1),
            };
            format!("{earlier} has this ID already. Use each ID once.").into()
        }
        R::NoSuchItem => {
            "No stored item has this ID, and “Change fields only” adds none. Correct the ID, or add the item first.".into()
        }
        R::TooManyAttributes { max } if is_table => format!(
            "An item has at most {max} attributes. Leave out columns in the step “Match columns”."
        )
        .into(),
        R::ItemTooLarge { bytes, max } => format!(
            "The texts of this item have {bytes} bytes in all. Shorten them to {max} bytes or less."
        )
        .into(),
        R::UnknownCurrency => "Enter a currency code in capitals, such as EUR or USD.".into(),
        R::NegativePrice => {
            "Enter a price of 0 or more, such as 32500, or leave the price empty.".into()
        }
        R::NotAPrice { decimals } => format!(
            "Enter a number, such as 32500, with {} in its currency, or leave the price empty.",
            invalid_entry::decimal_places(*decimals)
        )
        .into(),
        R::PriceWithCurrency { number } => format!(
            "Enter only the number, {number}, and the currency in a column of its own."
        )
        .into(),
        R::PriceTooPrecise { reading, .. } => format!(
            "The price has more decimal places than its currency. If the period separates thousands, enter \
             {reading}{price_format}."
        )
        .into(),
        R::PriceNotation { reading, .. } => format!("Enter {reading}{price_format}.").into(),
        R::AmbiguousPrice { readings } => {
            let [reading, alternative] = &**readings;
            format!("Enter {reading} or {alternative}{price_format}.").into()
        }
        reason => invalid_entry::describe(reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: AdviceContext = AdviceContext {
        is_table: true,
        first_row: Some(4),
    };

    #[test]
    fn words_of_availability_are_listed_by_their_meaning() {
        let words = |words: &[(&str, bool)]| {
            let words = words.iter().map(|(word, is)| ((*word).to_owned(), *is));
            availability(&words.collect())
        };
        assert_eq!(words(&[]), None);
        assert_eq!(
            words(&[("reserved", false), ("free", true), ("sold", false)]).as_deref(),
            Some(
                "Available: “free”. Not available: “reserved”, “sold”. If this is wrong, correct the file and choose it again."
            )
        );
        assert_eq!(
            words(&[("sold", false)]).as_deref(),
            Some("Not available: “sold”. If this is wrong, correct the file and choose it again.")
        );
    }

    #[test]
    fn advice_has_no_names_of_the_api() {
        let reading = || "18500".to_owned();
        for reason in [
            EntryReason::Missing {
                field: "image_url",
                max: 256,
            },
            EntryReason::Worded("Send `32500` as a number.".to_owned()),
            EntryReason::NotAWebAddress,
            EntryReason::UnusableId,
            EntryReason::ReservedId,
            EntryReason::DuplicateId {
                first: 1,
                line: Some(9),
            },
            EntryReason::NoSuchItem,
            EntryReason::TooManyAttributes { max: 50 },
            EntryReason::ItemTooLarge { bytes: 9, max: 5 },
            EntryReason::UnknownCurrency,
            EntryReason::NegativePrice,
            EntryReason::NotAPrice { decimals: 2 },
            EntryReason::PriceWithCurrency { number: reading() },
            EntryReason::PriceTooPrecise {
                decimals: 2,
                reading: reading(),
            },
            EntryReason::PriceNotation {
                decimals: 2,
                reading: reading(),
            },
            EntryReason::AmbiguousPrice {
                readings: Box::new([reading(), reading()]),
            },
        ] {
            let text = advice(&reason, TABLE);
            for word in ["`", "Send", "_", "/api", "URL"] {
                assert!(!text.contains(word), "{text}");
            }
        }
    }

    #[test]
    fn options_of_tables_are_named_only_for_tables() {
        let reason = EntryReason::PriceNotation {
            decimals: 2,
            reading: "12.50".to_owned(),
        };
        assert!(advice(&reason, TABLE).contains("price format"));
        let other = AdviceContext {
            is_table: false,
            first_row: None,
        };
        assert_eq!(advice(&reason, other), "Enter 12.50.");
        let duplicate = EntryReason::DuplicateId {
            first: 1,
            line: Some(9),
        };
        assert!(advice(&duplicate, TABLE).starts_with("Row 4 has this ID already."));
        assert!(advice(&duplicate, other).starts_with("Line 9 has this ID already."));
    }
}
