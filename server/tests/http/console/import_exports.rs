//! Files as other systems export them, each imported at the first try with what the console
//! proposes.

use crate::support::{Key, TestResponse, Text as _, World};
use serde_json::Value;

const FEEDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../end2end/feeds");

struct Import {
    page: TestResponse,
    items: Vec<Value>,
}

/// Imports a file in a new account.
async fn import(file: &str, choices: &[(&str, &str)]) -> Import {
    let (_world, owner) = World::with_owner().await;
    let key: Key = owner.create("Reader", &["inventory:read"]).await;
    let bytes = std::fs::read(format!("{FEEDS}/{file}")).unwrap();
    let page = owner.import(file, bytes, choices).await.expect(200);
    let list = key.get_json("/api/inventory").await;
    let items = list["items"].as_array().unwrap().clone();
    Import { page, items }
}

impl Import {
    fn ids(&self) -> Vec<&str> {
        let ids = self.items.iter().map(|item| item["id"].as_str().unwrap());
        ids.collect()
    }
}

#[tokio::test]
async fn woocommerce_export_can_be_imported() {
    let import = import("woocommerce.csv", &[]).await;
    import
        .page
        .has_all(["was imported", "1 row with errors was skipped", "Row 5"]);
    assert_eq!(import.ids(), ["car-mat-01", "roof-box", "roof-box-silver"]);
    let mat = &import.items[0];
    assert_eq!(mat["price"], 39.90);
    assert_eq!(mat["description"], "Black rubber, anti-slip.");
    assert_eq!(mat["category"], "Accessories > Interior");
}

#[tokio::test]
async fn shopify_export_can_be_imported() {
    let import = import("shopify.csv", &[]).await;
    import
        .page
        .has_all(["was imported", "<dt>Repeated rows left out</dt><dd>2</dd>"]);
    assert_eq!(import.ids(), ["tow-bar", "winter-wheels"]);
    let wheels = &import.items[1];
    assert_eq!(
        (&wheels["price"], &wheels["available"]),
        (&449.into(), &true.into())
    );
    assert_eq!(wheels["image_url"], "https://shop.example/w1.jpg");
}

#[tokio::test]
async fn meta_vehicle_feed_can_be_imported() {
    let import = import("meta-vehicles.tsv", &[]).await;
    assert_eq!(import.ids(), ["1FADP5AU6DL536022", "WVWZZZ1KZ8W000001"]);
    let golf = &import.items[1];
    assert_eq!(
        (&golf["price"], &golf["currency"]),
        (&3450.into(), &"USD".into())
    );
    assert_eq!(golf["available"], false);
    assert_eq!(golf["attributes"]["mileage.value"], "143,500");
}

#[tokio::test]
async fn german_dealer_system_export_can_be_imported() {
    let import = import("dealer-de.csv", &[]).await;
    import.page.has_all([
        "Row 4</span><small><bdi>ID A-1003",
        "<bdi>Preis (EUR)</bdi>",
        "<bdi>auf Anfrage</bdi>",
    ]);
    assert_eq!(import.ids(), ["A-1001", "A-1002"]);
    let octavia = &import.items[0];
    assert_eq!(
        (&octavia["price"], &octavia["currency"]),
        (&18990.into(), &"EUR".into())
    );
    assert_eq!(octavia["attributes"]["Farbe"], "weiß");
    assert_eq!(import.items[1]["description"], "Sagt: \"wie neu\"");
    assert_eq!(import.items[1]["available"], false);
}

#[tokio::test]
async fn rows_with_ids_shortened_by_excel_are_skipped() {
    let import = import("excel.csv", &[]).await;
    import.page.has_all([
        "Row 2",
        "as a spreadsheet shortens it",
        "2 rows with errors were skipped",
    ]);
    assert_eq!(import.ids(), ["77"]);
    assert_eq!(import.items[0]["price"], 12500);
}

#[tokio::test]
async fn google_rss_feed_is_imported_with_faults_by_line() {
    let (_world, owner) = World::with_owner().await;
    let rss = "<rss xmlns:g='http://base.google.com/ns/1.0'><channel>\n\
        <item><g:id>A</g:id><title>a</title><g:price>15.00 USD</g:price></item>\n\
        <item><g:id>B</g:id><title>b</title><g:price>ten</g:price></item>\n</channel></rss>";
    let page = owner.import("feed.xml", rss, &[]).await.expect(200);
    page.has_all([
        "<dt>New</dt><dd>1</dd>",
        "Line 3</span><small><bdi>ID B",
        "<bdi>ten</bdi>",
    ]);
    let upload = owner
        .upload("/inventory/import", "feed.xml", rss, &[])
        .await;
    let page = owner
        .get(upload.expect(303).header("location"))
        .await
        .expect(200);
    page.has("<dt>Format</dt><dd>XML</dd>");
    page.lacks("<dt>Delimiter</dt>");
}

#[tokio::test]
async fn columns_beyond_the_attribute_limit_are_announced() {
    let (_world, owner) = World::with_owner().await;
    for (columns, is_announced) in [(50, false), (53, true)] {
        let headers: Vec<_> = (0..columns).map(|number| format!("c{number}")).collect();
        let values = vec!["x"; columns].join(",");
        let file = format!("id,name,{}\nA,a,{values}\n", headers.join(","));
        let upload = owner
            .upload("/inventory/import", "cars.csv", &file, &[])
            .await;
        let page = owner
            .get(upload.expect(303).header("location"))
            .await
            .expect(200);
        let text = "An item has at most 50 attributes, so 3 columns with values are left out.";
        assert_eq!(
            page.body.contains(text),
            is_announced,
            "{columns}: {}",
            page.body
        );
    }
}
