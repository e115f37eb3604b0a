//! The id `changes`, whose path is that of the changes of items.

use super::{feed, sample_item};
use crate::support::{INVENTORY, World};
use serde_json::json;

const DETAIL: &str = "Use another ID: `/api/inventory/changes` is the list of changes.";

#[tokio::test]
async fn new_items_with_the_reserved_id_are_refused() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &INVENTORY).await;
    let json = feed([sample_item(" changes ")]).to_string();
    let xml = "<inventory><item><id>changes</id><name>n</name></item></inventory>".to_owned();
    let csv = "id,name\nchanges,n\n".to_owned();
    for (kind, file, body) in [
        ("application/json", "a.json", json),
        ("application/xml", "a.xml", xml),
        ("text/csv", "a.csv", csv),
    ] {
        let http = key.with("content-type", kind);
        for mode in ["merge", "replace"] {
            let path = format!("/api/inventory?mode={mode}");
            let response = http.send("POST", &path, body.clone()).await.expect(422);
            let error = &response.json()["errors"][0];
            assert_eq!(error["pointer"], "/items/0/id", "{kind} {mode}");
            assert_eq!(error["detail"], DETAIL, "{kind} {mode}");
        }
        let page = owner.import(file, &body, &[]).await.expect(200);
        assert!(page.body.contains("“changes” is reserved"), "{kind}");
    }
    let item = json!({ "name": "n" });
    let put = key.put("/api/inventory/changes", &item);
    assert_eq!(put.await.errors(), [("/id".into(), "invalid".into())]);
    assert_eq!(world.count("SELECT count(*) FROM items").await, 0);
    let other = key.put("/api/inventory/Changes", &item);
    other.await.expect(201);
}

#[tokio::test]
async fn stored_item_with_the_reserved_id_can_be_changed_and_deleted() {
    let (world, key) = World::with_key().await;
    key.post("/api/inventory", &feed([sample_item("A")]))
        .await
        .expect(200);
    world.sql("UPDATE items SET id = 'changes'").await;
    let item = key.get_json("/api/inventory/%63hanges").await;
    assert_eq!(item["id"], "changes");
    let change = json!({ "name": "m" });
    let changed = key.patch("/api/inventory/changes", &change).await;
    assert_eq!(changed.expect(200).json()["name"], "m");
    let update = feed([json!({ "id": "changes", "price": 1 })]);
    let updated = key.post("/api/inventory?mode=update", &update).await;
    assert_eq!(updated.expect(200).json()["updated"], 1);
    key.delete("/api/inventory/changes").await.expect(204);
    assert_eq!(world.count("SELECT count(*) FROM items").await, 0);
}
