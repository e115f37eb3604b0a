//! `/audit` and its files with a filter on a long log: each page and each piece reads a bounded
//! number of events.

use crate::support::World;

/// Adds three erasures of leads among many changes of keys.
async fn fill(world: &World) {
    world
        .sql(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 25000)
             INSERT INTO audit_events (account_id, at, actor_kind, actor_id, action, subject, ip, user_agent, detail)
             SELECT account_id, at, actor_kind, actor_id,
                    iif(n.n IN (100, 24990, 24995), 'lead.erased', 'key.edited'),
                    iif(n.n IN (100, 24990, 24995), 'lead-', 'key-') || n.n, ip, 'agent', '{}'
             FROM n, (SELECT * FROM audit_events LIMIT 1)",
        )
        .await;
}

#[tokio::test]
async fn audit_log_search_continues_from_page_to_page() {
    let (world, owner) = World::with_owner().await;
    fill(&world).await;
    for (query, pages) in [
        (
            "what=leads",
            ["lead-24990", "No matches so far", "lead-100"],
        ),
        (
            "who=keys",
            ["No matches so far", "No matches so far", "No more matches"],
        ),
        (
            "to=2020-01-01",
            ["No matches so far", "No matches so far", "No more matches"],
        ),
    ] {
        let mut next = Some(format!("/audit?{query}"));
        for text in pages {
            let page = owner.get(&next.expect("a next page")).await.expect(200);
            assert!(page.body.contains(text), "{query}, {text}: {}", page.body);
            next = page.link("Search further");
        }
        assert_eq!(next, None, "{query}");
    }
    // A subject's events have a separate index, so such a search never stops before them.
    let page = owner.get("/audit?thing=lead-100").await.expect(200);
    assert!(page.body.contains("lead-100") && page.link("Search further").is_none());
    // Full pages have a next page as usual.
    for path in ["/audit", "/audit?what=keys"] {
        let page = owner.get(path).await.expect(200);
        assert!(page.link("Next page").is_some(), "{path}: {}", page.body);
    }
}

#[tokio::test]
async fn exported_log_contains_every_match_however_far_apart_they_are() {
    let (world, owner) = World::with_owner().await;
    fill(&world).await;
    for (file, head) in [("log.csv", 1), ("log.jsonl", 0)] {
        let path = format!("/audit/{file}?what=leads");
        let export = owner.get_text(&path).await;
        assert_eq!(export.lines().count(), head + 3, "{file}: {export}");
        for subject in ["lead-24995", "lead-24990", "lead-100"] {
            assert!(export.contains(subject), "{file}, {subject}: {export}");
        }
        // The first piece of this file is empty.
        let export = owner.get_text(&format!("/audit/{file}?who=keys")).await;
        assert_eq!(export.lines().count(), head, "{file}: {export}");
    }
    let rare = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10001)
         INSERT INTO audit_events (account_id, at, actor_kind, actor_id, action, subject, ip, user_agent, detail)
         SELECT account_id, at, actor_kind, actor_id, 'key.edited', 'key', ip, 'agent', '{}'
         FROM n, (SELECT * FROM audit_events LIMIT 1)";
    world.sql(rare).await;
    let export = owner.get_text("/audit/log.jsonl?what=leads").await;
    assert_eq!(export.lines().count(), 3, "{export}");
}
