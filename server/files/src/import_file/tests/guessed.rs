//! Guesses of single columns.

use super::*;

#[test]
fn columns_are_mapped_by_their_names_and_values() {
    let guessed = |header: &str, row: &str| {
        let table = Table::of(&format!("{header}\n{row}\n")).unwrap();
        let words = guess(&table).columns.into_iter().map(Target::as_str);
        words.collect::<Vec<_>>().join(" ")
    };
    for (header, row, expected) in [
        ("SKU;Titel;Preis", "1;a;2", "id name price"),
        (
            "Artikelnummer;Produktname;Preis in EUR",
            "1;a;2",
            "id name price",
        ),
        ("Artikelnr.;Titel;Preis in €", "1;a;2", "id name price"),
        ("Item No.;Product name;price_usd", "1;a;2", "id name price"),
        ("ID,Name,Attributes.Colour", "1,a,red", "id name attribute"),
        ("sku,id,name", "S,1,a", "attribute id name"),
        (
            "vin;Fahrzeug;Währung;VK brutto",
            "1;a;EUR;2",
            "id name currency price",
        ),
        // The status has a value that no availability has, and the last column has no values.
        (
            "id,name,status,note",
            "1,a,used,",
            "id name attribute leave_out",
        ),
        (
            "id,name,Bestand,Lieferbar",
            "1,a,7,nein",
            "id name attribute available",
        ),
        ("id,name,In stock", "1,a,0", "id name available"),
        ("id,name,attributes.a", "1,a,", "id name attribute"),
        ("a,b", "1,2", "attribute attribute"),
        // Make and model are the name only if no other column is.
        (
            "Nr;Marke;Modell",
            "1;VW;Golf",
            "id name_attribute name_attribute",
        ),
        (
            "id,Make,Color,Model",
            "1,VW,red,Golf",
            "id name_attribute attribute name_attribute",
        ),
        (
            "id,Marque,Modèle,Titre",
            "1,VW,Golf,a",
            "id attribute attribute name",
        ),
        ("id,Modelo,Marca", "1,Golf,VW", "id name attribute"),
        ("id,Marca,Modello", "1,,Panda", "id leave_out name"),
    ] {
        assert_eq!(guessed(header, row), expected, "{header}");
    }
}

#[test]
fn currency_is_taken_from_prices_that_all_name_the_same() {
    for (cells, expected, is_lacking) in [
        (["18.990 €", "9.500 EUR"], Some("EUR"), false),
        (["18.990 €", "9.500"], Some("EUR"), true),
        (["€ 18990", "$ 9500"], Some("EUR"), true),
        (["18990 EUR", "9500 CHF"], None, false),
        (["$18990", "$9500"], None, true),
        (["18.990,00", "9.500,00"], None, true),
        (["on request", "9500 EUR"], Some("EUR"), false),
    ] {
        let [first, second] = cells;
        let text = format!("Nummer\tTitel\tPreis\n1\ta\t{first}\n2\tb\t{second}\n");
        let (table, mapping) = guessed(&text);
        assert_eq!(mapping.currency.as_deref(), expected, "{cells:?}");
        assert_eq!(mapping.lacks_currency(&table), is_lacking, "{cells:?}");
    }
    let with_codes = "id,name,price,currency\n1,a,5,EUR\n2,b,,\n3,c,6,CHF\n";
    let without_one = "id,name,price,currency\n1,a,5,EUR\n2,b,6,\n";
    for (text, is_lacking) in [
        (with_codes, false),
        (without_one, true),
        ("id,name\n1,a\n", false),
    ] {
        let (table, mapping) = guessed(text);
        assert_eq!(mapping.lacks_currency(&table), is_lacking, "{text}");
    }
}

#[test]
fn currency_is_taken_from_the_price_header() {
    for (header, expected) in [
        ("Preis (EUR)", Some("EUR")),
        ("Price [KWD]", Some("KWD")),
        ("Preis in CHF", Some("CHF")),
        ("price_usd", Some("USD")),
        ("Preis €", Some("EUR")),
        ("Price", None),
        ("Price (all)", None),
    ] {
        let table = Table::of(&format!("id,name,{header}\n1,a,2\n")).unwrap();
        assert_eq!(guess(&table).currency.as_deref(), expected, "{header}");
    }
}

#[test]
fn mapping_needs_an_id_and_a_name_and_each_other_field_at_most_once() {
    let table = Table::of("a,b,c\n1,2,3\n").unwrap();
    let faults = |words: &str, currency: Option<&str>| {
        let mapping = Mapping {
            columns: words
                .split(' ')
                .map(|name| Target::parse(name).unwrap())
                .collect(),
            currency: currency.map(str::to_owned),
            decimals: Decimals::Point,
        };
        let faults = mapping.faults(&table.columns, Absent::Clear).into_iter();
        faults.map(|fault| fault.location).collect::<Vec<_>>()
    };
    let column = FaultLocation::Column;
    assert_eq!(faults("id name price", None), []);
    assert_eq!(faults("id name leave_out", Some("EUR")), []);
    assert_eq!(
        faults("price attribute leave_out", None),
        [column(0), column(0)]
    );
    for names in ["id name name", "id name_attribute name"] {
        assert_eq!(faults(names, None), []);
    }
    assert_eq!(
        faults("name id id", Some("Euro")),
        [column(2), FaultLocation::Currency]
    );
    let twice = Mapping {
        columns: ["name", "id", "id"]
            .map(|name| Target::parse(name).unwrap())
            .into(),
        currency: None,
        decimals: Decimals::Point,
    };
    assert_eq!(
        twice.faults(&table.columns, Absent::Clear)[0].message,
        "“b” and “c” can't both be the ID. Select something else for one of them."
    );
}

#[test]
fn column_named_like_a_field_is_mapped_to_it_despite_a_few_invalid_values() {
    for (header, good, bad) in [
        ("available", "yes", "TBD"),
        ("availability", "in stock", "coming soon"),
        ("currency", "EUR", "gold"),
        ("qty", "3", "many"),
        ("Verfügbar", "ja", "?"),
        ("Status", "active", "coming soon"),
    ] {
        let rows: Vec<_> = (0..200).map(|id| format!("{id},a,{good}\n")).collect();
        let text = format!("id,name,{header}\n{}bad,a,{bad}\n", rows.concat());
        let (_, mapping) = guessed(&text);
        let target = mapping.columns[2];
        assert!(matches!(target, Target::Field(_)), "{header}: {target:?}");
        let items = read(&text, &mapping, Some(usd()), Absent::Clear).unwrap();
        let options = FeedOptions {
            mode: FeedMode::Merge,
            on_error: OnError::Skip,
        };
        let feed = check_feed(items.drafts, options, usd()).unwrap();
        assert_eq!(
            (feed.items().len(), feed.skipped().count),
            (200, 1),
            "{header}"
        );
    }
    for qty in ["2.5", "1,000"] {
        let text = format!("id;name;qty\n1;a;{qty}\n2;b;0\n");
        let available: Vec<_> = drafts(&text).iter().map(|draft| draft.available).collect();
        assert_eq!(available, [Some(true), Some(false)], "{qty}");
    }
    let meta = drafts("id,title,availability\n1,a,in stock\n2,b,discontinued\n");
    assert_eq!(meta[1].available, Some(false));
}

#[test]
fn columns_beyond_the_maximum_number_of_attributes_are_left_out() {
    let headers: Vec<_> = (1..=60).map(|number| format!("c{number}")).collect();
    let values = vec!["x"; 60].join(",");
    let (_, mapping) = guessed(&format!("id,name,{}\n1,a,{values}\n", headers.join(",")));
    let count = |expected| {
        mapping
            .columns
            .iter()
            .filter(|one| **one == expected)
            .count()
    };
    assert_eq!(
        (count(Target::Attribute), count(Target::LeaveOut)),
        (50, 10)
    );
}
