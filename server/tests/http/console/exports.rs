//! The inventory and the leads as files.

use crate::support::{ALL_SCOPES, Member, OWNER, Text as _, World};
use domain::seconds::DAY;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

const BYTE_ORDER_MARK: &str = "\u{FEFF}";
/// Texts that a spreadsheet would take for formulas, or that look as if they were already
/// neutralised.
const EVIL: [&str; 9] = [
    "=HYPERLINK(\"https://evil.example\")",
    "+1",
    "-1",
    "@SUM(A1)",
    "'=1",
    "''-1",
    "'s-Hertogenbosch",
    "＝1",
    "a, \"b\";\nc",
];

async fn file(member: &Member, path: &str) -> String {
    member.get_text(path).await
}

/// Returns the lines of a CSV file whose cells contain no line breaks.
fn rows(file: &str) -> Vec<&str> {
    let file = file
        .strip_prefix(BYTE_ORDER_MARK)
        .expect("the file has its mark");
    file.split_terminator("\r\n").collect()
}

fn objects(file: &str) -> Vec<Value> {
    let lines = file.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn exported_inventory_changes_nothing_when_it_replaces_the_inventory() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &ALL_SCOPES).await;
    let mut items: Vec<_> = EVIL
        .iter()
        .enumerate()
        .map(|(number, text)| {
            // An id must not contain a line break.
            let id = format!("{}{number}", text.replace('\n', ""));
            json!({
                "id": id, "name": text, "category": text, "description": text,
                "attributes": { "a;b": text, "c,d \"e\"": "x", "=f": text },
            })
        })
        .collect();
    items.push(json!({
        "id": "full", "name": "Full", "price": 32500, "currency": "USD", "url": "https://example.com/a?b=c",
        "image_url": "https://example.com/a.jpg", "available": false,
    }));
    items.push(json!({ "id": "dinar", "name": "Dinar", "price": "12.345", "currency": "KWD" }));
    items.push(json!({ "id": "yen", "name": "Yen", "price": 1200, "currency": "JPY" }));
    items.push(json!({ "id": "own", "name": "In the account's currency", "price": "0.10" }));
    let body = json!({ "items": items });
    key.post("/api/inventory", &body).await.expect(200);
    let before = key.get_json("/api/inventory").await;

    let csv = file(&owner, "/inventory/export.csv").await;
    csv.lacks_all(["\n=", "\n+", "\n-", "\n@", ",=", ",+", ",-", ",@", ",\"="]);
    assert!(csv.contains("attributes.a;b") && csv.contains("32500.00,USD"));
    let feed = key.with("content-type", "text/csv");
    let response = feed.send("POST", "/api/inventory?mode=replace", csv.clone());
    let counts = response.await.expect(200).json();
    assert_eq!(counts["unchanged"], items.len(), "{counts}");
    for name in ["created", "updated", "removed"] {
        assert_eq!(counts[name], 0, "{name}: {counts}");
    }
    let fields = [("mode", "replace")];
    let page = owner.import("export.csv", &csv, &fields);
    page.await.expect(200);
    let after = key.get_json("/api/inventory").await;
    assert_eq!(after, before);

    let lines = objects(&file(&owner, "/inventory/export.jsonl").await);
    assert_eq!(json!(lines), before["items"], "the shape of the API");
}

#[tokio::test]
async fn exported_inventory_contains_only_the_matches_of_its_search() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &ALL_SCOPES).await;
    let item =
        |id: &str, name: &str| json!({ "id": id, "name": name, "attributes": { name: "x" } });
    let items =
        json!({ "items": [item("A", "Honda"), item("B", "Škoda"), item("C", "honda & son")] });
    key.post("/api/inventory", &items).await.expect(200);
    let page = owner.get("/inventory?q=honda").await.expect(200);
    let (csv, jsonl) = (page.link("CSV").unwrap(), page.link("JSON Lines").unwrap());
    assert_eq!(csv, "/inventory/export.csv?q=honda");
    assert_eq!(jsonl, "/inventory/export.jsonl?q=honda");
    let export = file(&owner, &csv).await;
    assert_eq!(rows(&export).len(), 3, "{export}");
    assert!(rows(&export)[0].ends_with("available,attributes.Honda,attributes.honda & son"));
    assert_eq!(objects(&file(&owner, &jsonl).await).len(), 2);
    // The query of a search is preserved as it was typed.
    let page = owner.get("/inventory?q=%26+s").await.expect(200);
    let single_match = file(&owner, &page.link("CSV").unwrap()).await;
    assert_eq!(rows(&single_match).len(), 2, "{single_match}");
    let page = owner.get("/inventory?q=+").await.expect(200);
    assert_eq!(
        rows(&file(&owner, &page.link("CSV").unwrap()).await).len(),
        4
    );
    let none = file(&owner, "/inventory/export.csv?q=nothing").await;
    assert_eq!(rows(&none).len(), 1);
    assert_eq!(file(&owner, "/inventory/export.jsonl?q=nothing").await, "");
}

#[tokio::test]
async fn files_are_sent_as_attachments_named_by_the_day() {
    let (world, owner) = World::with_owner().await;
    world
        .sql("UPDATE accounts SET time_zone = 'Pacific/Kiritimati'")
        .await;
    for (path, name, kind) in [
        (
            "/inventory/export.csv",
            "inventory-2026-11-23.csv",
            "text/csv",
        ),
        (
            "/inventory/export.jsonl",
            "inventory-2026-11-23.jsonl",
            "application/jsonl",
        ),
        (
            "/inventory/template.csv",
            "inventory-template.csv",
            "text/csv",
        ),
        ("/leads/export.csv", "leads-2026-11-23.csv", "text/csv"),
        (
            "/leads/export.jsonl",
            "leads-2026-11-23.jsonl",
            "application/jsonl",
        ),
    ] {
        let response = owner.get(path).await.expect(200);
        let disposition = format!("attachment; filename=\"{name}\"");
        assert_eq!(response.header("content-disposition"), disposition);
        assert!(response.header("content-type").starts_with(kind), "{path}");
        assert_eq!(response.header("cache-control"), "no-store");
        assert_eq!(
            response.body.starts_with(BYTE_ORDER_MARK),
            kind == "text/csv",
            "{path}"
        );
        let redirect = world.anonymous().get(path).await.expect(303);
        assert!(redirect.header("location").starts_with("/sign-in?next="));
    }
    world.clock.advance_seconds(DAY);
    let tomorrow = world.sign_in(OWNER).await.get("/leads/export.csv").await;
    assert!(
        tomorrow
            .header("content-disposition")
            .contains("2026-11-24")
    );
}

#[tokio::test]
async fn template_can_be_imported_unchanged() {
    let (world, owner) = World::with_owner().await;
    let template = file(&owner, "/inventory/template.csv").await;
    assert!(template.starts_with(
        "\u{FEFF}id,name,category,price,currency,description,url,image_url,available,attributes."
    ));
    let page = owner.import("template.csv", &template, &[]);
    page.await.expect(200);
    assert_eq!(world.count("SELECT count(*) FROM items").await, 2);
}

#[tokio::test]
async fn export_contains_every_lead_and_is_recorded_in_the_audit_log() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &ALL_SCOPES).await;
    for text in EVIL {
        let lead = json!({
            "name": text, "email": "grace@navy.example", "message": text, "source": "chatbot", "item_id": "SKU001",
            "note": text,
        });
        key.post("/api/leads", &lead).await.expect(201);
    }
    let erased_lead = json!({ "phone": "+1 202 555 0143" });
    let erased_lead = key.post("/api/leads", &erased_lead).await.expect(201);
    let erased_lead = erased_lead.header("location").to_owned();
    key.delete(&erased_lead).await.expect(204);
    world.sql("UPDATE members SET role = 'viewer'").await;
    let page = owner.get("/leads").await.expect(200);
    assert_eq!(page.link("CSV").unwrap(), "/leads/export.csv");
    assert_eq!(page.link("JSON Lines").unwrap(), "/leads/export.jsonl");

    let csv = file(&owner, "/leads/export.csv").await;
    let header = "id,name,email,phone,message,source,item_id,status,external_id,note,created_at,updated_at\r\n";
    assert!(
        csv.starts_with(&format!("{BYTE_ORDER_MARK}{header}")),
        "{csv}"
    );
    assert!(csv.contains(",'+1,grace@navy.example,,'+1,chatbot,SKU001,new,,'+1,2026-11-23T"));
    assert_eq!(csv.matches("grace@navy.example").count(), EVIL.len());
    let lines = objects(&file(&owner, "/leads/export.jsonl").await);
    let leads = key.get_json("/api/leads").await["leads"].clone();
    let remaining = leads.as_array().unwrap().iter();
    let remaining: Vec<_> = remaining
        .filter(|lead| lead["deleted_at"].is_null())
        .collect();
    assert_eq!(lines.iter().collect::<Vec<_>>(), remaining);

    let log = objects(&file(&owner, "/audit/log.jsonl?what=leads").await);
    let formats: Vec<_> = log
        .iter()
        .filter(|event| event["action"] == "lead.exported")
        .map(|event| {
            assert_eq!(event["actor"]["name"], OWNER);
            assert_eq!(event["ip"], "192.0.2.7");
            event["detail"]["format"].as_str().unwrap()
        })
        .collect();
    assert_eq!(formats, ["jsonl", "csv"]);
    let page = owner.events("what=leads").await;
    page.has("Leads exported");
}

#[tokio::test]
async fn no_lead_is_sent_if_its_export_cannot_be_recorded() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &ALL_SCOPES).await;
    let lead = json!({ "email": "grace@navy.example" });
    key.post("/api/leads", &lead).await.expect(201);
    world
        .sql("CREATE TRIGGER refuse BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'no'); END")
        .await;
    for path in ["/leads/export.csv", "/leads/export.jsonl"] {
        let response = owner.get(path).await;
        assert!(response.status.is_server_error(), "{path}");
        assert!(!response.body.contains("grace@"), "{path}");
    }
}

#[tokio::test]
async fn lead_that_changes_during_an_export_is_not_left_out() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &ALL_SCOPES).await;
    fill(&world).await;
    let mut body = owner.open("/leads/export.jsonl").await.into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    let edit = json!({ "note": "changed" });
    key.patch("/api/leads/l19999", &edit).await.expect(200);
    let rest = body.collect().await.unwrap().to_bytes();
    let whole = format!(
        "{}{}",
        String::from_utf8_lossy(&first),
        String::from_utf8_lossy(&rest)
    );
    let lines = objects(&whole);
    assert_eq!(lines.len(), 20_000);
    let last = lines.last().unwrap();
    assert_eq!(
        (&last["id"], &last["note"]),
        (&json!("l19999"), &json!("changed"))
    );
}

#[tokio::test]
async fn csv_export_is_refused_if_there_are_more_attributes_than_columns() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &ALL_SCOPES).await;
    let item = |number: usize| {
        let names = (0..50).map(|n| (format!("{number}-{n}"), json!("x")));
        let attributes: serde_json::Map<_, _> = names.collect();
        json!({ "id": format!("N{number}"), "name": "n", "attributes": attributes })
    };
    let items: Vec<_> = (0..5).map(item).collect();
    let items = json!({ "items": items });
    key.post("/api/inventory", &items).await.expect(200);
    let refusal = owner.get("/inventory/export.csv").await.expect(422);
    refusal.has("JSON Lines");
    let export = file(&owner, "/inventory/export.csv?q=n1").await;
    assert!(rows(&export)[0].contains("attributes.1-49"));
    assert_eq!(
        objects(&file(&owner, "/inventory/export.jsonl").await).len(),
        5
    );
}

#[tokio::test]
async fn csv_export_aborts_at_an_item_with_an_attribute_missing_from_its_header() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &ALL_SCOPES).await;
    fill(&world).await;
    let mut body = owner.open("/inventory/export.csv").await.into_body();
    body.frame().await.unwrap().unwrap();
    let item = json!({ "name": "n", "attributes": { "new": "x" } });
    key.put("/api/inventory/N9999", &item).await.expect(200);
    assert!(body.collect().await.is_err(), "the file looks complete");
}

#[tokio::test]
async fn long_exports_are_streamed_in_small_chunks() {
    let (world, owner) = World::with_owner().await;
    fill(&world).await;
    for path in [
        "/inventory/export.csv",
        "/inventory/export.jsonl",
        "/leads/export.csv",
        "/leads/export.jsonl",
    ] {
        let response = owner.open(path).await;
        assert_eq!(response.status(), 200, "{path}");
        let mut body = response.into_body();
        let (mut pieces, mut lines) = (0, 0);
        while let Some(frame) = body.frame().await {
            let bytes = frame.unwrap().into_data().unwrap();
            assert!(bytes.len() < 300_000, "{path}: {} bytes", bytes.len());
            pieces += 1;
            lines += String::from_utf8_lossy(&bytes).matches('\n').count();
        }
        let header = usize::from(path.ends_with("csv"));
        assert_eq!((pieces, lines - header), (40, 20_000), "{path}");
    }
}

/// Adds 20,000 items from `N0` on, and as many leads from `l0` on.
async fn fill(world: &World) {
    for statement in [
        "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 19999)
         INSERT INTO items (account_id, id, name, available, attributes, updated_at, search, revision)
         SELECT (SELECT id FROM accounts), 'N' || n, 'Item', 1, '{\"color\":\"red\"}', 0, 'n' || n, 1 FROM n",
        "WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 19999)
         INSERT INTO leads (account_id, id, change_number, phone, status, created_at, updated_at)
         SELECT (SELECT id FROM accounts), 'l' || n, n + 1, '555', 'new', 0, 0 FROM n",
        "INSERT INTO lead_feeds (account_id, last_change) SELECT id, 20000 FROM accounts",
    ] {
        world.sql(statement).await;
    }
}
