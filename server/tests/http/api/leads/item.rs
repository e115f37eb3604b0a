//! `/api/leads/{id}`

use super::{create_lead, feed_page, full_lead};
use crate::support::World;
use serde_json::{Value, json};

#[tokio::test]
async fn crm_can_update_status_external_id_and_note() {
    let (world, key) = World::with_crm_key().await;
    let created = key.post("/api/leads", &full_lead()).await.expect(201);
    let path = created.header("location");
    let mut expected = created.json();
    for (number, edit) in (1..).zip([
        json!({ "status": "won" }),
        json!({ "external_id": "crm-8", "note": "Bought two" }),
        json!({ "external_id": null }),
        json!({ "note": "", "status": "lost" }),
    ]) {
        world.clock.advance_seconds(60);
        for (field, value) in edit.as_object().unwrap() {
            let cleared = value == "";
            expected[field] = if cleared { Value::Null } else { value.clone() };
        }
        expected["updated_at"] = json!(format!("2026-11-23T05:3{}:07Z", 1 + number));
        let response = key.patch(path, &edit).await.expect(200).json();
        assert_eq!(response, expected, "{edit}");
        assert_eq!(key.get_json(path).await, expected, "{edit}");
    }
}

#[tokio::test]
async fn patch_with_the_same_values_changes_nothing() {
    let (world, key) = World::with_crm_key().await;
    let created = key.post("/api/leads", &full_lead()).await.expect(201);
    let (_, cursor) = feed_page(&key.get("/api/leads").await.expect(200));
    let events = "SELECT count(*) FROM audit_events";
    let before = world.count(events).await;
    world.clock.advance_seconds(60);
    let same = json!({ "status": "contacted", "external_id": "crm-7", "note": "Prefers mail" });
    for edit in [same, json!({})] {
        let response = key.patch(created.header("location"), &edit).await;
        assert_eq!(response.expect(200).json(), created.json());
    }
    assert_eq!(world.count(events).await, before);
    let feed = key.get(&format!("/api/leads?cursor={cursor}")).await;
    assert_eq!(feed_page(&feed.expect(200)), (vec![], cursor));
}

#[tokio::test]
async fn patch_refuses_other_fields_and_invalid_values() {
    let (_world, key) = World::with_crm_key().await;
    let path = create_lead(&key, "Ada").await;
    let edit = json!({
        "id": "x", "name": "Eve", "email": "eve@example.com", "phone": "2", "message": "m", "source": "s",
        "item_id": "i", "created_at": "2026-01-01T00:00:00Z", "updated_at": null, "colour": "red",
    });
    let mut errors = key.patch(&path, &edit).await.errors();
    errors.sort();
    let mut fields: Vec<_> = edit.as_object().unwrap().keys().collect();
    fields.sort();
    let expected: Vec<_> = fields
        .into_iter()
        .map(|field| (format!("/{field}"), "unknown_field".to_owned()))
        .collect();
    assert_eq!(errors, expected);
    for (edit, pointer, code) in [
        (json!({ "status": null }), "/status", "invalid"),
        (json!({ "status": "open" }), "/status", "invalid"),
        (json!({ "status": 1 }), "/status", "invalid"),
        (json!({ "note": ["x"] }), "/note", "invalid"),
        (json!({ "note": "bell\u{7}" }), "/note", "invalid"),
        (json!({ "note": "n".repeat(10_001) }), "/note", "too_long"),
        (
            json!({ "external_id": "e".repeat(129) }),
            "/external_id",
            "too_long",
        ),
        (json!([]), "", "invalid"),
    ] {
        let errors = key.patch(&path, &edit).await.errors();
        assert_eq!(errors, [(pointer.to_owned(), code.to_owned())], "{edit}");
    }
    let lead = key.get_json(&path).await;
    assert_eq!(
        (&lead["name"], &lead["status"]),
        (&json!("Ada"), &json!("new"))
    );
}

#[tokio::test]
async fn erased_lead_is_gone_except_for_its_id() {
    let (world, key) = World::with_crm_key().await;
    let path = key.post("/api/leads", &full_lead()).await.expect(201);
    let path = path.header("location").to_owned();
    world.clock.advance_seconds(60);
    assert_eq!(key.delete(&path).await.expect(204).body, "");
    let not_found = (404, "not_found".to_owned());
    assert_eq!(key.get(&path).await.problem(), not_found);
    assert_eq!(key.delete(&path).await.problem(), not_found);
    let edit = json!({ "note": "x" });
    assert_eq!(key.patch(&path, &edit).await.problem(), not_found);
    let feed = key.get_json("/api/leads").await;
    let id = path.trim_start_matches("/api/leads/");
    let tombstones = json!([{ "id": id, "deleted_at": "2026-11-23T05:32:07Z" }]);
    assert_eq!(feed["leads"], tombstones);
    let personal_data = "SELECT count(*) FROM leads WHERE coalesce(name, email, phone, message, source, item_id, status,
        external_id, note, created_at, updated_at) IS NOT NULL";
    assert_eq!(world.count(personal_data).await, 0);
}

#[tokio::test]
async fn stored_idempotent_response_is_erased_with_its_lead() {
    let (world, key) = World::with_crm_key().await;
    let idempotent_key = key.with("idempotency-key", "form-7");
    let created = idempotent_key
        .post("/api/leads", &full_lead())
        .await
        .expect(201);
    let path = created.header("location").to_owned();
    let stored_bodies = "SELECT count(*) FROM idempotent_requests WHERE body IS NOT NULL";
    assert_eq!(world.count(stored_bodies).await, 1);
    key.delete(&path).await.expect(204);
    assert_eq!(world.count(stored_bodies).await, 0);
    let replay = idempotent_key
        .post("/api/leads", &full_lead())
        .await
        .expect(201);
    assert_eq!(
        (replay.body.as_str(), replay.header("location")),
        ("", &*path)
    );
    let leads = "SELECT count(*) FROM leads WHERE deleted_at IS NULL";
    assert_eq!(world.count(leads).await, 0, "nor is it made again");
}

#[tokio::test]
async fn unknown_lead_ids_are_not_found() {
    let (_world, key) = World::with_crm_key().await;
    let long = "x".repeat(128);
    for id in [
        "none",
        "%00",
        "%FF",
        "%2E%2E",
        "A",
        "a%2Fb",
        "'%20OR%201=1",
        &long,
    ] {
        let path = format!("/api/leads/{id}");
        let not_found = (404, "not_found".to_owned());
        assert_eq!(key.get(&path).await.problem(), not_found, "{id}");
        assert_eq!(key.delete(&path).await.problem(), not_found, "{id}");
        let response = key.patch(&path, &json!({})).await;
        assert_eq!(response.problem(), not_found, "{id}");
    }
    let path = format!("/api/leads/{long}x");
    let too_long = (400, "invalid_parameter".to_owned());
    assert_eq!(key.get(&path).await.problem(), too_long);
    assert_eq!(key.delete(&path).await.problem(), too_long);
    let response = key.patch(&path, &json!({})).await;
    assert_eq!(response.problem(), too_long);
}
