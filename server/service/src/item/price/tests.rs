//! Texts that are prices, and the advice for other texts.

use super::*;

fn price(text: &str) -> Result<String, EntryCode> {
    let price = Price::parse(text, 2);
    price
        .map(|price| price.to_string())
        .map_err(|error| error.code)
}

#[test]
fn prices_keep_two_decimal_places_exactly() {
    for (text, exact) in [
        ("32500", "32500.00"),
        ("32500.00", "32500.00"),
        ("0.1", "0.10"),
        ("9999999999.99", "9999999999.99"),
        ("3.25e4", "32500.00"),
        ("0.500", "0.50"),
        ("12.0000", "12.00"),
        ("1234.500", "1234.50"),
        ("-0", "0.00"),
    ] {
        assert_eq!(price(text).as_deref(), Ok(exact));
    }
}

#[test]
fn price_has_at_most_the_decimal_places_of_its_currency() {
    let parse = |text, decimals| Price::parse(text, decimals).ok();
    let dinars = parse("12.345", 3).unwrap();
    assert_eq!(
        (dinars.to_string(), dinars.cents()),
        ("12.345".into(), 1_234)
    );
    assert_eq!(dinars.exact(), Some(123_450));
    assert_eq!(Price::from_stored(1_234, dinars.exact()), dinars);
    // An earlier version has stored another price since.
    let changed = Price::from_stored(1_300, dinars.exact());
    assert_eq!(changed, Price::from_cents(1_300));
    assert_eq!(parse("12.3456", 3), None);
    assert_eq!(parse("12.3456", 4).unwrap().to_string(), "12.3456");
    assert_eq!(parse("12.34", 0), None);
    let yen = parse("1200.00", 0).unwrap();
    assert_eq!((yen.with_places(0), yen.exact()), ("1200".into(), None));
    assert_eq!(Price::from_cents(1_250).with_places(0), "12.5");
    assert_eq!(parse("9999999999.991", 3), None);
}

#[test]
fn out_of_range_and_malformed_prices_are_rejected() {
    assert_eq!(price("10000000000"), Err(EntryCode::OutOfRange));
    assert_eq!(price("-1"), Err(EntryCode::OutOfRange));
    assert_eq!(price("1.005"), Err(EntryCode::Invalid));
    for text in [
        "", "1,5", "NaN", "ten", "1 000", "1e", "--1", "0x10", "1_000",
    ] {
        assert_eq!(price(text), Err(EntryCode::Invalid), "{text:?}");
    }
}

/// Returns why a text is not a price in a currency with this number of decimal places.
fn fault(text: &str, decimals: u32) -> EntryReason {
    Price::parse(text, decimals).unwrap_err().reason
}

fn not_a_price(decimals: u32) -> EntryReason {
    EntryReason::NotAPrice { decimals }
}

fn with_currency(number: &str) -> EntryReason {
    let number = number.to_owned();
    EntryReason::PriceWithCurrency { number }
}

fn too_precise(decimals: u32, reading: &str) -> EntryReason {
    let reading = reading.to_owned();
    EntryReason::PriceTooPrecise { decimals, reading }
}

fn notation(decimals: u32, reading: &str) -> EntryReason {
    let reading = reading.to_owned();
    EntryReason::PriceNotation { decimals, reading }
}

fn ambiguous(reading: &str, alternative: &str) -> EntryReason {
    let readings = Box::new([reading.to_owned(), alternative.to_owned()]);
    EntryReason::AmbiguousPrice { readings }
}

#[test]
fn correction_never_has_a_different_value() {
    for text in [
        "(5.00)", "($5.00)", "5.00-", "5,00-", "20%", "12,5 %", "1e", "5k", "ca. 5", "5 each",
        "from 5", "1/2", "5 c", "~5", "<5", "5\u{A2}", "3 for 10",
    ] {
        assert_eq!(fault(text, 2), not_a_price(2), "{text}");
    }
    for text in ["\u{2212}5.00", "-5,00", "EUR \u{2013} 5", "\u{20AC}-5,00"] {
        assert_eq!(fault(text, 2), EntryReason::NegativePrice, "{text}");
    }
}

#[test]
fn number_in_another_notation_is_rejected_with_a_corrected_value() {
    for (text, decimals, reason) in [
        ("1,5", 2, notation(2, "1.5")),
        ("32500,00", 2, notation(2, "32500.00")),
        ("1.234,56", 2, notation(2, "1234.56")),
        ("1,234.56", 2, notation(2, "1234.56")),
        ("1 234,56", 2, notation(2, "1234.56")),
        ("1\u{A0}234,56", 2, notation(2, "1234.56")),
        ("1\u{202F}234", 2, notation(2, "1234")),
        ("1'234.50", 2, notation(2, "1234.50")),
        ("1\u{2019}234", 2, notation(2, "1234")),
        ("1,234", 2, notation(2, "1234")),
        ("1.234", 2, too_precise(2, "1234")),
        ("12.000", 2, too_precise(2, "12000")),
        ("18.500", 0, too_precise(0, "18500")),
        ("1.234.567", 2, notation(2, "1234567")),
        ("1,234", 3, ambiguous("1.234", "1234")),
        ("1,234,567", 3, notation(3, "1234567")),
        ("1.234", 0, too_precise(0, "1234")),
        ("EUR 12.50", 2, with_currency("12.50")),
        ("12.50 \u{20AC}", 2, with_currency("12.50")),
        ("$12", 2, with_currency("12")),
        ("12,50 EUR", 2, notation(2, "12.50")),
        ("12.34", 0, not_a_price(0)),
        ("1.005", 2, too_precise(2, "1005")),
        ("ten", 2, not_a_price(2)),
        ("A$ 15", 2, with_currency("15")),
        ("12 kr", 2, with_currency("12")),
        ("18.990,-", 2, too_precise(2, "18990")),
        ("1-5", 2, not_a_price(2)),
    ] {
        assert_eq!(fault(text, decimals), reason, "{text}");
    }
    let long = format!("1,{}", "0".repeat(10_000));
    assert_eq!(fault(&long, 2), not_a_price(2));
    // Texts that would overflow the stack in the decimal parser.
    for long in [
        "0".repeat(1_000_000),
        format!("0.{}", "0".repeat(1_000_000)),
    ] {
        assert_eq!(fault(&long, 2), not_a_price(2));
    }
}
