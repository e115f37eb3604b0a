//! `POST /api/inventory`: formats, full feeds, and feeds with errors.

use super::{feed, sample_item};
use crate::support::{INVENTORY, Key, Text as _, World};
use serde_json::{Value, json};

async fn send(key: &Key, query: &str, kind: &str, body: &str) -> crate::support::TestResponse {
    key.with("content-type", kind)
        .send("POST", &format!("/api/inventory{query}"), body.to_owned())
        .await
}

async fn ids(key: &Key) -> Vec<String> {
    let list = key.get_json("/api/inventory?limit=500").await;
    let items = list["items"].as_array().unwrap().clone();
    items
        .iter()
        .map(|item| item["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn json_xml_and_csv_feeds_store_the_same_item() {
    const XML: &str = "<?xml version=\"1.0\"?><inventory><item><id>SKU001</id><name>Honda &amp; Accord</name>\
        <price>32500.50</price><available>false</available>\
        <attributes><attribute name=\"color\">red</attribute></attributes></item></inventory>";
    const CSV: &str =
        "id,name,price,available,attributes.color\r\nSKU001,Honda & Accord,32500.50,no,red\r\n";
    let json = feed([json!({
        "id": "SKU001", "name": "Honda & Accord", "price": "32500.50", "available": false, "attributes": { "color": "red" },
    })])
    .to_string();
    let forms = [
        ("application/json", &*json),
        ("application/xml; charset=utf-8", XML),
        ("text/xml", XML),
        ("text/csv", CSV),
    ];
    let (_world, key) = World::with_key().await;
    let mut unchanged = 0;
    for (kind, body) in forms {
        let response = send(&key, "", kind, body).await.expect(200).json();
        assert_eq!(
            (&response["received"], &response["unchanged"]),
            (&json!(1), &json!(unchanged)),
            "{kind}"
        );
        unchanged = 1;
    }
    let item = key.get_json("/api/inventory/SKU001").await;
    assert_eq!(
        (&item["price"], &item["attributes"]["color"]),
        (&json!(32500.5), &json!("red"))
    );
}

#[tokio::test]
async fn errors_have_the_same_pointers_in_every_format() {
    let (_world, key) = World::with_key().await;
    for (kind, body) in [
        (
            "application/json",
            r#"{"items":[{"id":"A","name":"a"},{"id":"B","name":"b","price":"ten"}]}"#,
        ),
        (
            "text/xml",
            "<inventory><item><id>A</id><name>a</name></item><item><id>B</id><name>b</name><price>ten</price></item></inventory>",
        ),
        ("text/csv", "id,name,price\nA,a,\nB,b,ten\n"),
    ] {
        let response = send(&key, "", kind, body).await;
        assert_eq!(response.problem().0, 422, "{kind}");
        assert_eq!(
            response.errors(),
            [("/items/1/price".into(), "invalid".into())],
            "{kind}"
        );
    }
    for (kind, body) in [
        (
            "text/xml",
            "<!DOCTYPE inventory [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><inventory><item><id>&x;</id></item></inventory>",
        ),
        ("text/xml", "<inventory><item>"),
        ("text/csv", "id,name\n\u{FFFD}\u{0}"),
        ("text/csv", ""),
    ] {
        let status = send(&key, "", kind, body).await.status.as_u16();
        assert!(matches!(status, 400 | 422), "{kind}: {body}");
    }
    assert_eq!(ids(&key).await.len(), 0);
}

/// Two faulty items after a valid one. The second has no id, and begins on the fifth line.
const FAULTY_FEEDS: [(&str, &str, [Option<usize>; 2]); 3] = [
    (
        "application/json",
        r#"{"items":[{"id":"A","name":"a"},{"id":"B","price":"ten"},{"name":"c"}]}"#,
        [None, None],
    ),
    (
        "text/xml",
        "<inventory>\n<item><id>A</id><name>a</name></item>\n<item><id>B</id>\n<price>ten</price></item>\n<item>\n\
            <name>c</name></item></inventory>",
        [Some(3), Some(5)],
    ),
    (
        "text/csv",
        "id,name,price\nA,a,\nB,\"\n\",ten\n,c,\n",
        [Some(3), Some(5)],
    ),
];

#[tokio::test]
async fn every_error_contains_the_line_and_the_id_of_its_item() {
    let (_world, key) = World::with_key().await;
    for (kind, body, [first, second]) in FAULTY_FEEDS {
        let problem = send(&key, "", kind, body).await.expect(422).json();
        let errors = problem["errors"].as_array().unwrap().iter();
        let locations: Vec<_> = errors
            .map(|error| {
                (
                    error["pointer"].as_str().unwrap(),
                    &error["line"],
                    &error["id"],
                )
            })
            .collect();
        let (first, second) = (json!(first), json!(second));
        let b = json!("B");
        assert_eq!(
            locations,
            [
                ("/items/1/name", &first, &b),
                ("/items/1/price", &first, &b),
                ("/items/2/id", &second, &Value::Null),
            ],
            "{kind}"
        );
        let report = send(&key, "?on_error=skip", kind, body).await.expect(200);
        let rejected = &report.json()["rejected"];
        assert_eq!(
            (&rejected[0]["line"], &rejected[1]["line"]),
            (&first, &second)
        );
        assert_eq!((&rejected[0]["id"], &rejected[1]["id"]), (&b, &Value::Null));
    }
    let header = "\n\nid,naem\nA,a\n";
    let problem = send(&key, "", "text/csv", header).await.expect(422).json();
    assert_eq!(problem["errors"][0]["line"], 3);
    // The number of faults and the length of ids bound the answer.
    let id = |n: usize| format!("{n:04}{}", "\u{10FFFF}".repeat(124));
    let many: Vec<_> = (0..2_000).map(|n| format!("{},,x", id(n))).collect();
    let many = format!("id,name,price\ngood,g,1\n{}", many.join("\n"));
    for query in ["", "?on_error=skip"] {
        let response = send(&key, query, "text/csv", &many).await;
        assert!(response.body.len() < 1_000_000, "{}", response.body.len());
    }
}

#[tokio::test]
async fn html_entities_are_accepted_and_unknown_entities_reject_only_their_item() {
    let (_world, key) = World::with_key().await;
    let xml = "<inventory>\n<item><id>A</id><name>Caf&eacute;&nbsp;&amp;</name></item>\n<item><id>B</id>\n\
        <name>&foo;</name></item>\n<item><id>C</id><name>R&D</name></item></inventory>";
    let response = send(&key, "?on_error=skip", "application/xml", xml).await;
    let report = response.expect(200).json();
    let rejected: Vec<_> = report["rejected"].as_array().unwrap().iter().collect();
    assert_eq!(
        (&rejected[0]["id"], &rejected[0]["line"]),
        (&json!("B"), &json!(3))
    );
    assert_eq!(
        (&rejected[1]["id"], &rejected[1]["line"]),
        (&json!("C"), &json!(5))
    );
    let item = key.get_json("/api/inventory/A").await;
    assert_eq!(item["name"], "Café\u{A0}&");
}

#[tokio::test]
async fn full_feed_removes_missing_items_of_its_own_account_only() {
    let (world, key) = World::with_key().await;
    let stranger = world.stranger().await;
    let stranger_key = stranger.create("Feed", &INVENTORY).await;
    for key in [&key, &stranger_key] {
        let items = feed([sample_item("A"), sample_item("B"), sample_item("C")]);
        key.post("/api/inventory", &items).await.expect(200);
    }
    let full_feed = feed([sample_item("B"), sample_item("D")]);
    let response = key
        .post("/api/inventory?mode=replace", &full_feed)
        .await
        .expect(200);
    assert_eq!(
        response.body,
        r#"{"received":2,"created":1,"updated":0,"unchanged":1,"removed":2,"rejected":[],"rejected_count":0}"#
    );
    assert_eq!(ids(&key).await, ["B", "D"]);
    assert_eq!(ids(&stranger_key).await, ["A", "B", "C"]);
    // A refused feed removes nothing, and an empty one is refused.
    for bad in [json!({ "items": [{ "id": "E" }] }), json!({ "items": [] })] {
        let response = key.post("/api/inventory?mode=replace", &bad).await;
        assert_eq!(response.problem().0, 422);
    }
    assert_eq!(ids(&key).await, ["B", "D"]);
}

#[tokio::test]
async fn full_feed_with_a_missing_quotation_mark_changes_nothing() {
    let (_world, key) = World::with_key().await;
    let items = feed([sample_item("A"), sample_item("B"), sample_item("C")]);
    key.post("/api/inventory", &items).await.expect(200);
    for csv in [
        "id,name\nA,\"a\nB,b\nC,c\n",
        "id,name\nA,\"a\nB,\"b\"\nC,c\n",
        "id,name\n\"A\" a,a\nB,b\nC,c\n",
    ] {
        for query in ["?mode=replace", "?mode=replace&on_error=skip"] {
            let response = send(&key, query, "text/csv", csv).await;
            let (status, problem) = response.problem();
            assert_eq!((status, &*problem), (400, "malformed_body"), "{csv}");
            response.has("line 2");
        }
    }
    assert_eq!(ids(&key).await, ["A", "B", "C"]);
}

#[tokio::test]
async fn full_feed_is_refused_if_the_id_of_an_item_is_unreadable() {
    let (_world, key) = World::with_key().await;
    let items = feed([sample_item("12345"), sample_item("B"), sample_item("C")]);
    key.post("/api/inventory", &items).await.expect(200);
    let bodies = [
        (
            "application/json",
            r#"{"items":[{"id":"B","name":"b"},{"id":12345,"name":"n"}]}"#,
            "/items/1/id",
        ),
        (
            "application/json",
            r#"{"items":[{"id":"B","name":"b"},"12345"]}"#,
            "/items/1",
        ),
        (
            "application/xml",
            "<inventory><item><id>B</id><name>b</name></item><item id=\"12345\"><name>n</name></item></inventory>",
            "/items/1",
        ),
        ("text/csv", "id,name\nB,b\n12345\n", "/items/1"),
    ];
    for (kind, body, pointer) in bodies {
        let response = send(&key, "?mode=replace&on_error=skip", kind, body).await;
        assert_eq!(response.problem(), (422, "invalid_body".into()), "{kind}");
        let pointers: Vec<_> = response.errors().into_iter().map(|(at, _)| at).collect();
        assert_eq!(pointers[0], "/items", "{kind}");
        assert!(pointers.iter().any(|at| at == pointer), "{pointers:?}");
        assert_eq!(ids(&key).await, ["12345", "B", "C"]);
    }
    for (kind, body, _) in bodies {
        let response = send(&key, "?on_error=skip", kind, body).await.expect(200);
        assert_eq!(response.json()["rejected_count"], 1, "{kind}");
    }
}

#[tokio::test]
async fn full_feed_must_allow_the_removal_of_more_than_half_of_the_items() {
    let (world, key) = World::with_key().await;
    let many = |to: usize| {
        let items = (0..to).map(|number| sample_item(&format!("{number:03}")));
        feed(items.collect::<Vec<_>>())
    };
    key.post("/api/inventory", &many(300)).await.expect(200);
    let truncated = many(60);
    for query in [
        "",
        "&on_error=skip",
        "&allow_removal=0",
        "&allow_removal=239",
    ] {
        let path = format!("/api/inventory?mode=replace{query}");
        let response = key.post(&path, &truncated).await;
        assert_eq!(
            response.problem(),
            (409, "removal_not_allowed".into()),
            "{query}"
        );
        let detail = response.json()["detail"].to_string();
        detail.has("240 of 300 items");
        detail.has("allow_removal=240");
    }
    assert_eq!(world.count("SELECT count(*) FROM items").await, 300);
    let path = "/api/inventory?mode=replace&allow_removal=240";
    let response = key.post(path, &truncated).await.expect(200).json();
    assert_eq!(response["removed"], 240);
    // Half of the items, or a hundred, may be removed without permission.
    key.post("/api/inventory", &many(200)).await.expect(200);
    let path = "/api/inventory?mode=replace&allow_removal=10000";
    key.post(path, &many(100)).await.expect(200);
    key.post(path, &many(1)).await.expect(200);
    assert_eq!(world.count("SELECT count(*) FROM items").await, 1);
}

#[tokio::test]
async fn invalid_items_are_skipped_and_reported_one_by_one_on_request() {
    let (_world, key) = World::with_key().await;
    key.post(
        "/api/inventory",
        &feed([sample_item("bad"), sample_item("old")]),
    )
    .await
    .expect(200);
    let items = json!([
        sample_item("A"),
        { "id": "bad", "name": "n", "price": -1 },
        { "name": "n" },
        sample_item("A"),
        "no item",
    ]);
    let path = "/api/inventory?on_error=skip";
    let response = key
        .post(path, &feed(items.clone()))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (
            &response["received"],
            &response["created"],
            &response["removed"]
        ),
        (&json!(5), &json!(1), &json!(0))
    );
    let rejections: Vec<_> = response["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            (
                item["index"].clone(),
                item["id"].clone(),
                item["errors"][0]["pointer"].clone(),
                item["errors"][0]["code"].clone(),
            )
        })
        .collect();
    let entry = |index: usize, id: Value, pointer: &str, code: &str| {
        (json!(index), id, json!(pointer), json!(code))
    };
    assert_eq!(
        rejections,
        [
            entry(1, json!("bad"), "/items/1/price", "out_of_range"),
            entry(2, Value::Null, "/items/2/id", "required"),
            entry(3, json!("A"), "/items/3/id", "duplicate"),
            entry(4, Value::Null, "/items/4", "invalid"),
        ]
    );
    assert_eq!(response["rejected_count"], 4);
    let readable = json!([sample_item("A"), { "id": "bad", "name": "n", "price": -1 }]);
    let path = "/api/inventory?on_error=skip&mode=replace";
    let response = key.post(path, &feed(readable)).await.expect(200).json();
    assert_eq!(
        (&response["removed"], &response["rejected_count"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(
        ids(&key).await,
        ["A", "bad"],
        "what was passed over is not removed"
    );
    let response = key.post("/api/inventory", &feed(items)).await;
    assert_eq!(response.problem().0, 422, "rejected unless asked otherwise");
    let none = feed([json!({ "id": "x" })]);
    let response = key
        .post("/api/inventory?on_error=skip&mode=replace", &none)
        .await;
    assert_eq!(response.problem().0, 422, "nothing good, nothing done");
    assert_eq!(ids(&key).await, ["A", "bad"]);
}

#[tokio::test]
async fn full_feed_is_refused_if_it_would_remove_too_many_items() {
    let (world, key) = World::with_key().await;
    world.many_items().await;
    let items = feed([json!({ "id": "new", "name": "New" })]);
    let path = "/api/inventory?mode=replace&allow_removal=10000";
    let problem = key.post(path, &items).await.problem();
    assert_eq!(problem, (409, "replace_too_large".into()));
    assert_eq!(world.count("SELECT count(*) FROM items").await, 10_001);
    // One item less, and it fits.
    key.delete("/api/inventory/old-1").await.expect(204);
    let response = key.post(path, &items).await.expect(200).json();
    assert_eq!(response["removed"], 10_000);
    assert_eq!(ids(&key).await, ["new"]);
}
