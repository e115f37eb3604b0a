//! `POST /api/leads`

use super::full;
use crate::support::World;
use serde_json::{Value, json};

#[tokio::test]
async fn a_new_lead_is_answered_with_its_address_and_every_field() {
    let world = World::new().await;
    let key = world.crm_key().await;
    let answer = key.post("/api/leads", &full()).await.expect(201);
    let lead = answer.json();
    let id = lead["id"].as_str().unwrap();
    assert_eq!(answer.header("location"), format!("/api/leads/{id}"));
    let mut wanted = full();
    wanted["id"] = json!(id);
    wanted["created_at"] = json!("2026-11-23T05:31:07Z");
    wanted["updated_at"] = json!("2026-11-23T05:31:07Z");
    assert_eq!(lead, wanted);
    let found = key.get(answer.header("location")).await.expect(200).json();
    assert_eq!(found, wanted);
}

#[tokio::test]
async fn an_address_or_a_number_is_enough_and_what_is_blank_is_not_there() {
    let world = World::new().await;
    let key = world.crm_key().await;
    let blank = json!({ "phone": "+1 202 555 0143", "email": "", "name": " ", "message": null });
    for lead in [json!({ "email": "ada@example.com" }), blank] {
        let answer = key.post("/api/leads", &lead).await.expect(201).json();
        for field in [
            "name",
            "message",
            "source",
            "item_id",
            "external_id",
            "note",
        ] {
            assert_eq!(answer[field], Value::Null, "{field}");
        }
        assert_eq!(answer["status"], "new");
    }
}

#[tokio::test]
async fn without_an_address_and_a_number_nothing_is_stored() {
    let world = World::new().await;
    let key = world.crm_key().await;
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
async fn the_same_person_may_ask_twice() {
    let world = World::new().await;
    let key = world.crm_key().await;
    let one = key.post("/api/leads", &full()).await.expect(201);
    let other = key.post("/api/leads", &full()).await.expect(201);
    assert_ne!(one.header("location"), other.header("location"));
}

#[tokio::test]
async fn who_created_a_lead_is_recorded_and_nothing_of_the_person() {
    let world = World::new().await;
    let key = world.crm_key().await;
    let answer = key.post("/api/leads", &full()).await.expect(201);
    key.patch(
        answer.header("location"),
        &json!({ "note": "Grace is keen" }),
    )
    .await
    .expect(200);
    key.delete(answer.header("location")).await.expect(204);
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
