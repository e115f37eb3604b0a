use super::*;
use std::collections::BTreeMap;

fn text(text: &str) -> String {
    text.to_owned()
}

fn euro() -> Currency {
    Currency::parse("EUR").unwrap()
}

fn stored() -> Item {
    let draft = ItemDraft {
        id: Some(text("A")),
        name: Some(text("Honda")),
        category: Some(text("Sedan")),
        price: Some(text("32500.50")),
        currency: Some(text("EUR")),
        description: Some(text("One owner.")),
        url: Some(text("https://cars.example/1")),
        image_url: Some(text("https://cars.example/1.jpg")),
        available: Some(false),
        attributes: BTreeMap::from([
            ("color".to_owned(), "red".to_owned()),
            ("doors".to_owned(), "4".to_owned()),
        ]),
        ..ItemDraft::default()
    };
    draft.check(euro()).unwrap()
}

fn clearing(fields: &[&str]) -> ItemDraft {
    ItemDraft {
        cleared: fields.iter().map(|field| (*field).to_owned()).collect(),
        ..ItemDraft::default()
    }
}

#[test]
fn omitted_fields_keep_their_values() {
    assert_eq!(ItemDraft::default().change(&stored(), euro()), Ok(stored()));
    let draft = ItemDraft {
        price: Some(text("1")),
        attributes: BTreeMap::from([("color".to_owned(), "blue".to_owned())]),
        ..ItemDraft::default()
    };
    let edited_item = draft.change(&stored(), euro()).unwrap();
    assert_eq!(edited_item.price.unwrap().to_string(), "1.00");
    let attributes: Vec<_> = edited_item.attributes.values().collect();
    assert_eq!(attributes, ["blue", "4"]);
    assert_eq!(edited_item.category, stored().category);
    assert!(!edited_item.available);
}

#[test]
fn cleared_fields_become_empty_except_the_required_name() {
    let fields = [
        "category",
        "price",
        "currency",
        "description",
        "url",
        "image_url",
        "available",
        "attributes.color",
    ];
    let edited_item = clearing(&fields).change(&stored(), euro()).unwrap();
    let bare = ItemDraft {
        id: Some(text("A")),
        name: Some(text("Honda")),
        attributes: BTreeMap::from([("doors".to_owned(), "4".to_owned())]),
        ..ItemDraft::default()
    };
    assert_eq!(edited_item, bare.check(euro()).unwrap());
    let edited_item = clearing(&["attributes"]).change(&stored(), euro()).unwrap();
    assert_eq!(edited_item.attributes, BTreeMap::new());
    let errors = clearing(&["name"]).change(&stored(), euro()).unwrap_err();
    assert_eq!(errors[0].pointer, "/name");
}
