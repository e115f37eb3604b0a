//! Items that are good, and everything that can be wrong with one.

use super::*;

fn draft() -> ItemDraft {
    ItemDraft {
        id: Some("SKU001".into()),
        name: Some("Honda Accord 2024".into()),
        ..ItemDraft::default()
    }
}

fn price(text: &str) -> Result<i64, EntryCode> {
    parse_price(text)
        .map(Price::cents)
        .map_err(|error| error.code)
}

#[test]
fn prices_keep_two_places_exactly() {
    assert_eq!(price("32500"), Ok(3_250_000));
    assert_eq!(price("32500.00"), Ok(3_250_000));
    assert_eq!(price("0.1"), Ok(10));
    assert_eq!(price("9999999999.99"), Ok(999_999_999_999));
    assert_eq!(price("3.25e4"), Ok(3_250_000));
    assert_eq!(price("-0"), Ok(0));
}

#[test]
fn other_prices_are_refused() {
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
fn everything_wrong_is_told_at_once() {
    let draft = ItemDraft {
        id: Some("..".into()),
        name: None,
        price: Some("x".into()),
        currency: Some("usd".into()),
        url: Some("javascript:alert(1)".into()),
        ..ItemDraft::default()
    };
    let errors = draft.check().unwrap_err();
    let mut pointers: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/currency", "/id", "/name", "/price", "/url"]);
}

#[test]
fn texts_may_hold_tab_and_newline_and_no_other_control_character() {
    let with = |text: &str| {
        ItemDraft {
            description: Some(text.into()),
            ..draft()
        }
        .check()
    };
    assert!(with("a\tb\nc \u{202E} 👩‍👩‍👧").is_ok());
    assert!(with("a\0b").is_err());
    assert!(with("a\rb").is_err());
}

#[test]
fn the_texts_of_an_item_have_64_kib_in_all() {
    let draft = |more: usize| {
        let attribute = |n: usize| (format!("{n:02}"), "x".repeat(2_046));
        let mut attributes: BTreeMap<_, _> = (0..31).map(attribute).collect();
        let others = "SKU001".len() + "Honda Accord 2024".len();
        let name = "rest".to_owned();
        attributes.insert(name, "x".repeat(2_048 - "rest".len() - others + more));
        ItemDraft {
            attributes,
            ..draft()
        }
    };
    assert_eq!(draft(0).size(), MAX_ITEM_BYTES);
    assert!(draft(0).check().is_ok());
    let errors = draft(1).check().unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(
        (errors[0].pointer.as_str(), errors[0].code),
        ("", EntryCode::TooLong)
    );
    // Bytes and not characters: these are short enough one by one.
    let wide = ItemDraft {
        attributes: (0..20)
            .map(|n| (n.to_string(), "車".repeat(2_048)))
            .collect(),
        ..self::draft()
    };
    assert_eq!(wide.check().unwrap_err()[0].code, EntryCode::TooLong);
}

#[test]
fn attribute_names_are_escaped_in_pointers() {
    let attributes = BTreeMap::from([("a/b~c".to_owned(), "x\0".to_owned())]);
    let errors = ItemDraft {
        attributes,
        ..draft()
    }
    .check()
    .unwrap_err();
    assert_eq!(errors[0].pointer, "/attributes/a~1b~0c");
}
