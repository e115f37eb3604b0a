//! `/api/inventory/{id}`

use super::full;
use crate::support::World;
use serde_json::json;

#[tokio::test]
async fn an_item_is_put_read_replaced_and_removed() {
    let world = World::new().await;
    let key = world.key().await;
    let mut item = full();
    item.as_object_mut().unwrap().remove("id");
    let created = key
        .put("/api/inventory/SKU001", &item)
        .await
        .expect(201)
        .json();
    assert_eq!(
        (&created["id"], &created["price"]),
        (&json!("SKU001"), &json!(32500.5))
    );
    assert_eq!(
        key.get("/api/inventory/SKU001").await.expect(200).json(),
        created
    );
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
        assert_eq!(answer.problem(), (404, "not_found".into()));
    }
}

#[tokio::test]
async fn any_id_travels_in_the_path() {
    let world = World::new().await;
    let key = world.key().await;
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
async fn an_id_that_is_none_is_refused() {
    let world = World::new().await;
    let key = world.key().await;
    let long = "x".repeat(129);
    for (path, code) in [
        ("%00", "invalid"),
        ("%2E", "invalid"),
        ("%2e%2E", "invalid"),
        ("%20", "required"),
        (&*long, "too_long"),
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
    for method in ["GET", "DELETE"] {
        let answer = key.send(method, "/api/inventory/%FF", "").await;
        assert_eq!(answer.problem(), (400, "invalid_parameter".into()));
    }
    let answer = key.put("/api/inventory/%FF", &json!({ "name": "n" })).await;
    assert_eq!(answer.problem(), (400, "invalid_parameter".into()));
}

#[tokio::test]
async fn a_condition_that_cannot_hold_keeps_the_change_out() {
    let world = World::new().await;
    let key = world.key().await;
    for (name, value) in [
        ("if-match", "\"abc\""),
        ("if-match", "*"),
        ("if-none-match", "*"),
    ] {
        let conditional = key.with(name, value);
        let answer = conditional
            .put("/api/inventory/A", &json!({ "name": "n" }))
            .await;
        assert_eq!(answer.problem(), (412, "precondition_failed".into()));
        let answer = conditional.delete("/api/inventory/A").await;
        assert_eq!(answer.problem(), (412, "precondition_failed".into()));
    }
    key.get("/api/inventory/A").await.expect(404);
}
