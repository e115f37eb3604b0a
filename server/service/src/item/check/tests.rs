//! Valid items, and everything that can be wrong with one.

use super::*;

fn draft() -> ItemDraft {
    ItemDraft {
        id: Some("SKU001".into()),
        name: Some("Honda Accord 2024".into()),
        ..ItemDraft::default()
    }
}

fn check(draft: ItemDraft) -> Result<Item, Vec<EntryError>> {
    draft.check(Currency::parse("USD").unwrap())
}

fn price(price: &str, currency: Option<&str>, default: &str) -> Result<String, String> {
    let draft = ItemDraft {
        price: Some(price.into()),
        currency: currency.map(str::to_owned),
        ..draft()
    };
    let item = draft.check(Currency::parse(default).unwrap());
    item.map(|item| item.price.unwrap().to_string())
        .map_err(|errors| errors[0].pointer.clone())
}

#[test]
fn price_has_the_decimal_places_of_its_currency_or_of_the_default_currency() {
    let wrong = || Err("/price".to_owned());
    assert_eq!(price("12.345", Some("KWD"), "USD"), Ok("12.345".into()));
    assert_eq!(price("12.345", None, "KWD"), Ok("12.345".into()));
    assert_eq!(price("12.345", None, "USD"), wrong());
    assert_eq!(price("12.345", Some("USD"), "KWD"), wrong());
    assert_eq!(price("12.34", Some("JPY"), "USD"), wrong());
    assert_eq!(price("12.34", None, "JPY"), wrong());
    assert_eq!(price("1200", Some("JPY"), "USD"), Ok("1200.00".into()));
    assert_eq!(price("0.0001", Some("CLF"), "USD"), Ok("0.0001".into()));
    assert_eq!(
        price(" \u{A0}12.5\u{2003}", None, "USD"),
        Ok("12.50".into())
    );
}

#[test]
fn whitespace_of_every_kind_is_trimmed_from_item_texts() {
    let blanks = "\u{3000} \t\u{A0}\u{2009}\r\n\u{85}";
    let around = |text: &str| Some(format!("{blanks}{text}{blanks}"));
    let draft = ItemDraft {
        id: around("SKU 1"),
        name: around("n"),
        category: around(""),
        price: around("5"),
        currency: around("EUR"),
        description: around("a\n b"),
        url: around("https://cars.example"),
        image_url: Some(String::new()),
        attributes: BTreeMap::from([
            (" colour ".into(), " red ".into()),
            ("size".into(), " ".into()),
        ]),
        ..ItemDraft::default()
    };
    let item = check(draft).unwrap();
    assert_eq!((item.id.as_str(), &*item.name), ("SKU 1", "n"));
    assert_eq!((item.category, item.image_url), (None, None));
    assert_eq!(item.description.as_deref(), Some("a\n b"));
    assert_eq!(item.url.as_deref(), Some("https://cars.example"));
    assert_eq!(item.currency.code(), "EUR");
    assert_eq!(item.price.unwrap().to_string(), "5.00");
    let attributes = BTreeMap::from([("colour".to_owned(), "red".to_owned())]);
    assert_eq!(item.attributes, attributes);
    let twice = ItemDraft {
        attributes: BTreeMap::from([("a".into(), "1".into()), ("a ".into(), "2".into())]),
        ..self::draft()
    };
    let errors = check(twice).unwrap_err();
    assert_eq!(
        (&*errors[0].pointer, errors[0].code),
        ("/attributes/a", EntryCode::Duplicate)
    );
}

#[test]
fn all_invalid_fields_are_reported_at_once() {
    let draft = ItemDraft {
        id: Some("..".into()),
        name: None,
        price: Some("x".into()),
        currency: Some("usd".into()),
        url: Some("javascript:alert(1)".into()),
        ..ItemDraft::default()
    };
    let errors = check(draft).unwrap_err();
    let mut pointers: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/currency", "/id", "/name", "/price", "/url"]);
}

#[test]
fn texts_may_contain_tab_and_newline_but_no_other_control_character() {
    let with = |text: &str| {
        check(ItemDraft {
            description: Some(text.into()),
            ..draft()
        })
    };
    assert!(with("a\tb\nc \u{202E} 👩‍👩‍👧").is_ok());
    assert!(with("a\0b").is_err());
    assert!(with("a\rb").is_err());
}

#[test]
fn item_is_rejected_if_its_texts_exceed_64_kib_in_total() {
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
    assert!(check(draft(0)).is_ok());
    let errors = check(draft(1)).unwrap_err();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(
        (errors[0].pointer.as_str(), errors[0].code),
        ("", EntryCode::TooLong)
    );
    // Bytes, not characters: each of these is short enough by itself.
    let wide = ItemDraft {
        attributes: (0..20)
            .map(|n| (n.to_string(), "車".repeat(2_048)))
            .collect(),
        ..self::draft()
    };
    assert_eq!(check(wide).unwrap_err()[0].code, EntryCode::TooLong);
}

#[test]
fn attribute_names_are_escaped_in_pointers() {
    let attributes = BTreeMap::from([("a/b~c".to_owned(), "x\0".to_owned())]);
    let errors = check(ItemDraft {
        attributes,
        ..draft()
    });
    let errors = errors.unwrap_err();
    assert_eq!(errors[0].pointer, "/attributes/a~1b~0c");
}
