//! `POST /api/leads`

use super::full_lead;
use crate::support::World;
use insta::assert_snapshot;
use serde_json::json;

#[tokio::test]
async fn new_lead_is_returned_with_its_location_and_every_field() {
    let (_world, key) = World::with_crm_key().await;
    let response = key.post("/api/leads", &full_lead()).await.expect(201);
    assert_snapshot!(response.snapshot(), @r#"
    {
      "created_at": "2026-11-23T05:31:07Z",
      "email": "Grace@Navy.example",
      "external_id": "crm-7",
      "id": "[id]",
      "item_id": "SKU001",
      "message": "Is it still there?\nI could come on Friday.",
      "name": "Grace Hopper",
      "note": "Prefers mail",
      "phone": "+1 202 555 0143",
      "source": "chatbot",
      "status": "contacted",
      "updated_at": "2026-11-23T05:31:07Z"
    }
    "#);
    let lead = response.json();
    let id = lead["id"].as_str().unwrap();
    assert_eq!(response.header("location"), format!("/api/leads/{id}"));
    let found = key.get(response.header("location")).await.expect(200);
    assert_eq!(found.json(), lead);
    let feed = key.get_json("/api/leads").await;
    assert!(feed["next_cursor"].is_string(), "{feed}");
    assert_eq!(
        feed,
        json!({ "leads": [lead], "next_cursor": feed["next_cursor"] })
    );
}

#[tokio::test]
async fn lead_needs_only_an_email_or_phone_and_blank_fields_are_null() {
    let (_world, key) = World::with_crm_key().await;
    let mail = json!({ "email": "ada@example.com" });
    let response = key.post("/api/leads", &mail).await.expect(201);
    assert_snapshot!(response.snapshot(), @r#"
    {
      "created_at": "2026-11-23T05:31:07Z",
      "email": "ada@example.com",
      "external_id": null,
      "id": "[id]",
      "item_id": null,
      "message": null,
      "name": null,
      "note": null,
      "phone": null,
      "source": null,
      "status": "new",
      "updated_at": "2026-11-23T05:31:07Z"
    }
    "#);
    let blank = json!({ "phone": "+1 202 555 0143", "email": "", "name": " ", "message": null });
    let response = key.post("/api/leads", &blank).await.expect(201);
    assert_snapshot!(response.snapshot(), @r#"
    {
      "created_at": "2026-11-23T05:31:07Z",
      "email": null,
      "external_id": null,
      "id": "[id]",
      "item_id": null,
      "message": null,
      "name": null,
      "note": null,
      "phone": "+1 202 555 0143",
      "source": null,
      "status": "new",
      "updated_at": "2026-11-23T05:31:07Z"
    }
    "#);
}

#[tokio::test]
async fn lead_without_email_and_phone_is_refused() {
    let (world, key) = World::with_crm_key().await;
    for lead in [
        json!({}),
        json!({ "name": "Ada", "message": "Call me" }),
        json!({ "email": null, "phone": "" }),
    ] {
        let errors = key.post("/api/leads", &lead).await.errors();
        assert_eq!(errors, [("/email".to_owned(), "required".to_owned())]);
    }
    assert_eq!(world.count("SELECT count(*) FROM leads").await, 0);
    assert_eq!(world.count("SELECT count(*) FROM lead_feeds").await, 0);
}

#[tokio::test]
async fn identical_leads_are_stored_separately() {
    let (_world, key) = World::with_crm_key().await;
    let first = key.post("/api/leads", &full_lead()).await.expect(201);
    let second = key.post("/api/leads", &full_lead()).await.expect(201);
    assert_ne!(first.header("location"), second.header("location"));
}

#[tokio::test]
async fn audit_log_records_the_actor_of_lead_changes_without_personal_data() {
    let (world, key) = World::with_crm_key().await;
    let response = key.post("/api/leads", &full_lead()).await.expect(201);
    key.patch(
        response.header("location"),
        &json!({ "note": "Grace is keen" }),
    )
    .await
    .expect(200);
    key.delete(response.header("location")).await.expect(204);
    let recorded = |condition: &str| {
        format!("SELECT count(*) FROM audit_events WHERE action LIKE 'lead.%' AND {condition}")
    };
    for (condition, count) in [
        ("1", 3),
        ("actor_kind = 'key' AND ip IS NOT NULL", 3),
        (
            "action = 'lead.updated' AND detail = '{\"changed\":[\"note\"]}'",
            1,
        ),
        ("subject || detail LIKE '%grace%'", 0),
        ("subject || detail LIKE '%555%'", 0),
    ] {
        let found: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(recorded(condition)))
            .fetch_one(&mut world.connection().await)
            .await
            .unwrap();
        assert_eq!(found, count, "{condition}");
    }
}
