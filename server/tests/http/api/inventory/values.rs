//! Values as spreadsheets and other programs write them: the same rule in every format.

use super::feed;
use crate::support::{ALL_SCOPES, Key, Member, Text as _, World};
use serde_json::{Value, json};

type Fields<'a> = &'a [(&'a str, &'a str)];

/// The same item in each format.
fn bodies(fields: Fields<'_>) -> [(&'static str, &'static str, String); 3] {
    let members = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)));
    let json = feed([Value::Object(members.collect())]).to_string();
    let elements: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("<{name}>{value}</{name}>"))
        .collect();
    let xml = format!("<inventory><item>{}</item></inventory>", elements.concat());
    let names: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
    let cells: Vec<_> = fields
        .iter()
        .map(|(_, value)| format!("\"{value}\""))
        .collect();
    let csv = format!("{}\n{}\n", names.join(","), cells.join(","));
    [
        ("application/json", "a.json", json),
        ("application/xml", "a.xml", xml),
        ("text/csv", "a.csv", csv),
    ]
}

async fn owner_with_key(world: &World) -> (Member, Key) {
    let owner = world.owner().await;
    let key = owner.create("Feed", &ALL_SCOPES).await;
    (owner, key)
}

/// Removes the only item of the inventory, and returns it.
async fn take_item(world: &World, key: &Key) -> Value {
    let list = key.get_json("/api/inventory").await;
    world.sql("DELETE FROM items").await;
    list["items"][0].clone()
}

/// Sends the item in each format by the API and from the console, and checks the fields that are
/// stored.
async fn assert_stored(fields: Fields<'_>, expected: &Value) {
    let world = World::new().await;
    let (owner, key) = owner_with_key(&world).await;
    for (kind, file, body) in bodies(fields) {
        let http = key.with("content-type", kind);
        let response = http.send("POST", "/api/inventory", body.clone()).await;
        response.expect(200);
        let by_api = take_item(&world, &key).await;
        owner.import(file, &body, &[]).await.expect(200);
        let by_console = take_item(&world, &key).await;
        for item in [by_api, by_console] {
            for (name, value) in expected.as_object().unwrap() {
                assert_eq!(&item[name], value, "{name} in {kind}");
            }
        }
    }
}

/// Sends the item in each format by the API and from the console, and checks that each is refused
/// with `detail`.
async fn assert_refused(fields: Fields<'_>, pointer: &str, detail: &str) {
    assert_refused_where(fields, pointer, detail, detail, |_| true).await;
}

/// Like [`assert_refused`], if the console has another text. It is sent from the console only in
/// the formats for which `console` returns true.
async fn assert_refused_where(
    fields: Fields<'_>,
    pointer: &str,
    detail: &str,
    advice: &str,
    console: impl Fn(&str) -> bool,
) {
    let world = World::new().await;
    let (owner, key) = owner_with_key(&world).await;
    for (kind, file, body) in bodies(fields) {
        let http = key.with("content-type", kind);
        let response = http.send("POST", "/api/inventory", body.clone()).await;
        let error = &response.expect(422).json()["errors"][0];
        assert_eq!(error["pointer"], format!("/items/0{pointer}"), "{kind}");
        let actual = error["detail"].as_str().unwrap();
        assert!(actual.contains(detail), "{kind}: {actual}");
        if !console(kind) {
            continue;
        }
        let page = owner.import(file, &body, &[]).await.expect(200);
        assert!(page.body.contains(advice), "{kind}: {}", page.body);
    }
    assert_eq!(world.count("SELECT count(*) FROM items").await, 0);
}

#[tokio::test]
async fn whitespace_of_every_kind_around_a_value_is_removed() {
    let fields = [
        ("id", "\u{A0}SKU 1\u{3000}"),
        ("name", " \u{2009}Accord\t"),
        ("category", "\u{A0}"),
        ("price", " 12.50\u{202F}"),
        ("currency", "EUR "),
        ("description", "\n One owner.\u{A0}"),
        ("url", " https://cars.example/1 "),
        ("image_url", ""),
    ];
    let expected = json!({
        "id": "SKU 1", "name": "Accord", "category": null, "price": 12.5, "currency": "EUR", "description": "One owner.",
        "url": "https://cars.example/1", "image_url": null,
    });
    assert_stored(&fields, &expected).await;
    let empty = [("id", " \u{A0}"), ("name", "n")];
    assert_refused_where(
        &empty,
        "/id",
        "a value of 1 to 128 characters",
        "A value is required. Enter 1 to 128 characters.",
        |_| true,
    )
    .await;
}

#[tokio::test]
async fn prices_have_the_decimal_places_of_their_currency() {
    let item = |price, currency| {
        [
            ("id", "A"),
            ("name", "a"),
            ("price", price),
            ("currency", currency),
        ]
    };
    for (price, currency, number) in [
        ("12.345", "KWD", json!(12.345)),
        ("12.340", "KWD", json!(12.34)),
        ("1200", "JPY", json!(1200)),
        ("1200.00", "JPY", json!(1200)),
        ("0.0001", "CLF", json!(0.0001)),
        ("9999999999.99", "USD", json!(9_999_999_999.99)),
    ] {
        assert_stored(&item(price, currency), &json!({ "price": number })).await;
    }
    let too_precise = "The price has more decimal places than its currency.";
    for (price, currency, detail, advice) in [
        ("12.34", "JPY", "no decimal places", "no decimal places"),
        ("12.345", "USD", "at most two decimal places", too_precise),
        (
            "12.3456",
            "KWD",
            "at most 3 decimal places",
            "at most 3 decimal places",
        ),
    ] {
        assert_refused_where(&item(price, currency), "/price", detail, advice, |_| true).await;
    }
}

#[tokio::test]
async fn price_without_a_currency_uses_the_decimal_places_of_the_default_currency() {
    let world = World::new().await;
    let (owner, key) = owner_with_key(&world).await;
    world.sql("UPDATE accounts SET currency = 'KWD'").await;
    let item = json!({ "id": "A", "name": "a", "price": "1234.567" });
    key.post("/api/inventory", &feed([item])).await.expect(200);
    let page = owner.get_text("/inventory").await;
    page.has("1,234.567 KWD");
    let changed = json!({ "name": "a", "price": 1.001 });
    let response = key.put("/api/inventory/A", &changed).await.expect(200);
    response.has("\"price\":1.001,");
    world.sql("UPDATE accounts SET currency = 'JPY'").await;
    let response = key.put("/api/inventory/A", &changed).await;
    assert_eq!(response.errors(), [("/price".into(), "invalid".into())]);
    let whole = json!({ "name": "a", "price": 1500 });
    key.put("/api/inventory/A", &whole).await.expect(200);
    let page = owner.get_text("/inventory").await;
    page.has("1,500 JPY");
}

#[tokio::test]
async fn number_in_another_notation_is_refused_with_the_corrected_value() {
    for (price, detail) in [
        ("32500,00", "Write 32500.00: a period before the decimals"),
        ("1.234,56", "Write 1234.56:"),
        ("1,234.56", "Write 1234.56:"),
        ("1\u{A0}234,56", "Write 1234.56:"),
        ("12,50 EUR", "Write 12.50:"),
    ] {
        let item = [("id", "A"), ("name", "a"), ("price", price)];
        // The console understands the notation of a table.
        let advice = detail.replace("Write ", "Enter ");
        let advice = advice.split(':').next().unwrap();
        assert_refused_where(&item, "/price", detail, advice, |kind| kind != "text/csv").await;
    }
}

#[tokio::test]
async fn implausible_ids_are_refused_with_the_reason() {
    for (id, detail) in [
        ("1.23457E+12", "Format the column as text"),
        ("4E+15", "Format the column as text"),
        ("SKU\u{200B}1", "U+200B ZERO WIDTH SPACE"),
        ("SKU1\u{FEFF}", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
    ] {
        assert_refused(&[("id", id), ("name", "a")], "/id", detail).await;
    }
    let world = World::new().await;
    let (_, key) = owner_with_key(&world).await;
    let item = json!({ "name": "a" });
    for path in ["1.23457E+12", "A%E2%80%8B", "A%20", "%C2%A0A"] {
        let response = key.put(&format!("/api/inventory/{path}"), &item).await;
        assert_eq!(
            response.errors(),
            [("/id".into(), "invalid".into())],
            "{path}"
        );
    }
    for (field, value) in [("item_id", "1.23457E+12"), ("external_id", "crm\u{200B}7")] {
        let lead = json!({ "phone": "1", field: value });
        let response = key.post("/api/leads", &lead).await;
        assert_eq!(response.errors(), [(format!("/{field}"), "invalid".into())]);
    }
    let blanks = json!({
        "name": "\u{A0}Ada ", "email": " ada@example.com\u{3000}", "phone": "", "item_id": "SKU1 ", "status": " won",
    });
    let lead = key.post("/api/leads", &blanks).await.expect(201).json();
    for (field, value) in [
        ("name", json!("Ada")),
        ("email", json!("ada@example.com")),
        ("phone", Value::Null),
        ("item_id", json!("SKU1")),
        ("status", json!("won")),
    ] {
        assert_eq!(lead[field], value, "{field}");
    }
}
