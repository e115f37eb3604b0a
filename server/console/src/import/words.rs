//! Corrections to make in a file, in the words of the console.
//!
//! `files::invalid_entry` has the words of the API. They name its fields, and address the sender of
//! a request.

use files::invalid_entry;
use service::entry::EntryReason;
use std::borrow::Cow;

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
            "Enter a price of 0 or more, such as 32500, or leave the cell empty.".into()
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
