//! `/audit`, and the log as a file

use crate::support::{OWNER, Text as _, World};
use domain::seconds::DAY;
use http_body_util::BodyExt as _;
use serde_json::Value;

/// Returns the rows of the page.
fn rows(page: &str) -> Vec<&str> {
    let (_, body) = page.split_once("<tbody").unwrap_or_default();
    body.split("<tr ").skip(1).collect()
}

/// Returns the action of each row.
fn actions(page: &str) -> Vec<&str> {
    rows(page)
        .into_iter()
        .map(|row| {
            let (_, rest) = row.split_once("class=\"what\"").unwrap();
            let (_, rest) = rest.split_once('>').unwrap();
            rest.split_once('<').unwrap().0
        })
        .collect()
}

#[tokio::test]
async fn audit_log_shows_each_event_with_actor_time_origin_and_differences() {
    const FIREFOX: &str =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0";
    let world = World::new().await;
    let owner = world.owner().await.with("user-agent", FIREFOX);
    let member = world.sign_in(OWNER).await;
    let key = member.create("Feed", &["leads:read"]).await;
    world.clock.advance_seconds(60);
    let edit = [("name", "CRM Sync"), ("scopes", "leads:write")];
    owner
        .form(&format!("/keys/{}/edit", key.id), &edit)
        .await
        .expect(303);
    let page = member.get_text("/audit").await;
    let newest = rows(&page)[0];
    newest.has_all([
        "API key edited",
        "CRM Sync",
        &format!("href=\"/keys/{}\"", key.id),
        &format!("/audit?thing={}", key.id),
        "Name: Feed → CRM Sync; Permissions: leads:read → leads:write",
        "<code>key.edited</code>",
        "<del>Feed</del>",
        "<ins>CRM Sync</ins>",
        "<del>leads:read</del>",
        OWNER,
        "192.0.2.7",
        "Firefox 131 on Windows",
        FIREFOX,
        "2026-11-23T05:32:07Z",
    ]);
    let (_, id) = newest.split_once("<dt>Request ID</dt><dd><code>").unwrap();
    let (id, _) = id.split_once('<').unwrap();
    assert!(
        id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{id}"
    );
    assert_eq!(
        actions(&page),
        [
            "API key edited",
            "API key created",
            "Signed in",
            "Signed in",
            "Account created"
        ]
    );
    // The key's page links to its events.
    let key_page = member.get(&format!("/keys/{}", key.id)).await.expect(200);
    key_page.has(&format!("/audit?thing={}", key.id));
}

#[tokio::test]
async fn lead_is_named_in_short_and_leads_to_all_of_its_events() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:write"]).await;
    let lead = serde_json::json!({ "name": "Grace Hopper", "phone": "555" });
    let created = key.post("/api/leads", &lead).await.expect(201);
    let at = created.header("location");
    let (_, id) = at.rsplit_once('/').unwrap();
    let name = format!("Lead …{}", &id[id.len() - 8..]);
    key.patch(at, &serde_json::json!({ "status": "won" }))
        .await
        .expect(200);
    let page = owner.get_text("/audit").await;
    rows(&page)[0].has_all([
        &*format!("<a href=\"/audit?thing={id}\" title=\"{name}\">{name}</a>"),
        &format!("<code>{id}</code>"),
    ]);
    page.lacks("Grace");
    let events = owner.get_text(&format!("/audit?thing={id}")).await;
    assert_eq!(actions(&events), ["Lead changed", "Lead added"]);
}

#[tokio::test]
async fn audit_log_keeps_its_filter_from_page_to_page() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["inventory:write"]).await;
    for _ in 0..30 {
        for verb in ["pause", "resume"] {
            let path = format!("/keys/{}/{verb}", key.id);
            owner.form(&path, &[]).await.expect(303);
        }
    }
    let first = format!("/audit?thing={}", key.id);
    let page = owner.get_text(&first).await;
    assert_eq!(rows(&page).len(), 50);
    page.has("CSV");
    page.lacks("First page");
    let (_, rest) = page.split_once(&format!("{first}&amp;cursor=")).unwrap();
    let (cursor, _) = rest.split_once('"').unwrap();
    let second = owner.get(&format!("{first}&cursor={cursor}")).await;
    let second = second.expect(200).body;
    assert_eq!(
        rows(&second).len(),
        11,
        "30 pauses, 30 resumes and the creation"
    );
    assert!(rows(&second)[10].contains("API key created"));
    second.has(&format!("href=\"{first}\""));
    second.lacks("Next page");
    for bad in ["x", "0c", &"0c".repeat(8), "020000000000000001"] {
        owner.get(&format!("/audit?cursor={bad}")).await.expect(404);
    }
}

#[tokio::test]
async fn audit_log_can_be_filtered_by_actor_action_and_day() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["inventory:write"]).await;
    let items = serde_json::json!({ "items": [{ "id": "=A", "name": "a" }] });
    key.post("/api/inventory", &items).await.expect(200);
    world.clock.advance_seconds(DAY);
    let owner = world.sign_in(OWNER).await;
    let page = owner.get_text("/audit").await;
    let (_, me) = page.split_once("value=\"member:").unwrap();
    let (me, _) = me.split_once('"').unwrap();
    let (me, feed) = (format!("who=member:{me}"), format!("who=key:{}", key.id));
    for (query, count) in [
        ("", 5),
        ("who=keys", 1),
        (&feed, 1),
        ("who=operator", 0),
        (&me, 4),
        ("what=keys", 1),
        ("what=key.created", 1),
        ("what=key.revoked", 0),
        ("thing=fee", 1),
        ("thing=feed&what=key.created", 1),
        ("thing=feed&what=key.edited", 0),
        ("what=sign-ins", 2),
        ("what=inventory&who=keys", 1),
        ("from=2026-11-24", 1),
        ("to=2026-11-23", 4),
        ("from=2026-11-24&to=2026-11-24&what=keys", 0),
        ("thing=nothing", 0),
    ] {
        let page = owner.get_text(&format!("/audit?{query}")).await;
        assert_eq!(rows(&page).len(), count, "{query}");
        assert_eq!(page.contains("No matching events"), count == 0, "{query}");
    }
    // The form shows the current filter, with the key's name.
    let page = owner.get_text(&format!("/audit?{feed}")).await;
    page.has("selected>API key “Feed”</option>");
    // Days are those of the account's time zone.
    world
        .sql("UPDATE accounts SET time_zone = 'Pacific/Kiritimati'")
        .await;
    let late = owner.get_text("/audit?from=2026-11-25").await;
    assert_eq!(rows(&late).len(), 0, "{late}");
    world
        .sql("UPDATE accounts SET time_zone = 'Pacific/Honolulu'")
        .await;
    let early = owner.get_text("/audit?to=2026-11-22").await;
    assert_eq!(rows(&early).len(), 4, "{early}");
}

#[tokio::test]
async fn invalid_filters_are_reported_at_their_fields_and_kept() {
    let (_world, owner) = World::with_owner().await;
    let query = "who=nobody&what=all&from=yesterday&to=2026-02-30&thing=kept+as+typed";
    let page = owner.get_text(&format!("/audit?{query}")).await;
    for text in [
        "Select an actor.",
        "Select an action.",
        "Enter a valid date, such as 2026-11-23.",
        "value=\"kept as typed\"",
        "value=\"yesterday\"",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert_eq!(rows(&page).len(), 0, "not the whole log instead");
    for file in ["log.csv", "log.jsonl"] {
        let response = owner.get(&format!("/audit/{file}?{query}")).await;
        assert_eq!(
            response.expect(303).header("location"),
            format!("/audit?{query}")
        );
    }
}

#[tokio::test]
async fn audit_log_is_searched_by_the_name_of_a_key() {
    let (_world, owner) = World::with_owner().await;
    let (feed, crm) = ("Feed Berlin", "CRM Sync");
    let key = owner.create(feed, &["inventory:write"]).await;
    owner.create(crm, &["inventory:write"]).await;
    owner.create("Feed Hamburg", &["inventory:write"]).await;
    owner
        .form(&format!("/keys/{}/pause", key.id), &[])
        .await
        .expect(303);
    for (query, expected) in [
        (
            "thing=feed",
            vec!["API key paused", "API key created", "API key created"],
        ),
        (
            "thing=Berlin+feed",
            vec!["API key paused", "API key created"],
        ),
        ("thing=crm", vec!["API key created"]),
        ("thing=eed", vec![]),
    ] {
        let page = owner.get_text(&format!("/audit?{query}")).await;
        assert_eq!(actions(&page), expected, "{query}");
        let file = owner.get_text(&format!("/audit/log.jsonl?{query}")).await;
        assert_eq!(file.lines().count(), expected.len(), "{query}");
    }
    // The name that a key has now also finds what happened under an earlier one.
    let edit = [("name", "Warehouse"), ("scopes", "inventory:write")];
    owner
        .form(&format!("/keys/{}/edit", key.id), &edit)
        .await
        .expect(303);
    let page = owner.get_text("/audit?thing=warehouse").await;
    assert_eq!(
        actions(&page),
        ["API key edited", "API key paused", "API key created"]
    );
    // A name that many keys share selects none of them.
    for number in 0..11 {
        owner
            .create(&format!("Shop {number}"), &["inventory:write"])
            .await;
    }
    let page = owner.get_text("/audit?thing=shop").await;
    page.has("More than 10 keys match. Enter more of the name.");
    assert_eq!(rows(&page).len(), 0);
    owner.get("/audit/log.csv?thing=shop").await.expect(303);
}

#[tokio::test]
async fn full_key_is_refused_as_a_filter_and_not_shown_again() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["inventory:write"]).await;
    let header = format!("X-API-Key:{}", key.secret);
    for text in [key.secret.clone(), key.secret[..20].to_owned(), header] {
        let page = owner.get_text(&format!("/audit?thing={text}")).await;
        page.has("That looks like a full key.");
        page.lacks(&text);
        page.lacks(&key.secret);
        assert_eq!(rows(&page).len(), 0);
    }
}

#[tokio::test]
async fn each_filter_that_applies_is_shown_with_a_link_that_removes_it() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["inventory:write"]).await;
    let query = format!("what=key.created&thing={}&from=2026-11-23", key.id);
    let page = owner.get_text(&format!("/audit?{query}")).await;
    for (text, without) in [
        (
            "Action: API key created",
            format!("/audit?thing={}&amp;from=2026-11-23", key.id),
        ),
        (
            "Key or ID: Feed",
            "/audit?what=key.created&amp;from=2026-11-23".to_owned(),
        ),
        (
            "From: 2026-11-23",
            format!("/audit?what=key.created&amp;thing={}", key.id),
        ),
    ] {
        page.has_all([
            &format!("<span>{text}</span>"),
            &format!("href=\"{without}\""),
        ]);
    }
    let page = owner.get_text("/audit").await;
    page.lacks("Clear filters");
}

#[tokio::test]
async fn viewers_can_read_the_audit_log() {
    let (world, owner) = World::with_owner().await;
    world.sql("UPDATE members SET role = 'viewer'").await;
    assert_eq!(rows(&owner.get_text("/audit").await).len(), 2);
    owner.get("/audit/log.csv").await.expect(200);
}

#[tokio::test]
async fn exported_log_contains_every_event_and_escapes_formulas() {
    const EVIL: &str = "=HYPERLINK(\"https://evil.example\")";
    let (_world, owner) = World::with_owner().await;
    let key = owner.create(EVIL, &["inventory:write"]).await;
    let agent = key.with("user-agent", "@evil,\"agent\"");
    let items = serde_json::json!({ "items": [{ "id": "-1+1", "name": "a" }] });
    agent.post("/api/inventory", &items).await.expect(200);
    agent
        .put("/api/inventory/-1+1", &serde_json::json!({ "name": "b" }))
        .await
        .expect(200);

    let file = owner.get("/audit/log.csv").await.expect(200);
    assert_eq!(
        file.header("content-type"),
        "text/csv; charset=utf-8; header=present"
    );
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"audit-log.csv\""
    );
    assert_eq!(file.header("cache-control"), "no-store");
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    let lines: Vec<_> = file.body.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), 1 + 5);
    // A spreadsheet recognises UTF-8 by the byte-order mark.
    assert!(
        lines[0].starts_with("\u{FEFF}number,time,actor_kind,"),
        "{}",
        lines[0]
    );
    file.has_all([
        "\"'=HYPERLINK(\"\"https://evil.example\"\")\"",
        "\"'@evil,\"\"agent\"\"\"",
        ",'-1+1,",
        "2026-11-23T05:31:07Z",
        "inventory.updated,Inventory updated",
    ]);
    for start in ["=", "+", "-", "@"] {
        for before in [",", "\"", "\n"] {
            let bare = format!("{before}{start}");
            assert!(
                !file.body.contains(&format!(",{bare}"))
                    && !lines.iter().any(|line| line.starts_with(start)),
                "{bare}"
            );
        }
    }

    let file = owner
        .get("/audit/log.jsonl?what=inventory")
        .await
        .expect(200);
    assert_eq!(
        file.header("content-type"),
        "application/jsonl; charset=utf-8"
    );
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"audit-log.jsonl\""
    );
    assert_eq!(file.header("cache-control"), "no-store");
    let lines: Vec<Value> = file
        .body
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 2);
    let newest = &lines[0];
    assert_eq!(newest["actor"]["name"], EVIL, "as it is, for programs");
    assert_eq!(newest["action"], "inventory.updated");
    assert_eq!(newest["subject"]["id"], "-1+1");
    assert_eq!(newest["ip"], "192.0.2.7");
    assert_eq!(newest["detail"], serde_json::json!({ "id": "-1+1" }));
}

#[tokio::test]
async fn exported_log_without_matches_contains_only_its_header() {
    let (_world, owner) = World::with_owner().await;
    let file = owner.get("/audit/log.csv?thing=none").await.expect(200);
    assert_eq!(file.body.lines().count(), 1);
    let file = owner.get("/audit/log.jsonl?thing=none").await.expect(200);
    assert_eq!(file.body, "");
}

#[tokio::test]
async fn long_log_is_streamed_in_small_chunks_that_are_read_on_demand() {
    let (world, owner) = World::with_owner().await;
    world
        .sql(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 100000)
             INSERT INTO audit_events (account_id, at, actor_kind, actor_id, action, subject, ip, user_agent, detail)
             SELECT account_id, at, actor_kind, actor_id, 'key.edited', 'key-' || n.n, ip, 'agent',
                    '{\"before\":{\"name\":\"a\"},\"after\":{\"name\":\"b\"}}'
             FROM n, (SELECT * FROM audit_events LIMIT 1)",
        )
        .await;
    for (file, piece) in [("log.csv", 200_000), ("log.jsonl", 200_000)] {
        let mut body = owner
            .open(&format!("/audit/{file}?what=keys"))
            .await
            .into_body();
        let (mut pieces, mut lines, mut first) = (0, 0, None);
        while let Some(frame) = body.frame().await {
            let bytes = frame.unwrap().into_data().unwrap();
            // The most that is ever held of the file.
            assert!(bytes.len() < piece, "{file}: {} bytes at once", bytes.len());
            pieces += 1;
            lines += String::from_utf8_lossy(&bytes).matches('\n').count();
            if first.is_none() {
                first = Some(bytes);
                // Later pieces are not read before the reader requests them, so they contain this
                // change.
                world
                    .sql("UPDATE members SET email = 'new@example.com'")
                    .await;
            } else if pieces == 100 {
                assert!(
                    String::from_utf8_lossy(&bytes).contains("new@example.com"),
                    "{file}"
                );
            }
        }
        assert_eq!(pieces, 200, "{file}");
        assert_eq!(lines - usize::from(file == "log.csv"), 100_000, "{file}");
        assert!(!String::from_utf8_lossy(&first.unwrap()).contains("new@") || file == "log.jsonl");
    }
}
