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

#[test]
fn advice_never_suggests_a_different_value() {
    for text in [
        "(5.00)", "($5.00)", "5.00-", "5,00-", "20%", "12,5 %", "1e", "5k", "ca. 5", "5 each",
        "from 5", "1/2", "5 c", "~5", "<5", "5\u{A2}", "3 for 10",
    ] {
        let error = Price::parse(text, 2).unwrap_err();
        let detail =
            "Use a number such as 32500, with at most two decimal places in this currency.";
        assert_eq!(error.detail, detail, "{text}");
    }
    for text in ["\u{2212}5.00", "-5,00", "EUR \u{2013} 5", "\u{20AC}-5,00"] {
        let error = Price::parse(text, 2).unwrap_err();
        assert_eq!(error.detail, "Use a price of 0 or more, such as 32500.");
    }
}

#[test]
fn number_in_another_notation_is_rejected_with_a_corrected_value() {
    for (text, decimals, part) in [
        ("1,5", 2, "Write 1.5:"),
        ("32500,00", 2, "Write 32500.00:"),
        ("1.234,56", 2, "Write 1234.56:"),
        ("1,234.56", 2, "Write 1234.56:"),
        ("1 234,56", 2, "Write 1234.56:"),
        ("1\u{A0}234,56", 2, "Write 1234.56:"),
        ("1\u{202F}234", 2, "Write 1234:"),
        ("1'234.50", 2, "Write 1234.50:"),
        ("1\u{2019}234", 2, "Write 1234:"),
        ("1,234", 2, "Write 1234:"),
        ("1.234", 2, "separates thousands, write 1234."),
        ("12.000", 2, "separates thousands, write 12000."),
        ("18.500", 0, "separates thousands, write 18500."),
        ("1.234.567", 2, "Write 1234567:"),
        ("1,234", 3, "Write 1.234 or 1234:"),
        ("1,234,567", 3, "Write 1234567:"),
        ("1.234", 0, "separates thousands, write 1234."),
        ("EUR 12.50", 2, "Send only the number, 12.50,"),
        ("12.50 \u{20AC}", 2, "Send only the number, 12.50,"),
        ("$12", 2, "Send only the number, 12,"),
        ("12,50 EUR", 2, "Write 12.50:"),
        ("12.34", 0, "with no decimal places"),
        ("1.005", 2, "Use at most two decimal places"),
        ("ten", 2, "Use a number such as 32500,"),
        ("A$ 15", 2, "Send only the number, 15,"),
        ("12 kr", 2, "Send only the number, 12,"),
        ("18.990,-", 2, "Use at most two decimal places"),
        ("1-5", 2, "Use a number"),
    ] {
        let error = Price::parse(text, decimals).unwrap_err();
        assert!(error.detail.contains(part), "{text}: {}", error.detail);
        assert!(error.detail.len() <= 200 && error.detail.is_ascii());
    }
    let long = format!("1,{}", "0".repeat(10_000));
    assert!(Price::parse(&long, 2).unwrap_err().detail.len() < 200);
    // Texts that would overflow the stack in the decimal parser.
    for long in [
        "0".repeat(1_000_000),
        format!("0.{}", "0".repeat(1_000_000)),
    ] {
        let error = Price::parse(&long, 2).unwrap_err();
        assert!(error.detail.contains("Use a number"), "{}", error.detail);
    }
}
