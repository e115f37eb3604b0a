use super::*;
use crate::feed::Format;
use service::inventory::{FeedMode, FeedOptions, Item, OnError, Position, check_feed};

const WOOCOMMERCE: &[u8] = include_bytes!("../../../end2end/feeds/woocommerce.csv");
const SHOPIFY: &[u8] = include_bytes!("../../../end2end/feeds/shopify.csv");
const META: &[u8] = include_bytes!("../../../end2end/feeds/meta-vehicles.tsv");
const DEALER: &[u8] = include_bytes!("../../../end2end/feeds/dealer-de.csv");
const EXCEL: &[u8] = include_bytes!("../../../end2end/feeds/excel.csv");

fn usd() -> Currency {
    Currency::parse("USD").unwrap()
}

fn open(name: &str, bytes: &'static [u8]) -> (File<'static>, Table, Mapping) {
    let file = File::read(name, bytes).unwrap();
    assert_eq!(file.format, Format::Csv);
    let table = Table::of(&file.text).unwrap();
    let mapping = guess(&table);
    assert_eq!(mapping.faults(&table.columns, Absent::Empty), []);
    (file, table, mapping)
}

/// Returns the header of each field, in the order of [`TARGETS`].
fn fields<'a>(table: &'a Table, mapping: &Mapping) -> Vec<(&'static str, &'a str)> {
    let fields = TARGETS.iter().filter_map(|(word, _)| {
        let target = Target::parse(word).filter(|one| matches!(one, Target::Field(_)))?;
        let place = mapping.columns.iter().position(|one| *one == target)?;
        Some((*word, &*table.columns[place].header))
    });
    fields.collect()
}

/// Row of a faulty item, and its faulty fields.
type Faulty = (Option<usize>, String);

/// Returns the good items, the faulty ones, and the number of repeated rows.
fn import(file: &File<'_>, mapping: &Mapping) -> (Vec<Item>, Vec<Faulty>, usize) {
    let items = read(&file.text, mapping, usd(), Absent::Empty).unwrap();
    let options = FeedOptions {
        mode: FeedMode::Merge,
        on_error: OnError::Skip,
    };
    let feed = check_feed(items.drafts, options, usd()).unwrap();
    let faults = feed.skipped().listed.iter().map(|item| {
        let pointers: Vec<_> = item
            .errors
            .iter()
            .map(|error| {
                let (_, pointer) = error.pointer[1..].split_once('/').unwrap();
                pointer.to_owned()
            })
            .collect();
        (item.position.row, pointers.join(" "))
    });
    (feed.items().to_vec(), faults.collect(), items.repeated)
}

fn price(item: &Item) -> (String, Option<&'static str>) {
    (
        item.price.unwrap().to_string(),
        item.currency.map(Currency::code),
    )
}

#[test]
fn update_keeps_fields_without_a_column_and_clears_blank_cells() {
    let text = "Artikelnr;Preis;attributes.Farbe;Kategorie\n1;2,50;;\n";
    let table = Table::of(text).unwrap();
    let mapping = guess(&table);
    let faults = mapping.faults(&table.columns, Absent::Empty);
    assert_eq!(faults.len(), 1, "a whole item needs a name: {faults:?}");
    assert_eq!(mapping.faults(&table.columns, Absent::Kept), []);
    let items = read(text, &mapping, usd(), Absent::Kept).unwrap();
    assert_eq!(items.drafts[0].price.as_deref(), Some("2.50"));
    assert_eq!(items.drafts[0].cleared, ["attributes.Farbe", "category"]);
}

#[test]
fn an_export_of_woocommerce_is_guessed_and_read() {
    let (file, table, mapping) = open("woocommerce.csv", WOOCOMMERCE);
    assert_eq!(file.encoding, "UTF-8 with a byte-order mark");
    assert_eq!(
        fields(&table, &mapping),
        [
            ("id", "SKU"),
            ("name", "Name"),
            ("category", "Categories"),
            ("price", "Regular price"),
            ("description", "Description"),
            ("image_url", "Images"),
            ("available", "In stock?"),
        ]
    );
    let (items, faults, _) = import(&file, &mapping);
    let ids: Vec<_> = items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(ids, ["car-mat-01", "roof-box", "roof-box-silver"]);
    assert_eq!(faults, [(Some(5), "id".to_owned())]);
    assert_eq!(
        items[0].description.as_deref(),
        Some("Black rubber, anti-slip.")
    );
    assert_eq!(
        items[0].image_url.as_deref(),
        Some("https://shop.example/i/mat-1.jpg")
    );
    assert_eq!(price(&items[0]), ("39.90".to_owned(), None));
    assert_eq!(items[0].attributes["Attribute 1 value(s)"], "Black");
    assert_eq!([items[0].available, items[1].available], [true, false]);
}

#[test]
fn an_export_of_shopify_is_guessed_and_read() {
    let (file, table, mapping) = open("shopify.csv", SHOPIFY);
    assert_eq!(
        fields(&table, &mapping),
        [
            ("id", "Handle"),
            ("name", "Title"),
            ("category", "Type"),
            ("price", "Variant Price"),
            ("description", "Body (HTML)"),
            ("image_url", "Image Src"),
            ("available", "Status"),
        ]
    );
    let (items, faults, repeated) = import(&file, &mapping);
    let ids: Vec<_> = items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(
        (ids, faults, repeated),
        (vec!["winter-wheels", "tow-bar"], vec![], 2)
    );
    assert_eq!(
        items[0].description.as_deref(),
        Some("Steel rims with tyres.\n205/55 R16\nSet of 4")
    );
    assert_eq!(price(&items[1]), ("289.50".to_owned(), None));
    assert_eq!([items[0].available, items[1].available], [true, false]);
    assert_eq!(items[1].attributes["Variant SKU"], "TB-100");
}

#[test]
fn a_vehicle_feed_of_meta_is_guessed_and_read() {
    let (file, table, mapping) = open("meta-vehicles.tsv", META);
    assert_eq!(table.delimiter, '\t');
    assert_eq!(
        fields(&table, &mapping),
        [
            ("id", "vehicle_id"),
            ("name", "title"),
            ("price", "price"),
            ("description", "description"),
            ("url", "url"),
            ("image_url", "image[0].url"),
            ("available", "availability"),
        ]
    );
    let (items, faults, _) = import(&file, &mapping);
    assert_eq!(faults, []);
    assert_eq!(price(&items[0]), ("7999.00".to_owned(), Some("USD")));
    assert_eq!(price(&items[1]), ("3450.00".to_owned(), Some("USD")));
    assert_eq!([items[0].available, items[1].available], [true, false]);
    assert_eq!(items[0].attributes["mileage.value"], "81000");
}

#[test]
fn an_export_of_a_german_dealer_system_is_guessed_and_read() {
    let (file, table, mapping) = open("dealer-de.csv", DEALER);
    assert_eq!(
        (file.encoding, table.delimiter, table.rows),
        ("Windows-1252", ';', 3)
    );
    assert_eq!(
        fields(&table, &mapping),
        [
            ("id", "Fahrzeugnr"),
            ("name", "Bezeichnung"),
            ("category", "Kategorie"),
            ("price", "Preis (EUR)"),
            ("description", "Beschreibung"),
            ("available", "verfügbar"),
        ]
    );
    assert_eq!(mapping.currency.as_deref(), Some("EUR"));
    assert_eq!(mapping.decimals, Decimals::Comma);
    let (items, faults, _) = import(&file, &mapping);
    assert_eq!(items[0].id.as_str(), "A-1001");
    assert_eq!(price(&items[0]), ("18990.00".to_owned(), Some("EUR")));
    assert_eq!(price(&items[1]), ("24500.50".to_owned(), Some("EUR")));
    assert_eq!(items[0].attributes["Farbe"], "weiß");
    assert_eq!([items[0].available, items[1].available], [true, false]);
    // "auf Anfrage" is not a price.
    assert_eq!(faults, [(Some(4), "price".to_owned())]);
}

#[test]
fn shortened_ids_of_excel_are_faults_and_blank_cells_and_rows_are_not() {
    let (file, table, mapping) = open("excel.csv", EXCEL);
    assert_eq!(
        fields(&table, &mapping),
        [("id", "id"), ("name", "name"), ("price", "price")]
    );
    assert_eq!(mapping.columns[3], Target::LeaveOut);
    let (items, faults, _) = import(&file, &mapping);
    assert_eq!(items.len(), 1);
    assert_eq!(price(&items[0]), ("12500.00".to_owned(), None));
    let rows: Vec<_> = faults.iter().map(|(row, _)| *row).collect();
    assert_eq!(rows, [Some(2), Some(3)]);
    assert!(
        faults
            .iter()
            .all(|(_, pointers)| pointers.starts_with("id"))
    );
}

#[test]
fn columns_are_guessed_by_their_names_and_values() {
    let guessed = |header: &str, row: &str| {
        let table = Table::of(&format!("{header}\n{row}\n")).unwrap();
        let words = guess(&table).columns.into_iter().map(Target::as_str);
        words.collect::<Vec<_>>().join(" ")
    };
    for (header, row, wanted) in [
        ("SKU;Titel;Preis", "1;a;2", "id name price"),
        (
            "Artikelnummer;Produktname;Preis in EUR",
            "1;a;2",
            "id name price",
        ),
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
    ] {
        assert_eq!(guessed(header, row), wanted, "{header}");
    }
}

#[test]
fn the_currency_is_taken_from_the_header_of_the_price() {
    for (header, wanted) in [
        ("Preis (EUR)", Some("EUR")),
        ("Price [KWD]", Some("KWD")),
        ("Preis in CHF", Some("CHF")),
        ("price_usd", Some("USD")),
        ("Preis €", Some("EUR")),
        ("Price", None),
        ("Price (all)", None),
    ] {
        let table = Table::of(&format!("id,name,{header}\n1,a,2\n")).unwrap();
        assert_eq!(guess(&table).currency.as_deref(), wanted, "{header}");
    }
}

#[test]
fn a_mapping_needs_an_id_and_a_name_and_each_field_once() {
    let table = Table::of("a,b,c\n1,2,3\n").unwrap();
    let faults = |words: &str, currency: Option<&str>| {
        let mapping = Mapping {
            columns: words
                .split(' ')
                .map(|word| Target::parse(word).unwrap())
                .collect(),
            currency: currency.map(str::to_owned),
            decimals: Decimals::Point,
        };
        let faults = mapping.faults(&table.columns, Absent::Empty).into_iter();
        faults.map(|fault| fault.place).collect::<Vec<_>>()
    };
    let column = Place::Column;
    assert_eq!(faults("id name price", None), []);
    assert_eq!(faults("id name leave_out", Some("EUR")), []);
    assert_eq!(
        faults("price attribute leave_out", None),
        [column(0), column(0)]
    );
    assert_eq!(
        faults("id name name", Some("Euro")),
        [column(2), Place::Currency]
    );
}

#[test]
fn a_price_has_one_currency() {
    let priced = |mapping: &str, cells: &str| {
        let text = format!("id,name,price,currency\n1,a,{cells}\n");
        let table = Table::of(&text).unwrap();
        let mapping = Mapping {
            currency: Some(mapping.to_owned()),
            ..guess(&table)
        };
        let draft = read(&text, &mapping, usd(), Absent::Empty)
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
fn rows_have_as_many_cells_as_the_header_apart_from_blank_ones_at_the_end() {
    let text = "id,name\n1,a,,\n2,b,x\n3\n";
    let table = Table::of(text).unwrap();
    let items = read(text, &guess(&table), usd(), Absent::Empty).unwrap();
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
fn a_row_without_a_name_is_left_out_only_if_its_id_was_above_with_a_name() {
    let text = "id,name\n1,\n1,a\n1,\n2,\n";
    let table = Table::of(text).unwrap();
    let items = read(text, &guess(&table), usd(), Absent::Empty).unwrap();
    assert_eq!((items.drafts.len(), items.repeated), (3, 1));
}

#[test]
fn attributes_are_named_like_their_columns_and_each_once() {
    let names = |headers: &str| attribute_names(headers.split(','));
    assert_eq!(
        names("a,Attributes.Colour,,a,a 4"),
        ["a", "Colour", "Column 3", "a 4", "a 4 5"]
    );
    assert!(names(&"x".repeat(500))[0].chars().count() <= 128);
}

#[test]
fn more_items_than_a_feed_may_have_are_refused() {
    let text = format!("id,name\n{}", "1,a\n".repeat(MAX_ITEMS + 1));
    let table = Table::of(&text).unwrap();
    assert!(read(&text, &guess(&table), usd(), Absent::Empty).is_err());
}
