//! `/api/inventory/{id}`

use super::full_item;
use crate::support::{TestResponse, World};
use insta::assert_snapshot;
use serde_json::json;

#[tokio::test]
async fn item_can_be_created_read_replaced_and_removed() {
    let (_world, key) = World::with_key().await;
    let mut item = full_item();
    item.as_object_mut().unwrap().remove("id");
    let created = key.put("/api/inventory/SKU001", &item).await.expect(201);
    assert_snapshot!(created.snapshot(), @r#"
    {
      "attributes": {
        "colour": "red",
        "doors": "4"
      },
      "available": false,
      "category": "Sedan",
      "currency": "EUR",
      "description": "One owner.\nNever raced.",
      "id": "SKU001",
      "image_url": "http://cars.example/1.jpg",
      "name": "Honda Accord 2024",
      "price": 32500.5,
      "updated_at": "2026-11-23T05:31:07Z",
      "url": "https://cars.example/1"
    }
    "#);
    let created = created.json();
    assert_eq!(key.get_json("/api/inventory/SKU001").await, created);
    let list = key.get_json("/api/inventory").await;
    assert_eq!(list, json!({ "items": [created], "next_cursor": null }));
    let repeat = key
        .put("/api/inventory/SKU001", &item)
        .await
        .expect(200)
        .json();
    assert_eq!(repeat, created);
    item["name"] = json!("Honda Accord 2025");
    let changed = key
        .put("/api/inventory/SKU001", &item)
        .await
        .expect(200)
        .json();
    assert_eq!(changed["name"], "Honda Accord 2025");
    let deletion = key.delete("/api/inventory/SKU001").await.expect(204);
    assert_eq!(deletion.body, "");
    for method in ["GET", "DELETE"] {
        let response = key.send(method, "/api/inventory/SKU001", "").await;
        response.refusal(404, "not_found");
    }
}

#[tokio::test]
async fn percent_encoded_ids_are_accepted_in_the_path() {
    let (_world, key) = World::with_key().await;
    for (path, id) in [
        ("a%2Fb", "a/b"),
        ("%F0%9F%9A%97", "🚗"),
        ("100%25", "100%"),
        ("a%20b", "a b"),
        ("%2e%2e%2e", "..."),
        ("'%3B%20DROP%20TABLE%20items%3B--", "'; DROP TABLE items;--"),
    ] {
        let path = format!("/api/inventory/{path}");
        let response = key.put(&path, &json!({ "name": "n" })).await.expect(201);
        assert_eq!(response.json()["id"], id);
        key.get(&path).await.expect(200);
        key.delete(&path).await.expect(204);
    }
}

#[tokio::test]
async fn invalid_ids_in_the_path_are_refused() {
    let (_world, key) = World::with_key().await;
    for (path, code) in [
        ("%00", "invalid"),
        ("%2E", "invalid"),
        ("%2e%2E", "invalid"),
        ("%20", "required"),
    ] {
        let response = key
            .put(&format!("/api/inventory/{path}"), &json!({ "name": "n" }))
            .await;
        assert_eq!(
            response.errors(),
            [("/id".to_owned(), code.to_owned())],
            "{path}"
        );
        key.get(&format!("/api/inventory/{path}")).await.expect(404);
    }
    let long = "x".repeat(129);
    for id in ["%FF", &long] {
        let path = format!("/api/inventory/{id}");
        for method in ["GET", "DELETE"] {
            let response = key.send(method, &path, "").await;
            response.refusal(400, "invalid_parameter");
        }
        let response = key.put(&path, &json!({ "name": "n" })).await;
        response.refusal(400, "invalid_parameter");
        let response = key.put(&path, &json!({ "name": "" })).await;
        assert_eq!(response.errors(), [("/name".into(), "required".into())]);
    }
}

#[tokio::test]
async fn conditional_change_is_refused_if_its_precondition_fails() {
    let (_world, key) = World::with_key().await;
    let path = "/api/inventory/A";
    let with_name = |name: &str| json!({ "name": name });
    for line in ["\"abc\"", "*", "\"19c0f1a2b3c-1\""] {
        let response = key.with("if-match", line).put(path, &with_name("n")).await;
        assert_eq!(
            response.problem(),
            (412, "precondition_failed".into()),
            "{line}"
        );
    }
    key.get(path).await.expect(404);

    let only_new = key.with("if-none-match", "*");
    let created = only_new.put(path, &with_name("one")).await.expect(201);
    let first = created.header("etag").to_owned();
    assert!(first.starts_with('"') && first.ends_with('"'), "{first}");
    assert_eq!(only_new.put(path, &with_name("two")).await.problem().0, 412);
    assert_eq!(key.get(path).await.header("etag"), first);

    let conditional = key.with("if-match", &first);
    let same = conditional.put(path, &with_name("one")).await.expect(200);
    assert_eq!(same.header("etag"), first, "nothing changed");
    let changed = conditional.put(path, &with_name("two")).await.expect(200);
    let second = changed.header("etag").to_owned();
    assert_ne!(second, first);
    assert_eq!(
        conditional.put(path, &with_name("three")).await.problem().0,
        412
    );
    assert_eq!(conditional.delete(path).await.problem().0, 412);
    assert_eq!(key.get(path).await.json()["name"], "two");

    let either = key.with("if-match", format!("{first}, {second}"));
    either.delete(path).await.expect(204);
    assert_eq!(either.delete(path).await.problem().0, 404);
    let both = key.with("if-match", "*").with("if-none-match", "*");
    assert_eq!(
        both.put(path, &with_name("n")).await.problem().1,
        "invalid_parameter"
    );
}

#[tokio::test]
async fn precondition_accepts_an_etag_that_a_proxy_altered() {
    let (_world, key) = World::with_key().await;
    let path = "/api/inventory/A";
    let created = key.put(path, &json!({ "name": "0" })).await.expect(201);
    let mut tag = created.header("etag").to_owned();
    let alter: [fn(&str) -> String; 3] = [
        |tag| format!("W/{tag}"),
        |tag| format!("{}-gzip\"", tag.trim_end_matches('"')),
        |tag| format!("W/{}-gzip\"", tag.trim_end_matches('"')),
    ];
    for (number, alter) in (1..).zip(alter) {
        let reader = key.with("if-none-match", alter(&tag));
        reader.get(path).await.expect(304);
        let writer = key.with("if-match", alter(&tag));
        let name = json!({ "name": format!("{number}") });
        let changed = writer.put(path, &name).await.expect(200);
        let name = json!({ "name": "a later change" });
        let stale = writer.put(path, &name).await;
        stale.refusal(412, "precondition_failed");
        assert_eq!(writer.delete(path).await.problem().0, 412);
        tag = changed.header("etag").to_owned();
    }
    let last = key.with("if-match", alter[1](&tag));
    last.delete(path).await.expect(204);
}

#[tokio::test]
async fn refusal_mentions_a_proxy_when_the_etag_is_foreign() {
    let (_world, key) = World::with_key().await;
    let path = "/api/inventory/A";
    let created = key.put(path, &json!({ "name": "n" })).await.expect(201);
    let detail = |response: &TestResponse| response.json()["detail"].as_str().unwrap().to_owned();
    let foreign = key.with("if-match", "W/\"1a2b3c\"").delete(path).await;
    foreign.refusal(412, "precondition_failed");
    assert!(detail(&foreign).contains("a proxy in between replaced it"));
    key.put(path, &json!({ "name": "m" })).await.expect(200);
    let stale = key.with("if-match", created.header("etag"));
    let stale = stale.delete(path).await.expect(412);
    assert!(detail(&stale).contains("Read the item again"));
}

#[tokio::test]
async fn get_responds_not_modified_if_the_etag_is_current() {
    let (_world, key) = World::with_key().await;
    let path = "/api/inventory/A";
    let created = key.put(path, &json!({ "name": "n" })).await.expect(201);
    let tag = created.header("etag").to_owned();
    let repeat = key.with("if-none-match", &tag).get(path).await.expect(304);
    assert_eq!(
        (repeat.body.as_str(), repeat.header("etag")),
        ("", tag.as_str())
    );
    key.with("if-none-match", "\"other\"")
        .get(path)
        .await
        .expect(200);
    key.put(path, &json!({ "name": "m" })).await.expect(200);
    key.with("if-none-match", &tag).get(path).await.expect(200);
}
