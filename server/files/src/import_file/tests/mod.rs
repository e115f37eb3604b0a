//! Whole tables, as other programs and the console export them.

mod guessed;
mod items;
mod programs;

use super::rows::read;
use super::*;
use crate::feed::{Absent, Format};
use service::inventory::{Currency, FeedMode, FeedOptions, Item, ItemDraft, OnError, check_feed};

const WOOCOMMERCE: &[u8] = include_bytes!("../../../../../end2end/feeds/woocommerce.csv");
const SHOPIFY: &[u8] = include_bytes!("../../../../../end2end/feeds/shopify.csv");
const META: &[u8] = include_bytes!("../../../../../end2end/feeds/meta-vehicles.tsv");
const DEALER: &[u8] = include_bytes!("../../../../../end2end/feeds/dealer-de.csv");
const EXCEL: &[u8] = include_bytes!("../../../../../end2end/feeds/excel.csv");

fn usd() -> Currency {
    Currency::parse("USD").unwrap()
}

fn open(name: &str, bytes: &'static [u8]) -> (File<'static>, Table, Mapping) {
    let file = File::read(name, bytes).unwrap();
    assert_eq!(file.format, Format::Csv);
    let table = Table::of(&file.text).unwrap();
    let mapping = guess(&table);
    assert_eq!(mapping.faults(&table.columns, Absent::Clear), []);
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

/// Returns a table with its guessed mapping.
fn guessed(text: &str) -> (Table, Mapping) {
    let table = Table::of(text).unwrap();
    let mapping = guess(&table);
    (table, mapping)
}

/// Returns the drafts of a table under its guessed mapping.
fn drafts(text: &str) -> Vec<ItemDraft> {
    let (_, mapping) = guessed(text);
    read(text, &mapping, Some(usd()), Absent::Clear)
        .unwrap()
        .drafts
}

/// Row of a faulty item, and its faulty fields.
type Faulty = (Option<usize>, String);

/// Returns the valid items, the faulty ones, and the number of repeated rows.
fn import(file: &File<'_>, mapping: &Mapping) -> (Vec<Item>, Vec<Faulty>, usize) {
    let items = read(&file.text, mapping, Some(usd()), Absent::Clear).unwrap();
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

fn price(item: &Item) -> (String, &'static str) {
    (item.price.unwrap().to_string(), item.currency.code())
}

#[test]
fn woocommerce_export_is_mapped_and_read() {
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
    assert_eq!(price(&items[0]), ("39.90".to_owned(), "USD"));
    assert_eq!(items[0].attributes["Attribute 1 value(s)"], "Black");
    assert_eq!([items[0].available, items[1].available], [true, false]);
}

#[test]
fn shopify_export_is_mapped_and_read() {
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
    assert_eq!(price(&items[1]), ("289.50".to_owned(), "USD"));
    assert_eq!([items[0].available, items[1].available], [true, false]);
    assert_eq!(items[1].attributes["Variant SKU"], "TB-100");
}

#[test]
fn meta_vehicle_feed_is_mapped_and_read() {
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
    assert_eq!(price(&items[0]), ("7999.00".to_owned(), "USD"));
    assert_eq!(price(&items[1]), ("3450.00".to_owned(), "USD"));
    assert_eq!([items[0].available, items[1].available], [true, false]);
    assert_eq!(items[0].attributes["mileage.value"], "81000");
}

#[test]
fn german_dealer_export_is_mapped_and_read() {
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
    assert_eq!(price(&items[0]), ("18990.00".to_owned(), "EUR"));
    assert_eq!(price(&items[1]), ("24500.50".to_owned(), "EUR"));
    assert_eq!(items[0].attributes["Farbe"], "weiß");
    assert_eq!([items[0].available, items[1].available], [true, false]);
    // "auf Anfrage" is not a price.
    assert_eq!(faults, [(Some(4), "price".to_owned())]);
}

#[test]
fn ids_shortened_by_excel_are_errors_but_blank_cells_and_rows_are_not() {
    let (file, table, mapping) = open("excel.csv", EXCEL);
    assert_eq!(
        fields(&table, &mapping),
        [("id", "id"), ("name", "name"), ("price", "price")]
    );
    assert_eq!(mapping.columns[3], Target::LeaveOut);
    let (items, faults, _) = import(&file, &mapping);
    assert_eq!(items.len(), 1);
    assert_eq!(price(&items[0]), ("12500.00".to_owned(), "USD"));
    let rows: Vec<_> = faults.iter().map(|(row, _)| *row).collect();
    assert_eq!(rows, [Some(2), Some(3)]);
    assert!(
        faults
            .iter()
            .all(|(_, pointers)| pointers.starts_with("id"))
    );
}
