//! Bounds in bytes: of an item, of a page, and of what is reported about a feed.

use super::{feed, sample_item};
use crate::support::{Key, TestResponse, Text as _, World};
use serde_json::{Value, json};

const MIB: usize = 1024 * 1024;

async fn send(key: &Key, method: &str, path: &str, kind: &str, body: String) -> TestResponse {
    let key = key.with("content-type", kind);
    key.send(method, path, body).await
}

/// Reads the inventory page by page. Returns the ids, and the size of the largest page in bytes.
async fn read_all(world: &World, key: &Key) -> (Vec<String>, usize) {
    let (mut ids, mut largest, mut cursor) = (Vec::new(), 0, String::new());
    loop {
        let path = format!("/api/inventory?limit=500{cursor}");
        let response = key.get(&path).await.expect(200);
        largest = largest.max(response.body.len());
        let page = response.json();
        let items = page["items"].as_array().unwrap();
        items.first().expect("a page has an item");
        ids.extend(
            items
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        world.clock.advance_seconds(1);
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (ids, largest),
        }
    }
}

#[tokio::test]
async fn page_of_items_ends_at_two_mebibytes_and_the_next_page_continues() {
    let (world, key) = World::with_key().await;
    // Each of these characters takes two bytes in JSON, so a page that fits when stored need not
    // fit when sent.
    let attributes: Value = (0..30)
        .map(|n| (n.to_string(), Value::from("\"".repeat(2_048))))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let item = |n: usize| json!({ "id": format!("{n:02}"), "name": "n", "attributes": attributes });
    let all: Vec<Value> = (0..60).map(item).collect();
    key.post("/api/inventory", &feed(all)).await.expect(200);
    let (ids, largest) = read_all(&world, &key).await;
    let expected: Vec<_> = (0..60).map(|n| format!("{n:02}")).collect();
    assert_eq!(ids, expected, "an item is missing or came twice");
    assert!((MIB..=2 * MIB).contains(&largest), "{largest}");
}

#[tokio::test]
async fn stored_item_beyond_the_size_limit_stays_readable() {
    let (world, key) = World::with_key().await;
    let items: Vec<Value> = (0..20).map(|n| sample_item(&format!("{n:02}"))).collect();
    key.post("/api/inventory", &feed(items)).await.expect(200);
    let grow = "UPDATE items SET description = replace(hex(zeroblob(450000)), '00', 'x')";
    world.sql(grow).await;
    let grow =
        "UPDATE items SET description = replace(hex(zeroblob(3000000)), '00', 'x') WHERE id = '07'";
    world.sql(grow).await;
    let item = key.get_json("/api/inventory/07").await;
    assert_eq!(item["description"].as_str().unwrap().len(), 3_000_000);
    let (ids, largest) = read_all(&world, &key).await;
    assert_eq!(ids.len(), 20);
    assert!((3_000_000..3_100_000).contains(&largest), "{largest}");
    let page = world.sign_in(crate::support::OWNER).await;
    let page = page.get_text("/inventory").await;
    page.has_all(["20 items", "/inventory?cursor="]);
}

#[tokio::test]
async fn item_of_more_than_64_kib_is_refused_in_every_format() {
    let (world, key) = World::with_key().await;
    let value = "x".repeat(2_000);
    let names: Vec<String> = (0..40).map(|n| format!("n{n}")).collect();
    let attributes: serde_json::Map<_, _> = names
        .iter()
        .map(|name| (name.clone(), Value::from(&*value)))
        .collect();
    let item = json!({ "id": "A", "name": "a", "attributes": attributes });
    let xml = names
        .iter()
        .map(|name| format!("<attribute name=\"{name}\">{value}</attribute>"));
    let xml = format!(
        "<inventory><item><id>A</id><name>a</name><attributes>{}</attributes></item></inventory>",
        xml.collect::<String>()
    );
    let header = names.iter().map(|name| format!(",attributes.{name}"));
    let csv = format!(
        "id,name{}\nA,a{}\n",
        header.collect::<String>(),
        format!(",{value}").repeat(40)
    );
    for (kind, body) in [
        ("application/json", feed([item.clone()]).to_string()),
        ("application/xml", xml),
        ("text/csv", csv),
    ] {
        let response = send(&key, "POST", "/api/inventory", kind, body).await;
        assert_eq!(response.problem(), (422, "invalid_body".into()), "{kind}");
        let expected = [("/items/0".into(), "too_long".into())];
        assert_eq!(response.errors(), expected, "{kind}");
        response.has("65536");
    }
    let mut item = item;
    item.as_object_mut().unwrap().remove("id");
    let response = key.put("/api/inventory/A", &item).await;
    response.refusal(422, "invalid_body");
    assert_eq!(response.errors(), [(String::new(), "too_long".into())]);
    assert_eq!(world.count("SELECT count(*) FROM items").await, 0);
}

#[tokio::test]
async fn report_of_a_feed_with_many_rejected_items_is_bounded() {
    let (_world, key) = World::with_key().await;
    let wrong = |n: usize| format!(",\"{n}{}\":\"x\"", "\\u0001".repeat(25));
    let wrong: String = (0..40).map(wrong).collect();
    let id = "i".repeat(200);
    let bad = |n: usize| format!("{{\"id\":\"{n}{id}\",\"price\":\"x\"{wrong}}},");
    let bad: String = (0..1_100).map(bad).collect();
    let body = format!("{{\"items\":[{bad}{}]}}", sample_item("good"));
    assert!(body.len() > 6 * MIB, "{}", body.len());
    let path = "/api/inventory?on_error=skip";
    let response = send(&key, "POST", path, "application/json", body.clone()).await;
    let response = response.expect(200);
    assert!(response.body.len() < 2 * MIB, "{}", response.body.len());
    let report = response.json();
    assert_eq!(report["rejected_count"], 1_100);
    assert_eq!(report["created"], 1);
    let rejected = report["rejected"].as_array().unwrap();
    let errors = rejected
        .iter()
        .map(|item| item["errors"].as_array().unwrap().len());
    assert_eq!(errors.sum::<usize>(), 1_000);
    // No item can have an id as long as this.
    assert!(rejected.iter().all(|item| item["id"].is_null()));
    let path = "/api/inventory";
    let response = send(&key, "POST", path, "application/json", body).await;
    assert_eq!(response.problem().0, 422);
    assert_eq!(response.errors().len(), 100);
}

#[tokio::test]
async fn refusal_lists_at_most_a_hundred_errors() {
    let (world, key) = World::with_key().await;
    let rows: Vec<String> = (0..250).map(|n| format!("A{n},a,x")).collect();
    let csv = format!("id,name,price\n{}", rows.join("\n"));
    let response = send(&key, "POST", "/api/inventory", "text/csv", csv.clone()).await;
    assert_eq!(response.errors().len(), 100);
    let attributes = (0..60)
        .map(|n| format!("\"\\u0001{n}\":0"))
        .collect::<Vec<_>>();
    let unknown = (0..60).map(|n| format!("\"u{n}\":0")).collect::<Vec<_>>();
    let body = format!(
        "{{\"attributes\":{{{}}},{}}}",
        attributes.join(","),
        unknown.join(",")
    );
    let response = send(&key, "PUT", "/api/inventory/A", "application/json", body).await;
    assert_eq!(response.errors().len(), 100);
    // The console shows the same number.
    let owner = world.sign_in(crate::support::OWNER).await;
    let page = owner.import("cars.csv", &csv, &[]).await;
    let page = page.expect(200).body;
    assert_eq!(page.matches("<bdi>price</bdi>").count(), 100, "{page}");
}
