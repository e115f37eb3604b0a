//! Corrections to make in a file.
//!
//! `files::invalid_entry` has the words of the API. They name its fields, and address the sender of
//! a request.

use files::import_file::Decimals;
use files::invalid_entry;
use service::entry::EntryReason;
use std::borrow::Cow;

/// Properties of the file and of the row that a correction depends on, besides the reason.
#[derive(Debug, Clone, Copy)]
pub struct AdviceContext {
    /// The file is a table, for whose columns and prices there are options.
    pub is_table: bool,
    /// Notation of prices in the file.
    pub decimals: Decimals,
    /// Row of the earlier item with the same ID.
    pub first_row: Option<usize>,
}

/// Returns the correction for an error in a file.
pub fn advice(reason: &EntryReason, context: AdviceContext) -> Cow<'_, str> {
    use EntryReason as R;
    let AdviceContext {
        is_table,
        decimals,
        first_row,
    } = context;
    // Readings have a decimal point and no separator between thousands.
    let in_file = |reading: &str| match decimals {
        Decimals::Point => reading.to_owned(),
        Decimals::Comma => reading.replace('.', ","),
    };
    let separator = match decimals {
        Decimals::Point => "period",
        Decimals::Comma => "comma",
    };
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
        R::NotAPrice { decimals: places } => {
            // As many decimal places as the currency has, the first of which is not zero.
            let digits = (0..*places).map(|place| if place == 0 { "5" } else { "0" });
            let digits: String = digits.collect();
            let point = if digits.is_empty() { "" } else { "." };
            format!(
                "Enter a number, such as {}, with {} in its currency, or leave the price empty.",
                in_file(&format!("32500{point}{digits}")),
                invalid_entry::decimal_places(*places)
            )
            .into()
        }
        R::PriceWithCurrency { number } => format!(
            "Enter only the number, {}, and the currency in a column of its own.",
            in_file(number)
        )
        .into(),
        R::PriceTooPrecise { reading, .. } => format!(
            "The price has more decimal places than its currency. If the {separator} separates thousands, enter \
             {}{price_format}.",
            in_file(reading)
        )
        .into(),
        R::PriceNotation { reading, .. } => {
            format!("Enter {}{price_format}.", in_file(reading)).into()
        }
        R::AmbiguousPrice { readings } => {
            let [reading, alternative] = &**readings;
            let (reading, alternative) = (in_file(reading), in_file(alternative));
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
        decimals: Decimals::Point,
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
    fn prices_in_advice_have_the_notation_of_the_file() {
        let comma = AdviceContext {
            decimals: Decimals::Comma,
            ..TABLE
        };
        let reading = || "18500.5".to_owned();
        for (reason, point, decimal_comma) in [
            (
                EntryReason::NotAPrice { decimals: 2 },
                "such as 32500.50, with at most two",
                "such as 32500,50, with at most two",
            ),
            (
                EntryReason::NotAPrice { decimals: 0 },
                "such as 32500, with no",
                "such as 32500, with no",
            ),
            (
                EntryReason::PriceWithCurrency { number: reading() },
                "number, 18500.5, and",
                "number, 18500,5, and",
            ),
            (
                EntryReason::PriceTooPrecise {
                    decimals: 2,
                    reading: reading(),
                },
                "If the period separates thousands, enter 18500.5,",
                "If the comma separates thousands, enter 18500,5,",
            ),
            (
                EntryReason::PriceNotation {
                    decimals: 2,
                    reading: reading(),
                },
                "Enter 18500.5, or",
                "Enter 18500,5, or",
            ),
            (
                EntryReason::AmbiguousPrice {
                    readings: Box::new([reading(), "1.5".to_owned()]),
                },
                "Enter 18500.5 or 1.5, or",
                "Enter 18500,5 or 1,5, or",
            ),
        ] {
            for (context, text) in [(TABLE, point), (comma, decimal_comma)] {
                let advice = advice(&reason, context);
                assert!(advice.contains(text), "{advice}");
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
            decimals: Decimals::Point,
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
