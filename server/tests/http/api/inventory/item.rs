//! `/api/inventory/{id}`

use super::full;
use crate::support::{Answer, World};
use insta::assert_snapshot;
use serde_json::json;

#[tokio::test]
async fn item_can_be_created_read_replaced_and_removed() {
    let (_world, key) = World::with_key().await;
    let mut item = full();
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
    let again = key
        .put("/api/inventory/SKU001", &item)
        .await
        .expect(200)
        .json();
    assert_eq!(again, created);
    item["name"] = json!("Honda Accord 2025");
    let changed = key
        .put("/api/inventory/SKU001", &item)
        .await
        .expect(200)
        .json();
    assert_eq!(changed["name"], "Honda Accord 2025");
    let gone = key.delete("/api/inventory/SKU001").await.expect(204);
    assert_eq!(gone.body, "");
    for method in ["GET", "DELETE"] {
        let answer = key.send(method, "/api/inventory/SKU001", "").await;
        answer.refused(404, "not_found");
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
        let answer = key.put(&path, &json!({ "name": "n" })).await.expect(201);
        assert_eq!(answer.json()["id"], id);
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
        let answer = key
            .put(&format!("/api/inventory/{path}"), &json!({ "name": "n" }))
            .await;
        assert_eq!(
            answer.errors(),
            [("/id".to_owned(), code.to_owned())],
            "{path}"
        );
        key.get(&format!("/api/inventory/{path}")).await.expect(404);
    }
    let long = "x".repeat(129);
    for id in ["%FF", &long] {
        let path = format!("/api/inventory/{id}");
        for method in ["GET", "DELETE"] {
            let answer = key.send(method, &path, "").await;
            answer.refused(400, "invalid_parameter");
        }
        let answer = key.put(&path, &json!({ "name": "n" })).await;
        answer.refused(400, "invalid_parameter");
        let answer = key.put(&path, &json!({ "name": "" })).await;
        assert_eq!(answer.errors(), [("/name".into(), "required".into())]);
    }
}

#[tokio::test]
async fn conditional_change_is_refused_if_its_precondition_fails() {
    let (_world, key) = World::with_key().await;
    let path = "/api/inventory/A";
    let named = |name: &str| json!({ "name": name });
    for line in ["\"abc\"", "*", "\"19c0f1a2b3c-1\""] {
        let answer = key.with("if-match", line).put(path, &named("n")).await;
        assert_eq!(
            answer.problem(),
            (412, "precondition_failed".into()),
            "{line}"
        );
    }
    key.get(path).await.expect(404);

    let only_new = key.with("if-none-match", "*");
    let made = only_new.put(path, &named("one")).await.expect(201);
    let first = made.header("etag").to_owned();
    assert!(first.starts_with('"') && first.ends_with('"'), "{first}");
    assert_eq!(only_new.put(path, &named("two")).await.problem().0, 412);
    assert_eq!(key.get(path).await.header("etag"), first);

    let fresh = key.with("if-match", &first);
    let same = fresh.put(path, &named("one")).await.expect(200);
    assert_eq!(same.header("etag"), first, "nothing changed");
    let changed = fresh.put(path, &named("two")).await.expect(200);
    let second = changed.header("etag").to_owned();
    assert_ne!(second, first);
    assert_eq!(fresh.put(path, &named("three")).await.problem().0, 412);
    assert_eq!(fresh.delete(path).await.problem().0, 412);
    assert_eq!(key.get(path).await.json()["name"], "two");

    let either = key.with("if-match", format!("{first}, {second}"));
    either.delete(path).await.expect(204);
    assert_eq!(either.delete(path).await.problem().0, 404);
    let both = key.with("if-match", "*").with("if-none-match", "*");
    assert_eq!(
        both.put(path, &named("n")).await.problem().1,
        "invalid_parameter"
    );
}

#[tokio::test]
async fn precondition_accepts_an_etag_that_a_proxy_altered() {
    let (_world, key) = World::with_key().await;
    let path = "/api/inventory/A";
    let made = key.put(path, &json!({ "name": "0" })).await.expect(201);
    let mut tag = made.header("etag").to_owned();
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
        let late = writer.put(path, &name).await;
        late.refused(412, "precondition_failed");
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
    let made = key.put(path, &json!({ "name": "n" })).await.expect(201);
    let detail = |answer: &Answer| answer.json()["detail"].as_str().unwrap().to_owned();
    let foreign = key.with("if-match", "W/\"1a2b3c\"").delete(path).await;
    foreign.refused(412, "precondition_failed");
    assert!(detail(&foreign).contains("a proxy in between replaced it"));
    key.put(path, &json!({ "name": "m" })).await.expect(200);
    let old = key.with("if-match", made.header("etag"));
    let old = old.delete(path).await.expect(412);
    assert!(detail(&old).contains("Read the item again"));
}

#[tokio::test]
async fn get_responds_not_modified_if_the_etag_is_current() {
    let (_world, key) = World::with_key().await;
    let path = "/api/inventory/A";
    let made = key.put(path, &json!({ "name": "n" })).await.expect(201);
    let tag = made.header("etag").to_owned();
    let again = key.with("if-none-match", &tag).get(path).await.expect(304);
    assert_eq!(
        (again.body.as_str(), again.header("etag")),
        ("", tag.as_str())
    );
    key.with("if-none-match", "\"other\"")
        .get(path)
        .await
        .expect(200);
    key.put(path, &json!({ "name": "m" })).await.expect(200);
    key.with("if-none-match", &tag).get(path).await.expect(200);
}
