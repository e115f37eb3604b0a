//! Behaviour while the disk is nearly full, and while revocations and pauses cannot be stored.

use crate::support::{ALL_SCOPES, Key, Member, Text as _, World};
use serde_json::json;

const NOT_STORED: &str = "Rejected on this node, not yet stored";
const LEAD: &str = r#"{ "email": "grace@example.com" }"#;

#[tokio::test]
async fn feeds_and_leads_are_refused_when_storage_is_low_and_other_operations_continue() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &ALL_SCOPES).await;
    let item = json!({ "name": "Honda" });
    key.put("/api/inventory/A", &item).await.expect(201);
    let lead = key
        .post("/api/leads", &serde_json::from_str(LEAD).unwrap())
        .await;
    let lead = lead.expect(201).header("location").to_owned();

    // No disk has as much free space.
    world.services.free_space.keep_free(Some(u64::MAX));
    let items = json!({ "items": [{ "id": "B", "name": "b" }] });
    for (method, path, body) in [
        ("POST", "/api/inventory", items.to_string()),
        ("PUT", "/api/inventory/A", item.to_string()),
        ("PATCH", "/api/inventory/A", item.to_string()),
        ("POST", "/api/leads", LEAD.to_owned()),
        ("PATCH", &lead, r#"{ "status": "won" }"#.to_owned()),
    ] {
        for key in [
            key.with("content-type", "application/json"),
            key.with("content-type", "application/json")
                .with("idempotency-key", format!("{method}{path}")),
        ] {
            let response = key.send(method, path, body.clone()).await;
            assert_eq!(response.problem(), (503, "storage_low".into()), "{path}");
            assert_ne!(response.header("retry-after"), "");
        }
    }
    let page = owner.import("a.csv", "id,name\nB,b\n", &[]);
    let page = page.await.expect(503).body;
    page.has("disk is nearly full");
    assert_eq!(world.count("SELECT count(*) FROM items").await, 1);
    let ready = world.anonymous().get("/readyz").await.expect(200);
    assert_eq!(ready.body, "ok\nstorage_low\n");

    key.delete("/api/inventory/A").await.expect(204);
    key.delete(&lead).await.expect(204);
    world.sign_in("ada@example.com").await;
    let other = owner.create("CRM Sync", &["leads:read"]).await;
    let pause = format!("/keys/{}/pause", other.id);
    owner.form(&pause, &[]).await.expect(303);
    let response = owner.revoke(&other.id, "").await.expect(200);
    assert_eq!(response.json()["Ok"]["status"], "revoked");
    key.delete("/api/key").await.expect(204);
}

/// Lets the database refuse to revoke or pause keys, as it does on a full disk.
async fn break_key_updates(world: &World) {
    world
        .sql(
            "CREATE TRIGGER no_space BEFORE UPDATE ON api_keys
             WHEN new.revoked_at IS NOT old.revoked_at OR new.paused_at IS NOT old.paused_at
             BEGIN SELECT RAISE(ABORT, 'no space'); END",
        )
        .await;
}

async fn repair_key_updates(world: &World) {
    world.sql("DROP TRIGGER no_space").await;
}

async fn create_keys(owner: &Member, number: usize) -> Vec<Key> {
    let mut keys = Vec::new();
    for number in 0..number {
        let name = format!("Key {number}");
        keys.push(owner.create(&name, &["inventory:read"]).await);
    }
    keys
}

#[tokio::test]
async fn revocation_takes_effect_at_once_and_is_stored_later_if_storing_it_fails() {
    let (world, owner) = World::with_owner().await;
    let key = &create_keys(&owner, 1).await[0];
    key.get("/api/key").await.expect(200);
    break_key_updates(&world).await;
    for _ in 0..2 {
        let response = key.delete("/api/key").await;
        response.refusal(503, "not_stored");
        assert_ne!(response.header("retry-after"), "");
        let response = key.get("/api/key").await;
        response.refusal(401, "revoked_key");
    }
    let page = owner.get(&format!("/keys/{}", key.id)).await.expect(200);
    page.has(NOT_STORED);
    let ready = world.anonymous().get("/readyz").await.expect(200);
    assert_eq!(ready.body, "ok\nnot_stored: 1\n");

    assert_eq!(world.services.key_changes.store_pending().await, 1);
    repair_key_updates(&world).await;
    let response = key.get("/api/key").await;
    response.refusal(401, "revoked_key");
    assert_eq!(world.services.key_changes.store_pending().await, 0);
    let response = key.delete("/api/key").await;
    response.refusal(401, "revoked_key");
    let stored = "SELECT count(*) FROM api_keys WHERE revoked_at IS NOT NULL";
    assert_eq!(world.count(stored).await, 1);
    let recorded = "SELECT count(*) FROM audit_events WHERE action = 'key.revoked'";
    assert_eq!(world.count(recorded).await, 1);
    let ready = world.anonymous().get("/readyz").await.expect(200);
    assert_eq!(ready.body, "ok\n");
}

#[tokio::test]
async fn console_reports_that_a_revocation_or_pause_is_not_stored() {
    let (world, owner) = World::with_owner().await;
    let keys = create_keys(&owner, 5).await;
    break_key_updates(&world).await;
    let [form, call, pause, one, other] = &keys[..] else {
        panic!("five keys")
    };
    let page = format!("/keys/{}/revoke", form.id);
    let page = owner.form(&page, &[("reason", "leaked"), ("confirm", "")]);
    let page = page.await.expect(503);
    page.has(NOT_STORED);
    let response = owner.revoke(&call.id, "").await.expect(200);
    assert_eq!(response.json(), json!({ "Err": "not_stored" }));
    let page = format!("/keys/{}/pause", pause.id);
    let page = owner.form(&page, &[]).await.expect(503);
    page.has(NOT_STORED);
    let fields = [
        ("do", "revoke"),
        ("key", &one.id),
        ("key", &other.id),
        ("reason", "leaked"),
        ("count", "2"),
    ];
    let page = owner.form("/keys/several", &fields).await.expect(503);
    page.has(NOT_STORED);

    let revoked = (401, "revoked_key".to_owned());
    for key in [form, call, one, other] {
        assert_eq!(key.get("/api/key").await.problem(), revoked);
    }
    let response = pause.get("/api/key").await;
    response.refusal(401, "paused_key");
    repair_key_updates(&world).await;
    assert_eq!(world.services.key_changes.store_pending().await, 0);
    let response = pause.get("/api/key").await;
    response.refusal(401, "paused_key");
    let resume = format!("/keys/{}/resume", pause.id);
    owner.form(&resume, &[]).await.expect(303);
    pause.get("/api/key").await.expect(200);
    for key in [form, call, one, other] {
        assert_eq!(key.get("/api/key").await.problem(), revoked);
    }
}

#[tokio::test]
async fn every_key_of_the_account_is_refused_if_revoking_all_of_them_cannot_be_stored() {
    let (world, owner) = World::with_owner().await;
    let own_keys = create_keys(&owner, 2).await;
    let stranger_keys = create_keys(&world.stranger().await, 1).await;
    let no_space = "CREATE TRIGGER no_space BEFORE INSERT ON account_revocations
        BEGIN SELECT RAISE(ABORT, 'no space'); END";
    world.sql(no_space).await;
    let fields = [("confirm", "Acme Motors")];
    let page = owner.form("/keys/revoke-all", &fields).await.expect(503);
    page.has(NOT_STORED);
    let assert_revoked = async || {
        for key in &own_keys {
            let response = key.get("/api/key").await;
            response.refusal(401, "revoked_key");
        }
        stranger_keys[0].get("/api/key").await.expect(200);
    };
    assert_revoked().await;
    repair_key_updates(&world).await;
    assert_eq!(world.services.key_changes.store_pending().await, 0);
    assert_revoked().await;
    world
        .services
        .emergencies
        .write_revocations()
        .await
        .unwrap();
    let stored = "SELECT count(*) FROM api_keys WHERE revoked_at IS NOT NULL";
    assert_eq!(world.count(stored).await, 2);
}

#[tokio::test]
async fn restart_loses_a_revocation_that_was_not_stored() {
    let (world, owner) = World::with_owner().await;
    let key = &create_keys(&owner, 1).await[0];
    break_key_updates(&world).await;
    let response = key.delete("/api/key").await;
    response.has("a restart");
    let (secret, id) = (key.secret.clone(), key.id.clone());
    let world = world.restart().await;
    let key = Key::new(&world.app, secret, id);
    key.get("/api/key").await.expect(200);
}
