//! `/leads`

use crate::support::{Key, Text as _, World};
use serde_json::json;

async fn create_lead(key: &Key, name: &str) -> String {
    let lead = json!({ "name": name, "email": "grace@navy.example" });
    let response = key.post("/api/leads", &lead).await.expect(201);
    response.header("location").to_owned()
}

#[tokio::test]
async fn leads_are_shown_with_every_field_to_viewers() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:write"]).await;
    let lead = json!({
        "name": "Grace Hopper", "email": "grace@navy.example", "phone": "+1 202 555 0143", "message": "Still there?",
        "source": "chatbot", "item_id": "SKU001", "status": "contacted", "note": "Prefers mail",
    });
    key.post("/api/leads", &lead).await.expect(201);
    key.post("/api/leads", &json!({ "phone": "555" }))
        .await
        .expect(201);
    world.sql("UPDATE members SET role = 'viewer'").await;
    let page = owner.get_text("/leads").await;
    page.has_all([
        "2 leads",
        "Grace Hopper",
        "grace@navy.example",
        "+1 202 555 0143",
        "Still there?",
        "chatbot",
        "<a href=\"/inventory?q=SKU001\">SKU001</a>",
        "Contacted",
        "Prefers mail",
        "Unnamed lead",
        "Not provided",
        "just now",
    ]);
}

#[tokio::test]
async fn leads_are_paged_with_the_latest_change_first() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:write"]).await;
    let mut paths = Vec::new();
    for number in 0..61 {
        paths.push(create_lead(&key, &format!("Person {number:02}.")).await);
    }
    let first = &paths[0];
    key.patch(first, &json!({ "status": "won" }))
        .await
        .expect(200);
    key.delete(&paths[60]).await.expect(204);

    let page = owner.get_text("/leads").await;
    let position = |name: &str| page.find(name);
    assert!(
        position("Person 00.") < position("Person 59.")
            && position("Person 59.") < position("Person 11.")
    );
    assert!(position("Person 11.").is_some() && position("Person 10.").is_none());
    assert!(position("Person 60.").is_none() && page.contains("60 leads"));
    let (_, rest) = page.split_once("/leads?cursor=").unwrap();
    let (cursor, _) = rest.split_once('"').unwrap();
    // A lead that changes now moves to the front, and nothing appears twice on the way back.
    key.patch(first, &json!({ "status": "lost" }))
        .await
        .expect(200);
    let next = owner.get(&format!("/leads?cursor={cursor}")).await;
    let next = next.expect(200).body;
    next.has_all(["Person 10.", "Person 01."]);
    next.lacks_all(["Person 11.", "Person 00."]);
    next.has("First page");
    next.lacks("?cursor=");

    // The cursor of the API's feed runs in the other direction.
    for bad in ["020000000000000001", "nonsense", ""] {
        let response = owner.get(&format!("/leads?cursor={bad}")).await;
        assert!(response.expect(404).body.contains("Not found"), "{bad:?}");
    }
}

#[tokio::test]
async fn lead_fields_are_escaped() {
    const EVIL: &str = "</script><script>alert(1)</script><!--\"'&<b onclick=x>";
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:write"]).await;
    let lead = json!({
        "name": EVIL, "phone": EVIL, "message": EVIL, "source": EVIL, "item_id": EVIL, "external_id": EVIL,
        "note": EVIL,
    });
    key.post("/api/leads", &lead).await.expect(201);
    let page = owner.get_text("/leads").await;
    page.lacks_all(["<script>", "<!--\"", "<b "]);
    page.has("&lt;/script&gt;&lt;script&gt;alert(1)");
}

#[tokio::test]
async fn long_text_is_truncated() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:write"]).await;
    let lead = json!({ "phone": "1", "message": "m".repeat(10_000) });
    key.post("/api/leads", &lead).await.expect(201);
    let page = owner.get_text("/leads").await;
    page.has(&format!("{}…", "m".repeat(2_000)));
    page.lacks(&"m".repeat(2_001));
}
