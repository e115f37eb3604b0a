//! Texts of the Inventory page.

use service::inventory::ItemFilter;
use service::item::Item;
use std::collections::BTreeMap;

/// Maximum length of the value of an attribute in a list of items, in characters.
const MAX_ATTRIBUTE_CHARS: usize = 40;
/// Maximum number of attributes of an item in the list.
const MAX_ATTRIBUTES: usize = 2;

/// Advice for a search text that contains a full key.
pub const FULL_KEY: &str = "That looks like a full key. Searches appear in the page's address, so search by a part of a name or ID.";

/// Returns the price of an item with its currency, such as `32,500.00 USD`.
pub fn price(item: &Item) -> Option<String> {
    let decimals = item.currency.decimals() as usize;
    let price = item.price.as_ref()?.with_places(decimals);
    Some(format!("{} {}", grouped(&price), item.currency.code()))
}

/// Writes `1234567.00` as `1,234,567.00`.
pub fn grouped(amount: &str) -> String {
    let (whole, places) = amount.split_at(amount.find('.').unwrap_or(amount.len()));
    let mut out = String::with_capacity(amount.len() + 4);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + places
}

/// Returns the first attributes of an item as `Brand: VW · Model: Golf`. `count` is the number of
/// all of them.
pub fn attributes(first: &[(String, String)], count: usize) -> String {
    let mut parts: Vec<String> = first
        .iter()
        .map(
            |(name, value)| match value.char_indices().nth(MAX_ATTRIBUTE_CHARS) {
                Some((end, _)) => format!("{name}: {}…", &value[..end]),
                None => format!("{name}: {value}"),
            },
        )
        .collect();
    let more = count.saturating_sub(first.len());
    if more > 0 {
        parts.push(format!("{more} more"));
    }
    parts.join(" · ")
}

/// Returns the attributes of an item for its row in the list: those in which `q` is found, or else
/// the first ones.
pub fn matching_attributes(
    attributes: &BTreeMap<String, String>,
    q: &str,
) -> Vec<(String, String)> {
    let q = ItemFilter::folded(q);
    let is_match = |text: &String| ItemFilter::folded(text).contains(&q);
    let mut found = attributes
        .iter()
        .filter(|(name, value)| is_match(value) || is_match(name))
        .peekable();
    let copy = |(name, value): (&String, &String)| (name.clone(), value.clone());
    // Every text contains an empty search.
    if found.peek().is_some() {
        return found.take(MAX_ATTRIBUTES).map(copy).collect();
    }
    attributes.iter().take(MAX_ATTRIBUTES).map(copy).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_by_thousands() {
        assert_eq!(grouped("0.50"), "0.50");
        assert_eq!(grouped("999.00"), "999.00");
        assert_eq!(grouped("1200"), "1,200");
        assert_eq!(grouped("1234.567"), "1,234.567");
        assert_eq!(grouped("32500.00"), "32,500.00");
        assert_eq!(grouped("9999999999.99"), "9,999,999,999.99");
    }

    #[test]
    fn first_attributes_are_listed_and_the_others_are_counted() {
        let attribute = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let first = [attribute("Brand", "VW"), attribute("Model", "Golf")];
        assert_eq!(attributes(&first, 2), "Brand: VW · Model: Golf");
        assert_eq!(attributes(&first, 7), "Brand: VW · Model: Golf · 5 more");
        assert_eq!(attributes(&[], 0), "");
        let long = [attribute("Note", &"ü".repeat(41))];
        assert_eq!(attributes(&long, 1), format!("Note: {}…", "ü".repeat(40)));
    }

    #[test]
    fn attributes_of_a_row_are_those_that_were_found_or_the_first_ones() {
        let attributes = [("Farbe", "Weiß"), ("Marke", "VW"), ("Modell", "Golf")];
        let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let attributes = BTreeMap::from(attributes);
        for (q, expected) in [
            ("", &["Farbe", "Marke"][..]),
            ("SKU", &["Farbe", "Marke"]),
            ("golf", &["Modell"]),
            ("WEISS", &["Farbe"]),
            ("mar", &["Marke"]),
        ] {
            let found = matching_attributes(&attributes, q);
            let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, expected, "{q}");
        }
    }
}
