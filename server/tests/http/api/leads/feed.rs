//! `GET /api/leads`

use super::{create_lead, feed_page};
use crate::support::{Key, World};
use serde_json::json;

async fn follow(key: &Key, cursor: &str, limit: usize) -> (Vec<String>, String) {
    let path = format!("/api/leads?limit={limit}&cursor={cursor}");
    feed_page(&key.get(&path).await.expect(200))
}

#[tokio::test]
async fn empty_feed_has_a_cursor_that_returns_later_leads() {
    let (_world, key) = World::with_crm_key().await;
    let (names, cursor) = feed_page(&key.get("/api/leads").await.expect(200));
    assert_eq!(names, [""; 0]);
    assert_eq!(follow(&key, &cursor, 5).await, (vec![], cursor.clone()));
    create_lead(&key, "Ada").await;
    let (names, next) = follow(&key, &cursor, 5).await;
    assert_eq!(names, ["Ada"]);
    assert_ne!(next, cursor);
    assert_eq!(follow(&key, &next, 5).await, (vec![], next.clone()));
    let (names, repeat) = follow(&key, &cursor, 5).await;
    assert_eq!((names, repeat), (vec!["Ada".to_owned()], next));
}

#[tokio::test]
async fn feed_lists_each_lead_once_at_its_latest_change() {
    let (_world, key) = World::with_crm_key().await;
    let mut paths = Vec::new();
    for name in ["A", "B", "C", "D"] {
        paths.push(create_lead(&key, name).await);
    }
    key.patch(&paths[0], &json!({ "status": "won" }))
        .await
        .expect(200);
    key.delete(&paths[2]).await.expect(204);
    let (names, cursor) = feed_page(&key.get("/api/leads").await.expect(200));
    assert_eq!(names, ["B", "D", "A", "-"]);
    key.patch(&paths[1], &json!({ "note": "x" }))
        .await
        .expect(200);
    assert_eq!(follow(&key, &cursor, 5).await.0, ["B"]);
}

#[tokio::test]
async fn pages_miss_nothing_while_leads_change() {
    let (_world, key) = World::with_crm_key().await;
    let mut paths = Vec::new();
    for number in 0..12 {
        paths.push(create_lead(&key, &format!("{number:02}")).await);
    }
    let (mut listed_names, mut cursor) =
        feed_page(&key.get("/api/leads?limit=5").await.expect(200));
    // Before the next page is requested, a lead that has been returned and one that has not are
    // changed, and another one is created.
    for path in [&paths[1], &paths[7]] {
        key.patch(path, &json!({ "note": "x" })).await.expect(200);
    }
    create_lead(&key, "12").await;
    loop {
        let (names, next) = follow(&key, &cursor, 5).await;
        cursor = next;
        if names.is_empty() {
            break;
        }
        listed_names.extend(names);
    }
    let expected = [
        "00", "01", "02", "03", "04", "05", "06", "08", "09", "10", "11", "01", "07", "12",
    ];
    assert_eq!(listed_names, expected);
}

#[tokio::test]
async fn page_size_is_fifty_by_default_and_accepts_limits_up_to_500() {
    let (_world, key) = World::with_crm_key().await;
    for number in 0..60 {
        create_lead(&key, &number.to_string()).await;
    }
    let count = async |query: &str| {
        let response = key.get(&format!("/api/leads{query}")).await.expect(200);
        feed_page(&response).0.len()
    };
    assert_eq!(count("").await, 50);
    assert_eq!(count("?limit=1").await, 1);
    assert_eq!(count("?limit=500").await, 60);
}

#[tokio::test]
async fn invalid_parameter_is_refused_and_named() {
    let (_world, key) = World::with_crm_key().await;
    create_lead(&key, "Ada").await;
    // A cursor of the list of items, and one for a change that has not happened yet: a client that
    // continued from there would miss some.
    let (item, ahead) = ("01534b55303031", "020000000000000002");
    for (query, parameter) in [
        ("limit=0".to_owned(), "`limit`"),
        ("limit=501".to_owned(), "`limit`"),
        ("limit=5&limit=5".to_owned(), "`limit`"),
        ("cursor=".to_owned(), "`cursor`"),
        ("cursor=0".to_owned(), "`cursor`"),
        (format!("cursor={item}"), "`cursor`"),
        (format!("cursor={ahead}"), "`cursor`"),
        ("cursor=02ffffffffffffffff".to_owned(), "`cursor`"),
        ("updated_since=2026-01-01".to_owned(), "`updated_since`"),
        ("status=new".to_owned(), "`status`"),
    ] {
        let response = key.get(&format!("/api/leads?{query}")).await;
        assert_eq!(
            response.problem(),
            (400, "invalid_parameter".into()),
            "{query}"
        );
        let detail = response.json()["detail"].clone();
        assert!(
            detail.as_str().unwrap().contains(parameter),
            "{query}: {detail}"
        );
    }
}

#[tokio::test]
async fn page_ends_at_two_mebibytes_and_the_next_page_continues() {
    let (world, key) = World::with_crm_key().await;
    // Each of these characters takes two bytes in JSON.
    let text = "\"".repeat(10_000);
    for n in 0..80 {
        let lead = json!({ "name": n.to_string(), "phone": "1", "message": text, "note": text });
        key.post("/api/leads", &lead).await.expect(201);
        world.clock.advance_seconds(1);
    }
    let (mut listed_names, mut cursor, mut largest) = (Vec::new(), String::new(), 0);
    loop {
        let response = key.get(&format!("/api/leads?limit=500{cursor}")).await;
        let response = response.expect(200);
        let (names, next) = feed_page(&response);
        if names.is_empty() {
            break;
        }
        largest = largest.max(response.body.len());
        listed_names.extend(names);
        cursor = format!("&cursor={next}");
    }
    let all: Vec<_> = (0..80).map(|n| n.to_string()).collect();
    assert_eq!(listed_names, all, "a lead is missing or came twice");
    let mib = 1024 * 1024;
    assert!((mib..=2 * mib).contains(&largest), "{largest}");
}
