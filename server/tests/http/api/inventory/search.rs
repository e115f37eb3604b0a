//! Filters and searches of a large inventory: each response examines a bounded number of items.

use crate::support::{INVENTORY, Key, Text as _, World};
use serde_json::Value;

const ITEMS: i64 = 25_000;

/// Three items among many have other names.
async fn fill(world: &World) {
    world
        .sql(
            "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 24999),
                named (id, name) AS (
                    SELECT printf('N%05d', n), iif(n IN (5, 6, 24999), 'Quokka', 'Car') FROM n
                )
             INSERT INTO items (account_id, id, name, category, available, attributes, updated_at, search, revision)
             SELECT a.id, i.id, i.name, lower(i.name), 1, '{}', iif(i.name = 'Car', 0, 1000), lower(i.id || char(10) || i.name), 1
             FROM named i, (SELECT id FROM accounts LIMIT 1) a",
        )
        .await;
    assert_eq!(world.count("SELECT count(*) FROM items").await, ITEMS);
}

/// Returns the ids of each page, up to the last page.
async fn pages(key: &Key, query: &str) -> Vec<Vec<String>> {
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/inventory?{query}{cursor}");
        let response = key.get_json(&path).await;
        let ids = response["items"].as_array().unwrap().iter();
        let ids = ids.map(|item| item["id"].as_str().unwrap().to_owned());
        pages.push(ids.collect());
        match &response["next_cursor"] {
            Value::String(next) => cursor = format!("&cursor={next}"),
            _ => return pages,
        }
    }
}

#[tokio::test]
async fn search_scans_ten_thousand_items_per_page_and_finds_every_match() {
    let (world, key) = World::with_key().await;
    fill(&world).await;
    for query in [
        "q=QUOKKA",
        "category=quokka",
        "updated_since=1970-01-01T00:00:01Z",
    ] {
        let matches = pages(&key, query).await;
        assert_eq!(
            matches,
            [vec!["N00005", "N00006"], vec![], vec!["N24999"]],
            "{query}"
        );
    }
    // A page that is full ends before that.
    let matches = pages(&key, "q=quokka&limit=1").await;
    let expected = [vec!["N00005"], vec!["N00006"], vec![], vec!["N24999"]];
    assert_eq!(matches, expected);
    let matches = pages(&key, "q=zebra").await;
    assert_eq!(matches, [const { Vec::<String>::new() }; 3]);
    // Without a filter, each item that is examined is on the page.
    let first = key.get_json("/api/inventory?limit=500").await;
    assert_eq!(first["items"].as_array().unwrap().len(), 500);
}

#[tokio::test]
async fn console_shows_how_many_items_it_searched_and_continues_the_search() {
    let (world, owner) = World::with_owner().await;
    fill(&world).await;
    let all = owner.get_text("/inventory").await;
    all.has("25,000 items");
    let dashboard = owner.get_text("/").await;
    dashboard.has("25,000");
    for (q, pages) in [
        (
            "quokka",
            [
                ("2 matches among the first 10,000 of 25,000 items", "N00006"),
                (
                    "No matches among the next 10,000 items",
                    "a part of the inventory",
                ),
                ("1 match among the remaining items", "N24999"),
            ],
        ),
        (
            "zebra",
            [
                (
                    "No matches among the first 10,000 of 25,000 items",
                    "a part of the inventory",
                ),
                (
                    "No matches among the next 10,000 items",
                    "a part of the inventory",
                ),
                ("End of the inventory", "no more items to show"),
            ],
        ),
    ] {
        let mut next = Some(format!("/inventory?q={q}"));
        for texts in pages {
            let page = owner.get(&next.expect("a next page")).await.expect(200);
            page.has_all([texts.0, texts.1]);
            next = page.link("Search further");
        }
        assert_eq!(next, None, "{q}");
    }
    // A page that is full has a next page as ever, and the count covers the items that are still to
    // be searched.
    let page = owner.get("/inventory?q=car").await.expect(200);
    page.has("9,998 matches among the first 10,000 of 25,000 items");
    let next = page.link("Next page").expect("a next page");
    let page = owner.get(&next).await.expect(200);
    page.has("10,000 matches among the next 10,000 items");
}

#[tokio::test]
async fn search_ignores_whitespace_around_filter_values() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &INVENTORY).await;
    let item = serde_json::json!({ "id": "A", "name": "Honda Accord", "category": "Sedan" });
    let items = serde_json::json!({ "items": [item, { "id": "B", "name": "n" }] });
    key.post("/api/inventory", &items).await.expect(200);
    for query in [
        "q=%20honda%20acc%09",
        "q=%C2%A0A%0A&category=Sedan",
        "category=%20Sedan%0D%0A",
    ] {
        assert_eq!(pages(&key, query).await, [["A"]], "{query}");
    }
    for path in [
        "/inventory?q=%20honda%20",
        "/inventory/export.csv?q=%C2%A0honda%0A",
    ] {
        let response = owner.get(path).await.expect(200);
        assert!(response.body.contains("Honda Accord"), "{path}");
    }
    for path in [
        "/keys?q=%20feed%0A",
        "/audit?thing=%C2%A0Feed%20&from=%202026-11-01%20&to=2026-12-01%0A",
    ] {
        let page = owner.get(path).await.expect(200);
        assert!(page.body.contains("Feed"), "{path}");
    }
}
