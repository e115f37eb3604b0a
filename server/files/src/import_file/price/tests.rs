//! Tests of single texts.

use super::*;

#[test]
fn price_is_rewritten_only_if_its_notation_is_unambiguous() {
    use Decimals::{Comma, Point};
    for (text, decimals, expected) in [
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
        assert_eq!(
            normalise_number(text, decimals).as_deref(),
            expected,
            "{text}"
        );
    }
}

#[test]
fn currency_of_a_price_is_taken_from_its_text() {
    for (text, number, code) in [
        ("7999.00 USD", "7999.00", "USD"),
        ("USD 3,450.00", "3,450.00", "USD"),
        ("EUR18.990", "18.990", "EUR"),
        ("18.990 €", "18.990", "EUR"),
        ("19,90 Euro", "19,90", "EUR"),
        ("usd 5", "5", "USD"),
        ("A$ 15", "15", "AUD"),
        ("15 US$", "15", "USD"),
        ("R$ 19", "19", "BRL"),
        ("NZ$15", "15", "NZD"),
        ("₩15000", "15000", "KRW"),
        ("100 zł", "100", "PLN"),
    ] {
        let price = PriceText::of(text);
        let codes: Vec<_> = price.signs.iter().map(|(_, codes)| &codes[..]).collect();
        assert_eq!((price.number, codes), (number, vec![&[code][..]]), "{text}");
    }
    for (text, number, code) in [
        ("$12,500", "12,500", "CAD"),
        ("199 kr", "199", "NOK"),
        ("kr. 199", "199", "DKK"),
        ("¥1000", "1000", "CNY"),
    ] {
        let price = PriceText::of(text);
        assert!(price.signs[0].1.contains(&code) && price.signs[0].1.len() > 1);
        assert_eq!((price.number, price.signs.len()), (number, 1), "{text}");
    }
    let both = PriceText::of("$12 USD");
    let signs: Vec<_> = both.signs.iter().map(|(sign, _)| *sign).collect();
    assert_eq!((both.number, signs), ("12", vec!["USD", "$"]));
    for text in [
        "12500",
        "auf Anfrage",
        "ALL",
        "all 5",
        "5 kg",
        "5 krona",
        "(5.00)",
        "\u{2212}5.00",
        "20%",
        "",
    ] {
        let price = PriceText::of(text);
        assert_eq!((price.number, price.signs.len()), (text, 0), "{text}");
    }
}

#[test]
fn price_notation_is_recognised_unless_it_is_ambiguous() {
    for (text, expected) in [
        ("18.990,00", Some(Decimals::Comma)),
        ("39,9", Some(Decimals::Comma)),
        ("12,500.00", Some(Decimals::Point)),
        ("449.00", Some(Decimals::Point)),
        ("18.500", None),
        ("12,500", None),
        ("12500", None),
        ("auf Anfrage", None),
    ] {
        assert_eq!(decimals(text), expected, "{text}");
    }
}
