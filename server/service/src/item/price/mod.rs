//! Prices: their text forms, and why a text is not a price.

use super::Currency;
use crate::entry::{EntryCode, EntryError, EntryReason};
use rust_decimal::Decimal;
use std::fmt;

/// Resolution of a price: the smallest units of currencies are at most ten-thousandths.
const PARTS_PER_UNIT: i64 = 10_000;
/// Maximum price: 9,999,999,999.99.
const MAX: i64 = 99_999_999_999_900;
/// Longest number that a refusal corrects, in characters. No price is longer.
const MAX_CORRECTED: usize = 20;
/// Longest number that is parsed, in bytes. A price with an exponent or with trailing zeros is
/// shorter. The decimal parser is recursive, with one call for each digit, so that a long text
/// would overflow the stack.
const MAX_PARSED: usize = 64;

/// An amount from 0 to 9,999,999,999.99, in ten-thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price(i64);

impl Price {
    /// Creates a price from a stored value, which was checked before.
    pub const fn from_cents(cents: i64) -> Self {
        Self(cents * (PARTS_PER_UNIT / 100))
    }

    /// Reads a price as it is stored: whole hundredths, and the exact amount in ten-thousandths if
    /// it has a finer part.
    ///
    /// A node of an earlier version stores hundredths only, and leaves the exact amount of an
    /// earlier price beside them.
    pub const fn from_stored(cents: i64, exact: Option<i64>) -> Self {
        match exact {
            Some(exact) if exact / (PARTS_PER_UNIT / 100) == cents => Self(exact),
            _ => Self::from_cents(cents),
        }
    }

    /// Returns hundredths, rounded down.
    pub const fn cents(self) -> i64 {
        self.0 / (PARTS_PER_UNIT / 100)
    }

    /// Returns ten-thousandths, if hundredths are not exact.
    pub const fn exact(self) -> Option<i64> {
        if self.0 % (PARTS_PER_UNIT / 100) == 0 {
            None
        } else {
            Some(self.0)
        }
    }

    /// Parses an amount that has at most `decimals` places.
    ///
    /// # Errors
    /// Why it is refused, with the corrected value if that is known.
    pub(crate) fn parse(text: &str, decimals: u32) -> Result<Self, EntryError> {
        let out_of_range = || {
            let reason = EntryReason::PriceOutOfRange;
            EntryError::new("/price", EntryCode::OutOfRange, reason)
        };
        let invalid = || EntryError::new("/price", EntryCode::Invalid, fault(text, decimals));
        let plain = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E');
        if text.is_empty() || text.len() > MAX_PARSED || !text.bytes().all(plain) {
            return Err(invalid());
        }
        // `18.500` is 18,500 in a German file. It would otherwise be stored as 18.5 without a
        // warning.
        if decimals < 3 && separates_thousands(text) {
            return Err(invalid());
        }
        let amount = if text.contains(['e', 'E']) {
            Decimal::from_scientific(text)
        } else {
            Decimal::from_str_exact(text)
        };
        let amount = amount.map_err(|error| match error {
            rust_decimal::Error::ExceedsMaximumPossibleValue => out_of_range(),
            _ => invalid(),
        })?;
        if amount.is_sign_negative() && !amount.is_zero() {
            return Err(out_of_range());
        }
        let amount = amount.normalize();
        if amount.scale() > decimals {
            return Err(invalid());
        }
        let parts = amount
            .checked_mul(Decimal::from(PARTS_PER_UNIT))
            .and_then(|parts| i64::try_from(parts).ok())
            .filter(|parts| *parts <= MAX)
            .ok_or_else(out_of_range)?;
        Ok(Self(parts))
    }

    /// Writes the price with at least `decimals` places, and with more if it has them.
    pub fn with_places(self, decimals: usize) -> String {
        let (whole, rest) = (self.0 / PARTS_PER_UNIT, self.0 % PARTS_PER_UNIT);
        let places = format!("{rest:04}");
        let places = places.trim_end_matches('0');
        if places.is_empty() && decimals == 0 {
            return whole.to_string();
        }
        format!("{whole}.{places:0<decimals$}")
    }
}

impl fmt::Display for Price {
    /// At least two places, and no grouping: `32500.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.with_places(2))
    }
}

/// Whether the period of a number can be a thousands separator, as in `18.500`.
fn separates_thousands(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(whole, rest)| {
        (1..=3).contains(&whole.len())
            && !whole.starts_with('0')
            && rest.len() == 3
            && digits(whole)
            && digits(rest)
    })
}

/// Returns why a text is not a price. A number that corrects it is in ASCII.
fn fault(text: &str, decimals: u32) -> EntryReason {
    if is_negative(text) {
        return EntryReason::NegativePrice;
    }
    let from_number = text.trim_start_matches(|c: char| !c.is_ascii_digit() && c != '-');
    let number = from_number.trim_end_matches(|c: char| !c.is_ascii_digit());
    let before = &text[..text.len() - from_number.len()];
    let after = &from_number[number.len()..];
    // Characters around the number can change its value, as in `(5.00)` and `20%`.
    if number.chars().count() > MAX_CORRECTED || !is_currency(before) || !is_currency(after) {
        return EntryReason::NotAPrice { decimals };
    }
    let readings = readings(number, decimals);
    if let ([reading], Some((_, fraction))) = (&*readings, number.split_once('.'))
        && fraction.len() == 3
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && !number.contains([',', '\'', ' '])
        && number.matches('.').count() == 1
    {
        let reading = reading.clone();
        return EntryReason::PriceTooPrecise { decimals, reading };
    }
    match &*readings {
        [] => EntryReason::NotAPrice { decimals },
        [reading] if number != text && reading == number => EntryReason::PriceWithCurrency {
            number: reading.clone(),
        },
        [reading] => EntryReason::PriceNotation {
            decimals,
            reading: reading.clone(),
        },
        [reading, alternative, ..] => EntryReason::AmbiguousPrice {
            readings: Box::new([reading.clone(), alternative.clone()]),
        },
    }
}

/// Whether a text beside a number is nothing but the code or the sign of a currency, or the dash
/// that replaces zero decimals.
fn is_currency(text: &str) -> bool {
    const SIGNS: [&str; 16] = [
        "", "kr", "kr.", "zł", "Kč", "Ft", "Fr.", "SFr.", "lei", "Rs", "Rs.", "RM", "Rp", "Euro",
        ",-", ".-",
    ];
    let text = text.trim();
    let is_symbol = |c: char| matches!(c, '$' | '£' | '¥' | '฿' | '\u{20A0}'..='\u{20C0}');
    // As in `US$`.
    let is_sign = text.strip_suffix(is_symbol).is_some_and(|letters| {
        letters.len() <= 3 && letters.bytes().all(|byte| byte.is_ascii_uppercase())
    });
    is_sign
        || SIGNS.iter().any(|sign| sign.eq_ignore_ascii_case(text))
        || Currency::parse(text).is_some()
}

/// Whether a minus sign precedes the first digit, as in `-12,50` or `EUR -5`, and is not part of a
/// word.
fn is_negative(text: &str) -> bool {
    let Some(first) = text.find(|c: char| c.is_ascii_digit()) else {
        return false;
    };
    let before = text[..first].trim_end();
    let sign = before.strip_suffix(['-', '\u{2212}', '\u{2013}']);
    sign.is_some_and(|before| !before.ends_with(char::is_alphanumeric))
}

/// Returns the numbers that a text with separators can mean, such as `1234.56` for `1.234,56`.
fn readings(text: &str, decimals: u32) -> Vec<String> {
    let is_separator =
        |c: char| matches!(c, '.' | ',' | '\'' | '\u{2019}' | '_') || c.is_whitespace();
    let separators: Vec<(usize, char)> = text
        .char_indices()
        .filter(|(_, c)| is_separator(*c))
        .collect();
    let is_plain = text.chars().all(|c| c.is_ascii_digit() || is_separator(c));
    let Some((at, last)) = separators.last().copied().filter(|_| is_plain) else {
        return if is_plain && !text.is_empty() {
            vec![text.to_owned()]
        } else {
            Vec::new()
        };
    };
    let digits = |text: &str| {
        text.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    let places = digits(&text[at..]);
    let whole = digits(&text[..at]);
    let repeated = separators.iter().filter(|(_, c)| *c == last).count() > 1;
    let thousands = format!("{whole}{places}");
    let has_few_decimals = places.len() <= decimals as usize;
    let decimal = format!("{whole}.{places}");
    let by_thousands = places.len() == 3;
    let can_be_decimal = matches!(last, '.' | ',') && !repeated && has_few_decimals;
    match (can_be_decimal, by_thousands) {
        (true, true) if separators.len() == 1 => vec![decimal, thousands],
        (true, _) => vec![decimal],
        (false, true) => vec![thousands],
        (false, false) => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
