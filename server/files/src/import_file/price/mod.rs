//! Prices as spreadsheets and shops write them: with a currency, thousands separators and a decimal
//! comma.
//!
//! A price is rewritten only if its form is unambiguous under the notation that the member chose.
//! Any other is left unchanged, so that the check of the item refuses it and explains how to write
//! it.

use super::currency_signs::{FREQUENT_CODES, SIGNS};
use super::{Decimals, Mapping};
use crate::feed::Absent;
use service::inventory::{Currency, EntryCode, EntryError, ItemDraft};

const NO_CURRENCY: &str = "The price has no currency. Write its code beside the price, or select a currency for prices without one.";

/// Returns the one currency that the signs and codes in prices name, or `None` if they name none or
/// several.
pub fn currency_of<'a>(prices: impl Iterator<Item = &'a str>) -> Option<&'static str> {
    let mut named = prices.filter_map(named_currency);
    let first = named.next()?;
    named.all(|other| other == first).then_some(first)
}

/// Returns the currency that the signs and codes in a price name.
pub fn named_currency(price: &str) -> Option<&'static str> {
    let PriceText { signs, .. } = PriceText::of(price);
    signs.iter().find_map(|(_, codes)| match codes[..] {
        [code] => Some(code),
        _ => None,
    })
}

/// Converts the price of a draft to the form of a feed, and sets its currency.
///
/// A price of a whole item for which no currency is known is an error. An item that is changed
/// keeps its currency.
pub fn complete(
    draft: &mut ItemDraft,
    mapping: &Mapping,
    account: Option<Currency>,
    absent: Absent,
) {
    let column = draft.currency.take().map(|code| code_of(&code));
    draft.currency.clone_from(&column);
    let Some(text) = draft.price.take() else {
        return;
    };
    let PriceText { number, signs } = PriceText::of(&text);
    let fallback = column.clone().or_else(|| mapping.currency.clone());
    draft.currency = fallback;
    let mut named = column;
    let mut is_refused = false;
    for (sign, codes) in signs {
        if let [code] = codes[..] {
            if named.as_ref().is_some_and(|named| named != code) {
                push_error(
                    draft,
                    "The price names another currency than the column of currencies, or two of them.",
                );
            }
            named = Some(code.to_owned());
            draft.currency.clone_from(&named);
        } else {
            let account = account.map(Currency::code);
            let but = match draft.currency.as_deref().or(account) {
                Some(code) if codes.contains(&code) => continue,
                Some(code) => format!(", but the currency here is {code}"),
                None => String::new(),
            };
            let detail = format!(
                "The sign {sign} can be {}{but}. Select the right one as the currency for prices without one, or write its code.",
                codes.join(", ")
            );
            push_error(draft, &detail);
            is_refused = true;
        }
    }
    let is_known = draft.currency.is_some() || account.is_some() || absent == Absent::Keep;
    if !is_known && !is_refused {
        push_error(draft, NO_CURRENCY);
    }
    draft.price = Some(normalise_number(number, mapping.decimals).unwrap_or(number.to_owned()));
}

fn push_error(draft: &mut ItemDraft, detail: &str) {
    let error = EntryError::new("/price", EntryCode::Invalid, detail);
    draft.errors.push(error);
}

/// Returns the code of a cell with a currency, which may also be a sign.
fn code_of(cell: &str) -> String {
    let cell = cell.trim();
    let sign = SIGNS.iter().find(|(sign, _)| *sign == cell);
    match sign {
        Some((_, [code])) => (*code).to_owned(),
        _ => cell.to_uppercase(),
    }
}

/// A price as it is written.
#[derive(Debug, PartialEq, Eq)]
struct PriceText<'a> {
    /// The text without signs and codes of currencies.
    number: &'a str,
    /// Each sign or code of a currency with the codes that it can mean, those with several meanings
    /// last. There can be two, as in `$12 USD`.
    signs: Vec<(&'a str, Vec<&'static str>)>,
}

impl<'a> PriceText<'a> {
    fn of(text: &'a str) -> Self {
        let mut number = text.trim();
        let mut signs = Vec::new();
        while signs.len() < 2
            && let Some((rest, sign, codes)) = split_sign(number)
        {
            signs.push((sign, codes));
            number = rest.trim();
        }
        signs.sort_by_key(|(_, codes)| codes.len());
        Self { number, signs }
    }
}

/// Returns the text without a sign or a code of a currency at one of its ends, the sign, and the
/// codes that it can mean.
fn split_sign(text: &str) -> Option<(&str, &str, Vec<&'static str>)> {
    let ends = |length: usize| {
        let front = text.split_at_checked(length);
        let back = text.len().checked_sub(length);
        let back = back.and_then(|at| text.split_at_checked(at));
        [front, back.map(|(rest, sign)| (sign, rest))]
            .into_iter()
            .flatten()
    };
    // A sign of letters is not the beginning or the end of a word.
    let is_separate = |sign: &str, rest: &str| {
        let is_front = text.starts_with(sign) && text.ends_with(rest);
        let (inner, outer) = if is_front {
            (sign.chars().next_back(), rest.chars().next())
        } else {
            (sign.chars().next(), rest.chars().next_back())
        };
        let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
        !(is_letter(inner) && is_letter(outer)) && rest.contains(|c: char| c.is_ascii_digit())
    };
    for (known, codes) in SIGNS {
        for (sign, rest) in ends(known.len()) {
            if sign.eq_ignore_ascii_case(known) && is_separate(sign, rest) {
                return Some((rest, sign, codes.to_vec()));
            }
        }
    }
    for (sign, rest) in ends(3) {
        let upper = sign.to_uppercase();
        let is_code = sign == upper || FREQUENT_CODES.contains(&&*upper);
        if is_code
            && let Some(currency) = Currency::parse(&upper)
            && is_separate(sign, rest)
        {
            return Some((rest, sign, vec![currency.code()]));
        }
    }
    None
}

/// Returns the number with a decimal point and without thousands separators.
///
/// Returns `None` if it does not follow this notation.
fn normalise_number(number: &str, decimals: Decimals) -> Option<String> {
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
    let number = PriceText::of(text).number;
    let point = normalise_number(number, Decimals::Point);
    let comma = normalise_number(number, Decimals::Comma);
    match (point, comma) {
        (Some(_), None) => Some(Decimals::Point),
        (None, Some(_)) => Some(Decimals::Comma),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
