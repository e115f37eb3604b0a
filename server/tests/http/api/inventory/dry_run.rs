//! `POST /api/inventory?dry_run=true`

use super::{feed, full_item, sample_item};
use crate::support::World;
use serde_json::{Value, json};
use service::store::{QuotaStore as _, Quotas};

const PATH: &str = "/api/inventory?dry_run=true";

async fn events(world: &World) -> i64 {
    world.count("SELECT count(*) FROM audit_events").await
}

#[tokio::test]
async fn dry_run_reports_the_changes_and_makes_none() {
    let (world, key) = World::with_key().await;
    let stored = [full_item(), sample_item("same"), sample_item("gone")];
    key.post("/api/inventory", &feed(stored.to_vec()))
        .await
        .expect(200);
    let before = key.get_text("/api/inventory").await;
    let events_before = events(&world).await;

    let mut changed = full_item();
    changed["price"] = json!(31900);
    changed["description"] = Value::Null;
    changed["attributes"] = json!({ "colour": "blue", "seats": "5" });
    let items = feed(vec![
        changed,
        sample_item("same"),
        sample_item("new"),
        json!({ "id": "bad" }),
    ]);
    let path = format!("{PATH}&mode=replace&on_error=skip");
    let response = key.post(&path, &items).await.expect(200).json();
    let field = |field: &str, before: Value, after: Value| json!({ "name": field, "before": before, "after": after });
    let fields = [
        field("price", json!("32500.50"), json!("31900.00")),
        field(
            "description",
            json!("One owner.\nNever raced."),
            Value::Null,
        ),
        field("attributes.colour", json!("red"), json!("blue")),
        field("attributes.doors", json!("4"), Value::Null),
        field("attributes.seats", Value::Null, json!("5")),
    ];
    assert_eq!(
        response["preview"],
        json!({
            "created": ["new"],
            "updated": [{ "id": "SKU001", "fields": fields }],
            "removed": ["gone"],
        })
    );
    let counts = ["received", "created", "updated", "unchanged", "removed"];
    let counts = counts.map(|name| response[name].as_u64().unwrap());
    assert_eq!(counts, [4, 1, 1, 1, 1]);
    assert_eq!(response["rejected_count"], 1);
    assert_eq!(response["rejected"][0]["id"], "bad");

    assert_eq!(key.get_text("/api/inventory").await, before);
    assert_eq!(events(&world).await, events_before);

    // The feed itself then does exactly that.
    let path = "/api/inventory?mode=replace&on_error=skip";
    let mut expected = response;
    expected.as_object_mut().unwrap().remove("preview");
    let report = key.post(path, &items).await.expect(200).json();
    assert_eq!(report, expected);
}

#[tokio::test]
async fn dry_run_is_refused_for_the_same_reasons_as_the_feed() {
    let (world, key) = World::with_key().await;
    world.many_items().await;
    let small_feed = feed([sample_item("new")]);
    for (query, expected) in [
        ("mode=replace", (409, "replace_too_large")),
        ("dry_run=yes", (400, "invalid_parameter")),
        ("dry_run=true&dry_run=true", (400, "invalid_parameter")),
    ] {
        let path = if query.starts_with("dry_run") {
            format!("/api/inventory?{query}")
        } else {
            format!("{PATH}&{query}")
        };
        let (status, code) = key.post(&path, &small_feed).await.problem();
        assert_eq!((status, &*code), expected, "{query}");
    }
    key.delete("/api/inventory/old-1").await.expect(204);
    let path = format!("{PATH}&mode=replace");
    let problem = key.post(&path, &small_feed).await.problem();
    assert_eq!(problem, (409, "removal_not_allowed".into()));
    let allowed = format!("{path}&allow_removal=10000");
    let response = key.post(&allowed, &small_feed).await.expect(200).json();
    assert_eq!(response["removed"], 10_000);
    let removed = response["preview"]["removed"].as_array().unwrap();
    assert_eq!(removed.len(), 1_000, "the first ones are listed");
    let faulty = feed([json!({ "id": "x" })]);
    assert_eq!(key.post(PATH, &faulty).await.problem().0, 422);
    assert_eq!(world.count("SELECT count(*) FROM items").await, 10_000);
}

#[tokio::test]
async fn dry_run_checks_the_quotas_as_the_feed_does() {
    let (world, key) = World::with_key().await;
    let stored = [full_item(), sample_item("gone")];
    key.post("/api/inventory", &feed(stored.to_vec()))
        .await
        .expect(200);
    let used = world.count("SELECT bytes FROM item_usage").await;
    world.store.limit_accounts(Quotas {
        item_bytes: Some(used.unsigned_abs() + 10),
        ..Quotas::default()
    });
    // The texts may grow by ten bytes, and by those of the item that is removed.
    let removed = "gone".len() + "Honda Accord 2024".len() + "USD".len() + "{}".len();
    for (more, expected) in [(removed + 11, 507), (removed + 10, 200)] {
        let mut longer = full_item();
        let description = "One owner.\nNever raced.".to_owned() + &"x".repeat(more);
        longer["description"] = json!(description);
        let items = feed([longer]);
        for query in ["dry_run=true&mode=replace", "mode=replace"] {
            let path = format!("/api/inventory?{query}");
            let response = key.post(&path, &items).await;
            assert_eq!(response.status, expected, "{query}: {}", response.body);
        }
    }
}

#[tokio::test]
async fn dry_run_is_refused_if_the_key_may_not_read_the_inventory() {
    let (_world, owner) = World::with_owner().await;
    let writer = owner.create("Writer", &["inventory:write"]).await;
    let problem = writer.post(PATH, &feed([sample_item("a")])).await.problem();
    assert_eq!(problem, (403, "missing_scope".into()));
    // Its content is not read.
    for (kind, body) in [
        ("application/json", "{\"items\":[{}]}"),
        ("application/json", "{"),
        ("image/png", ""),
    ] {
        let http = writer.with("content-type", kind);
        let problem = http.send("POST", PATH, body).await.problem();
        assert_eq!(problem, (403, "missing_scope".into()), "{kind} {body}");
    }
}

#[tokio::test]
async fn dry_run_shows_prices_with_the_decimal_places_of_their_currency() {
    let (_world, key) = World::with_key().await;
    let items = |yen: u32, dinar: &str| {
        let item = |id: &str, currency: &str, price: Value| json!({ "id": id, "name": "n", "currency": currency, "price": price });
        feed([item("A", "JPY", json!(yen)), item("B", "KWD", json!(dinar))].to_vec())
    };
    key.post("/api/inventory", &items(1200, "1.5"))
        .await
        .expect(200);
    let response = key
        .post(PATH, &items(1500, "1.25"))
        .await
        .expect(200)
        .json();
    let field = |number: usize| response["preview"]["updated"][number]["fields"][0].clone();
    assert_eq!(
        field(0),
        json!({ "name": "price", "before": "1200", "after": "1500" })
    );
    assert_eq!(
        field(1),
        json!({ "name": "price", "before": "1.500", "after": "1.250" })
    );
}

#[tokio::test]
async fn idempotency_key_stays_unused_after_a_dry_run() {
    let (_world, key) = World::with_key().await;
    let idempotent_key = key.with("idempotency-key", "import-1");
    let items = feed([sample_item("a")]);
    for _ in 0..2 {
        let response = idempotent_key.post(PATH, &items).await.expect(200);
        assert!(response.headers.get("idempotency-replayed").is_none());
        assert_eq!(response.json()["created"], 1);
    }
    let response = idempotent_key
        .post("/api/inventory", &items)
        .await
        .expect(200);
    assert_eq!(response.json()["created"], 1);
    assert!(response.json().get("preview").is_none());
}
