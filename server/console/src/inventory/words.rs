//! Texts of the Inventory page.

use service::item::Item;

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
}
