//! Items of single rows.

use super::*;
use crate::feed::MAX_ITEMS;
use crate::invalid_entry::describe;
use service::inventory::Position;

#[test]
fn update_keeps_fields_without_a_column_and_clears_blank_cells() {
    let text = "Artikelnr;Preis;attributes.Farbe;Kategorie\n1;2,50;;\n";
    let table = Table::of(text).unwrap();
    let mapping = guess(&table);
    let faults = mapping.faults(&table.columns, Absent::Clear);
    assert_eq!(faults.len(), 1, "a whole item needs a name: {faults:?}");
    assert_eq!(mapping.faults(&table.columns, Absent::Keep), []);
    let items = read(text, &mapping, Some(usd()), Absent::Keep).unwrap();
    assert_eq!(items.drafts[0].price.as_deref(), Some("2.50"));
    assert_eq!(items.drafts[0].cleared, ["attributes.Farbe", "category"]);
}

#[test]
fn columns_of_the_name_are_joined_and_may_be_blank() {
    let text = "Nr,Marke,Modell,Farbe\n1, VW , Golf ,rot\n2,VW,,rot\n3,,Polo,\n4,,,rot\n";
    let targets = ["id", "name_attribute", "name", "name"];
    let mapping = Mapping {
        columns: targets.map(|name| Target::parse(name).unwrap()).into(),
        currency: None,
        decimals: Decimals::Point,
    };
    let items = read(text, &mapping, Some(usd()), Absent::Keep).unwrap();
    let drafts = items.drafts.iter();
    let names: Vec<_> = drafts
        .map(|draft| draft.name.as_deref().map(str::trim))
        .collect();
    assert_eq!(
        names,
        [
            Some("VW Golf rot"),
            Some("VW rot"),
            Some("Polo"),
            Some("rot")
        ]
    );
    assert_eq!(items.drafts[0].attributes["Marke"], " VW ");
    assert_eq!(items.drafts[0].attributes.len(), 1);
    assert_eq!(items.drafts[2].cleared, ["attributes.Marke"]);
}

#[test]
fn price_has_exactly_one_currency() {
    let priced = |mapping: &str, cells: &str| {
        let text = format!("id,name,price,currency\n1,a,{cells}\n");
        let table = Table::of(&text).unwrap();
        let mapping = Mapping {
            currency: Some(mapping.to_owned()),
            ..guess(&table)
        };
        let draft = read(&text, &mapping, Some(usd()), Absent::Clear)
            .unwrap()
            .drafts
            .remove(0);
        (draft.currency, draft.errors.is_empty())
    };
    let good = |code: &str| (Some(code.to_owned()), true);
    assert_eq!(priced("EUR", "5,"), good("EUR"));
    assert_eq!(priced("EUR", "5,CHF"), good("CHF"));
    assert_eq!(priced("EUR", "5 GBP,"), good("GBP"));
    assert_eq!(priced("EUR", "5 GBP,GBP"), good("GBP"));
    assert!(!priced("EUR", "5 GBP,CHF").1);
    assert_eq!(priced("CAD", "$5,"), good("CAD"));
    assert!(!priced("EUR", "$5,").1);
}

#[test]
fn row_must_have_as_many_cells_as_the_header_except_for_trailing_blank_ones() {
    let text = "id,name\n1,a,,\n2,b,x\n3\n";
    let table = Table::of(text).unwrap();
    let items = read(text, &guess(&table), Some(usd()), Absent::Clear).unwrap();
    let faulty: Vec<_> = items
        .drafts
        .iter()
        .map(|draft| draft.errors.len())
        .collect();
    assert_eq!(faulty, [0, 1, 1]);
    let position = Position {
        line: Some(3),
        row: Some(3),
    };
    assert_eq!(items.drafts[1].position, position);
}

#[test]
fn row_without_a_name_is_skipped_only_if_its_id_appears_above_with_a_name() {
    let text = "id,name\n1,\n1,a\n1,\n2,\n";
    let table = Table::of(text).unwrap();
    let items = read(text, &guess(&table), Some(usd()), Absent::Clear).unwrap();
    assert_eq!((items.drafts.len(), items.repeated), (3, 1));
}

#[test]
fn table_with_more_items_than_a_feed_may_have_is_rejected() {
    let text = format!("id,name\n{}", "1,a\n".repeat(MAX_ITEMS + 1));
    let table = Table::of(&text).unwrap();
    assert!(read(&text, &guess(&table), Some(usd()), Absent::Clear).is_err());
}

#[test]
fn price_without_a_currency_is_an_error_unless_a_stored_item_has_one() {
    let text = "id,name,price\n1,a,5\n2,b,5 EUR\n3,c,\n4,d,$5\n";
    let (table, mut mapping) = guessed(text);
    mapping.currency = None;
    assert!(mapping.lacks_currency(&table));
    let faults = |account, absent| -> Vec<_> {
        let items = read(text, &mapping, account, absent).unwrap();
        let drafts = items.drafts.iter();
        drafts.map(|draft| draft.errors.len()).collect()
    };
    assert_eq!(faults(None, Absent::Clear), [1, 0, 0, 1]);
    assert_eq!(faults(None, Absent::Keep), [0, 0, 0, 1]);
    assert_eq!(faults(Some(usd()), Absent::Clear), [0, 0, 0, 0]);
}

#[test]
fn words_of_availability_are_reported_with_their_meaning() {
    let text = "id,name,Status\n1,a,frei\n2,b,reserved\n3,c,sold\n4,d,sold\n5,e,7\n6,f,yes\n7,g,auf Lager\n";
    let (table, mut mapping) = guessed(text);
    mapping.columns[2] = Target::Field("available");
    let items = read(text, &mapping, Some(usd()), Absent::Clear).unwrap();
    assert_eq!(table.columns[2].header, "Status");
    let words: Vec<_> = items.availability.into_iter().collect();
    let expected = [("auf Lager", true), ("reserved", false), ("sold", false)];
    assert_eq!(words, expected.map(|(word, is)| (word.to_owned(), is)));
    assert_eq!(items.drafts[0].errors.len(), 1, "its meaning is unknown");
}

#[test]
fn ambiguous_currency_sign_is_an_error_unless_one_of_its_currencies_is_chosen() {
    for (sign, right, wrong) in [
        ("kr", "SEK", "EUR"),
        ("kr.", "DKK", "USD"),
        ("¥", "JPY", "USD"),
        ("$", "CAD", "EUR"),
        ("Rs", "INR", "USD"),
    ] {
        let text = format!("id,name,price\n1,a,199 {sign}\n");
        let (_, mapping) = guessed(&text);
        for (code, is_good) in [(right, true), (wrong, false)] {
            let mapping = Mapping {
                currency: Some(code.to_owned()),
                ..mapping.clone()
            };
            let draft = read(&text, &mapping, Some(usd()), Absent::Clear)
                .unwrap()
                .drafts
                .remove(0);
            assert_eq!(draft.currency.as_deref(), Some(code));
            assert_eq!(draft.errors.is_empty(), is_good, "{sign} {code}");
            if let [error] = &draft.errors[..] {
                let detail = describe(&error.reason);
                assert!(detail.contains(right), "{detail}");
                let advice = "Select the right one as the currency for prices without one";
                assert!(detail.contains(advice), "{detail}");
            }
        }
    }
    // The currency of the account counts as chosen.
    assert_eq!(drafts("id,name,price\n1,a,$5\n")[0].errors, []);
}

#[test]
fn two_different_currencies_in_one_price_are_an_error() {
    let errors = |price: &str| {
        let text = format!("id;name;price\n1;a;{price}\n");
        drafts(&text)[0].errors.len()
    };
    assert_eq!(errors("$5 USD"), 0);
    assert_eq!(errors("US$5 USD"), 0);
    assert_eq!(errors("$5 EUR"), 1);
    assert_eq!(errors("€5 USD"), 1);
}

#[test]
fn currency_column_accepts_signs_names_and_lower_case() {
    let text = "id,name,price,currency\n1,a,5,eur\n2,b,5,€\n3,c,5,Euro\n4,d,5,$\n5,e,,usd\n";
    let drafts = drafts(text);
    let codes: Vec<_> = drafts
        .iter()
        .filter_map(|draft| draft.currency.as_deref())
        .collect();
    assert_eq!(codes, ["EUR", "EUR", "EUR", "$", "USD"]);
    assert!(drafts[3].clone().check(usd()).is_err());
}

#[test]
fn texts_of_other_programs_lose_html_and_those_of_the_console_keep_it() {
    let nasty = "<p>kept html</p> if a<b and c>d &amp; b &eacute;";
    let row = format!("1,Fish &amp; Chips,{nasty},A &gt; B");
    let own = format!("id,name,description,category\n{row}\n");
    let own = &drafts(&own)[0];
    assert_eq!(own.name.as_deref(), Some("Fish &amp; Chips"));
    assert_eq!(own.description.as_deref(), Some(nasty));
    assert_eq!(own.category.as_deref(), Some("A &gt; B"));
    let other = format!("id,title,description,category,note\n{row},C &amp; D\n");
    let other = &drafts(&other)[0];
    assert_eq!(other.name.as_deref(), Some("Fish & Chips"));
    let text = "kept html\nif a<b and c>d & b é";
    assert_eq!(other.description.as_deref(), Some(text));
    assert_eq!(other.category.as_deref(), Some("A > B"));
    assert_eq!(other.attributes["note"], "C & D");
    let plain = "id,title,description\n1,a,a &amp; b &eacute;\n";
    assert_eq!(drafts(plain)[0].description.as_deref(), Some("a & b é"));
}

#[test]
fn console_export_keeps_attributes_named_like_fields() {
    let own = "id,name,price,attributes.id,attributes.price\n1,a,5,x,y\n";
    let draft = &drafts(own)[0];
    assert_eq!(draft.id.as_deref(), Some("1"));
    let attributes: Vec<_> = draft.attributes.iter().collect();
    assert_eq!(
        attributes,
        [
            (&"id".to_owned(), &"x".to_owned()),
            (&"price".to_owned(), &"y".to_owned())
        ]
    );
}
