//! From what a feed says to an item, or to every reason why it is none.

use super::{Currency, Item, ItemId, Price};
use crate::entry::{EntryCode, EntryError, Position, check_text, optional};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Of an item's id.
pub const MAX_ID_CHARS: usize = 128;
const MAX_ATTRIBUTES: usize = 50;
/// The size of an item: the bytes of all its texts in UTF-8, names of attributes included.
pub const MAX_ITEM_BYTES: usize = 64 * 1024;
/// In hundredths: 9,999,999,999.99.
const MAX_CENTS: i64 = 999_999_999_999;

/// An item as a feed gives it, whatever the feed's format: texts, not yet checked. `errors` holds what the format's
/// reader refused already (wrong types, unknown fields), so that a caller learns of everything at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemDraft {
    pub id: Option<String>,
    pub name: Option<String>,
    pub category: Option<String>,
    /// Decimal notation, as it stood in the feed.
    pub price: Option<String>,
    pub currency: Option<String>,
    pub description: Option<String>,
    pub url: Option<String>,
    pub image_url: Option<String>,
    pub available: Option<bool>,
    pub attributes: BTreeMap<String, String>,
    pub errors: Vec<EntryError>,
    pub position: Position,
}

impl ItemDraft {
    /// # Errors
    /// Everything that is wrong with it, with pointers from the item on.
    pub fn check(mut self) -> Result<Item, Vec<EntryError>> {
        let size = self.size();
        let errors = &mut self.errors;
        let id = required(errors, "/id", self.id, MAX_ID_CHARS);
        // The other control characters were refused as in any text.
        if let Some(id) = &id
            && (id == "." || id == ".." || id.contains(['\t', '\n']))
        {
            let detail = "Use an id without control characters that is not `.` or `..`.";
            errors.push(EntryError::new("/id", EntryCode::Invalid, detail));
        }
        let name = required(errors, "/name", self.name, 256);
        let category = optional(errors, "/category", self.category, 256);
        let description = optional(errors, "/description", self.description, 10_000);
        let url = web_address(errors, "/url", self.url);
        let image_url = web_address(errors, "/image_url", self.image_url);
        let price = self
            .price
            .and_then(|text| parse_price(&text).map_err(|error| errors.push(error)).ok());
        let currency = self.currency.and_then(|code| {
            let currency = Currency::parse(&code);
            if currency.is_none() {
                let detail = "Use an ISO 4217 code in capitals, such as USD.";
                errors.push(EntryError::new("/currency", EntryCode::Invalid, detail));
            }
            currency
        });
        check_attributes(errors, &self.attributes);
        // Of an item that is too large because of one text, that text is all there is to report.
        if errors.is_empty() && size > MAX_ITEM_BYTES {
            let detail = format!(
                "The texts of this item have {size} bytes in all. Use at most {MAX_ITEM_BYTES}, counted in UTF-8 \
                 with the names of its attributes."
            );
            errors.push(EntryError::new("", EntryCode::TooLong, detail));
        }
        match (id, name) {
            (Some(id), Some(name)) if errors.is_empty() => Ok(Item {
                id: ItemId(id),
                name,
                category,
                price,
                currency,
                description,
                url,
                image_url,
                available: self.available.unwrap_or(true),
                attributes: self.attributes,
            }),
            _ => Err(self.errors),
        }
    }

    /// Bytes of all texts, in UTF-8. The price and the currency, which are short and of a fixed form, do not count.
    fn size(&self) -> usize {
        let texts = [
            &self.id,
            &self.name,
            &self.category,
            &self.description,
            &self.url,
            &self.image_url,
        ];
        let texts = texts.into_iter().flatten().map(String::len);
        let attributes = self.attributes.iter();
        let attributes = attributes.map(|(name, value)| name.len() + value.len());
        texts.chain(attributes).sum()
    }
}

fn required(
    errors: &mut Vec<EntryError>,
    pointer: &str,
    value: Option<String>,
    max: usize,
) -> Option<String> {
    // A reader that refused the value, or the whole item, for its type has said so; "required" beside it would mislead.
    let told = errors
        .iter()
        .any(|error| error.pointer.is_empty() || error.pointer == pointer);
    match value {
        Some(text) if !text.trim().is_empty() => optional(errors, pointer, Some(text), max),
        _ if told => None,
        _ => {
            let detail = format!("Give `{}` a value of 1 to {max} characters.", &pointer[1..]);
            errors.push(EntryError::new(pointer, EntryCode::Required, detail));
            None
        }
    }
}

fn web_address(
    errors: &mut Vec<EntryError>,
    pointer: &str,
    value: Option<String>,
) -> Option<String> {
    let text = optional(errors, pointer, value, 2_048)?;
    // The console shows these as links: another scheme could run a script there.
    let good = ["http://", "https://"].iter().any(|scheme| {
        text.len() > scheme.len()
            && text
                .get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            && !text.contains(char::is_whitespace)
    });
    if !good {
        let detail = "Use an address that begins with http:// or https:// and has no spaces.";
        errors.push(EntryError::new(pointer, EntryCode::Invalid, detail));
    }
    Some(text)
}

fn parse_price(text: &str) -> Result<Price, EntryError> {
    let invalid = || {
        let detail = "Use a number such as 32500 or 32500.00, with at most two decimal places.";
        EntryError::new("/price", EntryCode::Invalid, detail)
    };
    let out_of_range = || {
        EntryError::new(
            "/price",
            EntryCode::OutOfRange,
            "Use a price from 0 to 9999999999.99.",
        )
    };
    let plain = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E');
    if text.is_empty() || !text.bytes().all(plain) {
        return Err(invalid());
    }
    let exponent = text.contains(['e', 'E']);
    let amount = if exponent {
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
    let hundredths = amount.normalize();
    if hundredths.scale() > 2 {
        return Err(invalid());
    }
    let cents = hundredths
        .checked_mul(Decimal::ONE_HUNDRED)
        .and_then(|cents| i64::try_from(cents).ok())
        .filter(|cents| *cents <= MAX_CENTS)
        .ok_or_else(out_of_range)?;
    Ok(Price(cents))
}

fn check_attributes(errors: &mut Vec<EntryError>, attributes: &BTreeMap<String, String>) {
    if attributes.len() > MAX_ATTRIBUTES {
        let detail = format!("Use at most {MAX_ATTRIBUTES} attributes.");
        errors.push(EntryError::new("/attributes", EntryCode::TooLong, detail));
        return;
    }
    for (name, value) in attributes {
        // RFC 6901: `~` and `/` are escaped. As much of the name as can be read.
        let shown: String = name.chars().take(128).collect();
        let pointer = format!(
            "/attributes/{}",
            shown.replace('~', "~0").replace('/', "~1")
        );
        if name.is_empty() || name.chars().count() > 128 || name.chars().any(char::is_control) {
            let detail = "Name attributes with 1 to 128 characters and no control characters.";
            errors.push(EntryError::new(&*pointer, EntryCode::Invalid, detail));
        }
        check_text(errors, &pointer, value, 2_048);
    }
}

#[cfg(test)]
mod tests;
