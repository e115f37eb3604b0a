//! Prices as spreadsheets and shops write them: with a currency, thousands separators and a decimal
//! comma.
//!
//! A price is rewritten only if its form is unambiguous under the notation that the member chose.
//! Any other is left unchanged, so that the check of the item refuses it and explains how to write
//! it.

use super::{Decimals, Mapping};
use service::inventory::{Currency, EntryCode, EntryError, ItemDraft};

/// Symbols that belong to a single currency.
const SYMBOLS: [(&str, &str); 7] = [
    ("€", "EUR"),
    ("£", "GBP"),
    ("zł", "PLN"),
    ("Kč", "CZK"),
    ("₹", "INR"),
    ("₺", "TRY"),
    ("₴", "UAH"),
];
/// Currencies that are written with `$`.
const DOLLARS: [&str; 7] = ["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"];

/// Converts the price of a draft to the form of a feed, and sets its currency.
pub fn complete(draft: &mut ItemDraft, mapping: &Mapping, account: Currency) {
    let Some(text) = draft.price.take() else {
        return;
    };
    let (number, written) = split(&text);
    let column = draft.currency.take().map(|code| code.trim().to_uppercase());
    let otherwise = column.clone().or_else(|| mapping.currency.clone());
    let currency = match written {
        None => otherwise,
        Some("$") => {
            let code = otherwise.clone().unwrap_or(account.code().to_owned());
            if !DOLLARS.contains(&&*code) {
                let detail = format!(
                    "The price has the sign $, and the currency is {code}. Name the currency by its code."
                );
                fault(draft, &detail);
            }
            otherwise
        }
        Some(code) => {
            if column.as_ref().is_some_and(|column| column != code) {
                fault(
                    draft,
                    "The price names another currency than the column of currencies.",
                );
            }
            Some(code.to_owned())
        }
    };
    draft.price = Some(rewritten(number, mapping.decimals).unwrap_or(number.to_owned()));
    draft.currency = currency;
}

fn fault(draft: &mut ItemDraft, detail: &str) {
    let error = EntryError::new("/price", EntryCode::Invalid, detail);
    draft.errors.push(error);
}

/// Returns the number of a price, and the code of its currency, or `$`.
fn split(text: &str) -> (&str, Option<&'static str>) {
    let text = text.trim();
    let symbols = SYMBOLS.into_iter().chain([("$", "$")]);
    for (symbol, code) in symbols {
        let rest = text.strip_prefix(symbol).or(text.strip_suffix(symbol));
        if let Some(rest) = rest {
            return (rest.trim(), Some(code));
        }
    }
    let starts = text.split_at_checked(3);
    let ends = text
        .len()
        .checked_sub(3)
        .and_then(|at| text.split_at_checked(at));
    for (code, rest) in [starts, ends.map(|(rest, code)| (code, rest))]
        .into_iter()
        .flatten()
    {
        let is_apart =
            !rest.starts_with(char::is_alphabetic) && !rest.ends_with(char::is_alphabetic);
        if let Some(currency) = Currency::parse(code)
            && is_apart
            && rest.contains(|c: char| c.is_ascii_digit())
        {
            return (rest.trim(), Some(currency.code()));
        }
    }
    (text, None)
}

/// Returns the number with a decimal point and without thousands separators.
///
/// Returns `None` if it does not follow this notation.
fn rewritten(number: &str, decimals: Decimals) -> Option<String> {
    // Whole amounts are also written as `18.990,-`.
    let number = [",-", ",–", ",—", ".-", ".–"]
        .into_iter()
        .find_map(|end| number.strip_suffix(end))
        .unwrap_or(number);
    let (point, thousands) = match decimals {
        Decimals::Point => ('.', ','),
        Decimals::Comma => (',', '.'),
    };
    let (whole, places) = match number.split_once(point) {
        Some((whole, places)) => (whole, Some(places)),
        None => (number, None),
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_separator =
        |c: char| c == thousands || matches!(c, '\'' | '\u{2019}') || c.is_whitespace();
    // All separators in a number have to be the same, and to separate groups of three digits.
    let separator = whole.chars().find(|c| is_separator(*c));
    let whole = match separator {
        None => whole.to_owned(),
        Some(separator) => {
            let mut groups = whole.split(separator);
            let first = groups.next()?;
            let is_grouped = (1..=3).contains(&first.len())
                && groups.all(|group| group.len() == 3 && is_digits(group));
            if !is_grouped {
                return None;
            }
            whole.replace(separator, "")
        }
    };
    if !is_digits(&whole) || places.is_some_and(|places| !is_digits(places)) {
        return None;
    }
    Some(match places {
        Some(places) => format!("{whole}.{places}"),
        None => whole,
    })
}

/// Returns the only notation that a price can have, or `None` if both are possible, as for
/// `18.500`, or neither is.
pub fn decimals(text: &str) -> Option<Decimals> {
    let (number, _) = split(text);
    let point = rewritten(number, Decimals::Point);
    let comma = rewritten(number, Decimals::Comma);
    match (point, comma) {
        (Some(_), None) => Some(Decimals::Point),
        (None, Some(_)) => Some(Decimals::Comma),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_rewritten_only_if_the_notation_leaves_no_doubt() {
        use Decimals::{Comma, Point};
        for (text, decimals, wanted) in [
            ("18.990,00", Comma, Some("18990.00")),
            ("18.990", Comma, Some("18990")),
            ("18.990,-", Comma, Some("18990")),
            ("1.234.567", Comma, Some("1234567")),
            ("39,90", Comma, Some("39.90")),
            ("1 234,50", Comma, Some("1234.50")),
            ("1'234", Comma, Some("1234")),
            ("18990.50", Comma, None),
            ("12,500.00", Point, Some("12500.00")),
            ("12,500", Point, Some("12500")),
            ("449.00", Point, Some("449.00")),
            ("39,90", Point, None),
            ("18.990,00", Point, None),
            ("1,23,456", Point, None),
            ("auf Anfrage", Point, None),
            ("", Point, None),
            ("-5", Point, None),
        ] {
            assert_eq!(rewritten(text, decimals).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn the_currency_of_a_price_is_taken_from_its_text() {
        for (text, wanted) in [
            ("7999.00 USD", ("7999.00", Some("USD"))),
            ("USD 3,450.00", ("3,450.00", Some("USD"))),
            ("EUR18.990", ("18.990", Some("EUR"))),
            ("18.990 €", ("18.990", Some("EUR"))),
            ("$12,500", ("12,500", Some("$"))),
            ("12500", ("12500", None)),
            ("auf Anfrage", ("auf Anfrage", None)),
            ("ALL", ("ALL", None)),
            ("usd 5", ("usd 5", None)),
            ("5 kg", ("5 kg", None)),
        ] {
            assert_eq!(split(text), wanted, "{text}");
        }
    }

    #[test]
    fn the_notation_of_a_price_is_known_or_in_doubt() {
        for (text, wanted) in [
            ("18.990,00", Some(Decimals::Comma)),
            ("39,9", Some(Decimals::Comma)),
            ("12,500.00", Some(Decimals::Point)),
            ("449.00", Some(Decimals::Point)),
            ("18.500", None),
            ("12,500", None),
            ("12500", None),
            ("auf Anfrage", None),
        ] {
            assert_eq!(decimals(text), wanted, "{text}");
        }
    }
}
