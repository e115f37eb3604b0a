//! Encodings of bodies and files: a byte-order mark is skipped, and every encoding but UTF-8 is
//! refused by name.

use super::inventory::{feed, sample_item};
use crate::support::{INVENTORY, Key, LEADS, Member, TestResponse, Text as _, World};
use serde_json::json;

const XML: &str = "<inventory><item><id>A</id><name>a</name></item></inventory>";
const CSV: &str = "id,name\nA,a\n";

/// Returns the same item in each format, with its media type and file name.
fn feeds() -> [(&'static str, &'static str, String); 3] {
    let json = feed([sample_item("A")]).to_string();
    [
        ("application/json", "a.json", json),
        ("application/xml", "a.xml", XML.to_owned()),
        ("text/csv", "a.csv", CSV.to_owned()),
    ]
}

/// Returns an owner, a key for feeds, and a key for leads.
async fn senders(world: &World) -> (Member, Key, Key) {
    let owner = world.owner().await;
    let key = owner.create("Feed", &INVENTORY).await;
    let leads = owner.create("Leads", &LEADS).await;
    (owner, key, leads)
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Appends a character in the encoding of a Windows program, which is invalid UTF-8.
fn latin1(text: &str) -> Vec<u8> {
    [text.as_bytes(), b"\xE9"].concat()
}

#[tokio::test]
async fn byte_order_mark_is_skipped_in_every_format() {
    let world = World::new().await;
    let (owner, key, leads) = senders(&world).await;
    for (kind, file, text) in feeds() {
        let marked = format!("\u{FEFF}{text}");
        let http = key.with("content-type", kind);
        let path = "/api/inventory";
        http.send("POST", path, marked.clone()).await.expect(200);
        let page = owner.import(file, &marked, &[]).await;
        page.expect(200);
    }
    let http = leads.with("content-type", "application/json; charset=utf8");
    let lead = "\u{FEFF}{\"phone\":\"1\"}";
    let response = http.send("POST", "/api/leads", lead).await.expect(201);
    let path = response.header("location").to_owned();
    let edit = "\u{FEFF}{\"note\":\"n\"}";
    http.send("PATCH", &path, edit).await.expect(200);
    let item = key.with("content-type", "application/json");
    let body = "\u{FEFF}{\"name\":\"n\"}";
    let response = item.send("PUT", "/api/inventory/B", body).await;
    response.expect(201);
}

#[tokio::test]
async fn other_encoding_is_refused_by_name_with_advice_to_use_utf_8() {
    let world = World::new().await;
    let (_, key, leads) = senders(&world).await;
    let assert_encoding_named = |response: &TestResponse, name: &str| {
        let body = &response.body;
        assert!(body.contains(name), "{name}: {body}");
        body.has("Save the file as UTF-8");
    };
    let lead = json!({ "phone": "1" }).to_string();
    for (kind, _, text) in feeds() {
        let bytes = [
            (utf16(&format!("\u{FEFF}{text}")), "UTF-16"),
            (utf16(&text), "UTF-16"),
            (latin1(&text), "Latin-1"),
        ];
        for (bytes, name) in bytes {
            let http = key.with("content-type", kind);
            let response = http.send("POST", "/api/inventory", bytes.clone()).await;
            assert_eq!(response.problem(), (400, "malformed_body".into()), "{kind}");
            assert_encoding_named(&response, name);
        }
        for (charset, name) in [("iso-8859-1", "ISO-8859-1"), ("UTF-16", "UTF-16")] {
            let kind = format!("{kind}; charset={charset}");
            let http = key.with("content-type", kind);
            let response = http.send("POST", "/api/inventory", text.clone()).await;
            response.refusal(415, "unsupported_media_type");
            assert_encoding_named(&response, name);
        }
    }
    let http = leads.with("content-type", "application/json");
    for (bytes, name) in [(utf16(&lead), "UTF-16"), (latin1(&lead), "Latin-1")] {
        let response = http.send("POST", "/api/leads", bytes).await;
        response.refusal(400, "malformed_body");
        assert_encoding_named(&response, name);
    }
    let http = leads.with("content-type", "application/json; charset=latin1");
    let response = http.send("POST", "/api/leads", lead).await;
    response.refusal(415, "unsupported_media_type");
    assert_encoding_named(&response, "LATIN1");
    assert_eq!(world.count("SELECT count(*) FROM items").await, 0);
    assert_eq!(world.count("SELECT count(*) FROM leads").await, 0);
}

#[tokio::test]
async fn xml_encoding_declaration_is_refused_unless_it_names_utf_8_or_ascii() {
    let (_world, key) = World::with_key().await;
    let http = key.with("content-type", "application/xml; charset=utf8");
    let send = async |encoding: &str| {
        let xml = format!("<?xml version='1.0' encoding='{encoding}'?>{XML}");
        http.send("POST", "/api/inventory", xml).await
    };
    for encoding in ["utf8", "UTF-8", "Utf8", "us-ascii"] {
        send(encoding).await.expect(200);
    }
    for (encoding, name) in [
        ("ISO-8859-1", "ISO-8859-1"),
        ("windows-1252", "WINDOWS-1252"),
        ("utf-16", "UTF-16"),
        ("klingon", "an unknown encoding"),
    ] {
        let response = send(encoding).await.expect(400);
        response.has(name);
    }
}

#[tokio::test]
async fn imported_files_are_accepted_with_any_extension_in_any_letter_case() {
    let (_world, owner) = World::with_owner().await;
    let tabs = "id\tname\rA\ta\r";
    let json = feed([sample_item("A")]).to_string();
    for (name, text) in [
        ("CARS.CSV", CSV),
        ("cars.tsv", tabs),
        ("CARS.TSV", tabs),
        ("cars.txt", tabs),
        ("cars.TXT", &json),
        ("Cars.Json", &json),
        ("CARS.XML", XML),
        ("cars.txt", XML),
    ] {
        owner.import(name, text, &[]).await.expect(200);
    }
}
