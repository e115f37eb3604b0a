//! `/keys?…`: searching many keys, with addresses that can be shared.

use crate::support::{Member, Text as _, World};
use domain::seconds::DAY;
use serde_json::json;

/// Returns the names on the page at `path`, in order.
async fn names(member: &Member, path: &str) -> Vec<String> {
    let page = member.get_text(path).await;
    let heads = page.split("class=\"name\"").skip(1);
    heads
        .map(|rest| {
            let text = rest.split_once('>').unwrap().1;
            text.split_once("</a>").unwrap().0.trim().replace("<!>", "")
        })
        .collect()
}

fn link<'a>(page: &'a str, text: &str) -> Option<&'a str> {
    let (before, _) = page.split_once(&format!(">{text}</a>"))?;
    let (_, href) = before.rsplit_once("href=\"")?;
    Some(href.split_once('"').unwrap().0)
}

async fn with_four_keys() -> (World, Member) {
    let (world, owner) = World::with_owner().await;
    owner.create("Händler-Feed", &["inventory:write"]).await;
    world.clock.advance_seconds(60);
    let used = owner.create("crm sync", &["leads:read"]).await;
    used.get("/api/key").await.expect(200);
    world.services.flush().await.unwrap();
    world.clock.advance_seconds(60);
    let revoked = owner.create("Zebra", &["leads:read"]).await;
    owner.revoke(&revoked.id, "").await.expect(200);
    world.clock.advance_seconds(60);
    owner.create("Apple", &["leads:write"]).await;
    (world, owner)
}

#[tokio::test]
async fn keys_can_be_filtered_by_every_query_parameter() {
    let (world, owner) = with_four_keys().await;
    let preview = owner.keys().await["keys"][0]["preview"]
        .as_str()
        .unwrap()
        .to_owned();
    let page = owner.get_text("/keys").await;
    let (_, link) = page
        .split_once("/keys?creator=")
        .expect("creators are listed");
    let (creator, text) = link.split_once('"').unwrap();
    assert!(text.starts_with(">ada@example.com</a>"));
    for (query, expected) in [
        ("q=H%C3%84ND", vec!["Händler-Feed"]),
        ("q=%20crm%20", vec!["crm sync"]),
        (&format!("q={}", &preview[..9]), vec!["Apple"]),
        ("status=revoked", vec!["Zebra"]),
        ("scope=leads%3Aread", vec!["crm sync", "Zebra"]),
        ("scope=leads:read&status=active", vec!["crm sync"]),
        (
            &format!("creator={creator}"),
            vec!["Apple", "crm sync", "Händler-Feed", "Zebra"],
        ),
        ("creator=somebody-else", vec![]),
        ("expires=89", vec![]),
        (
            "expires=91&q=&status=",
            vec!["Apple", "crm sync", "Händler-Feed"],
        ),
        ("unused=1", vec![]),
        ("unused=never", vec!["Apple", "Händler-Feed", "Zebra"]),
        (
            "unused=never&status=active&sort=used",
            vec!["Apple", "Händler-Feed"],
        ),
    ] {
        assert_eq!(
            names(&owner, &format!("/keys?{query}")).await,
            expected,
            "{query}"
        );
    }
    world.clock.advance_seconds(30 * DAY);
    let owner = world.sign_in("ada@example.com").await;
    assert_eq!(
        names(&owner, "/keys?unused=30").await,
        ["Apple", "crm sync", "Händler-Feed"]
    );
    let page = owner.get_text("/keys?status=revoked&q=zoo%22%3E").await;
    page.has("No matching keys");
    assert!(page.contains("value=\"zoo&quot;"), "what was typed stays");
}

#[tokio::test]
async fn saved_views_have_their_numbers_of_keys() {
    let (world, _) = with_four_keys().await;
    world.clock.advance_seconds(85 * DAY);
    let owner = world.sign_in("ada@example.com").await;
    let page = owner.get_text("/keys").await;
    page.has(">Unused for 30 days");
    for (number, (path, count)) in [
        ("/keys", 4),
        ("/keys?status=active", 3),
        ("/keys?expires=30", 3),
        ("/keys?unused=30", 3),
        ("/keys?status=attention", 3),
    ]
    .into_iter()
    .enumerate()
    {
        page.has(&format!(
            "id=\"view-count-{number}\" class=\"count\">{count}</span>"
        ));
        assert_eq!(names(&owner, path).await.len(), count, "{path}");
    }
    for (path, rule) in [
        (
            "/keys?unused=30",
            "neither used nor created in the last 30 days",
        ),
        (
            "/keys?status=attention",
            "Rejected requests with active keys are under Requests",
        ),
    ] {
        owner.get_text(path).await.has(rule);
        page.lacks(rule);
    }
}

#[tokio::test]
async fn keys_can_be_sorted_by_every_column_in_both_directions() {
    let (_world, owner) = with_four_keys().await;
    for (sort, expected) in [
        ("", ["Apple", "crm sync", "Händler-Feed", "Zebra"]),
        ("name", ["Apple", "crm sync", "Händler-Feed", "Zebra"]),
        ("-name", ["Zebra", "Händler-Feed", "crm sync", "Apple"]),
        ("created", ["Apple", "Zebra", "crm sync", "Händler-Feed"]),
        ("-created", ["Händler-Feed", "crm sync", "Zebra", "Apple"]),
        ("used", ["crm sync", "Apple", "Zebra", "Händler-Feed"]),
        ("-used", ["Händler-Feed", "Zebra", "Apple", "crm sync"]),
        ("expires", ["Händler-Feed", "crm sync", "Apple", "Zebra"]),
        ("-expires", ["Zebra", "Apple", "crm sync", "Händler-Feed"]),
        ("status", ["Apple", "crm sync", "Händler-Feed", "Zebra"]),
        ("-status", ["Zebra", "Händler-Feed", "crm sync", "Apple"]),
    ] {
        assert_eq!(
            names(&owner, &format!("/keys?sort={sort}")).await,
            expected,
            "{sort}"
        );
    }
    let by_preview = owner
        .call("keys/list", &json!({ "search": "?sort=preview" }))
        .await
        .expect(200)
        .json();
    let previews: Vec<_> = by_preview["Ok"]["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["preview"].as_str().unwrap())
        .collect();
    assert!(previews.is_sorted(), "{previews:?}");

    let page = owner.get_text("/keys?sort=name&status=active").await;
    page.has("aria-sort=\"ascending\"");
    page.has("href=\"/keys?status=active&amp;sort=-name\"");
    page.has("href=\"/keys?status=active&amp;sort=used\"");
    page.has("href=\"/keys?status=active&amp;sort=expires\"");
    let page = owner.get_text("/keys?sort=created").await;
    page.has("aria-sort=\"descending\"");
}

#[tokio::test]
async fn search_for_a_status_leads_to_the_list_of_such_keys() {
    let (_world, owner) = with_four_keys().await;
    let page = owner.get_text("/keys?q=unused&scope=leads:read").await;
    page.has("No matching keys");
    assert_eq!(
        link(&page, "keys that were never used"),
        Some("/keys?unused=never")
    );
    assert_eq!(
        link(&page, "keys unused for 30 days"),
        Some("/keys?unused=30")
    );
    let page = owner.get_text("/keys?q=crm").await;
    page.lacks("list-rule");
}

#[tokio::test]
async fn empty_view_explains_what_that_means() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    for (query, title) in [
        ("status=attention", "No key needs attention"),
        ("unused=30", "No key is unused for 30 days"),
        ("expires=30", "No key expires within 30 days"),
        ("status=paused&sort=name", "No key is paused"),
        ("scope=leads:write", "No key has the permission leads:write"),
    ] {
        let page = owner.get_text(&format!("/keys?{query}")).await;
        page.has(&format!("<h2>{title}</h2>"));
        page.lacks("Change your search or filters");
    }
    owner.revoke(&key.id, "").await.expect(200);
    let page = owner.get_text("/keys?status=active").await;
    page.has("<h2>No key is active</h2>");
    let page = owner.get_text("/keys?status=active&q=crm").await;
    page.has_all(["<h2>No matching keys</h2>", "Change your search or filters"]);
}

#[tokio::test]
async fn search_and_views_are_hidden_only_while_there_are_no_keys() {
    let (_world, owner) = World::with_owner().await;
    let page = owner.get_text("/keys").await;
    page.has("<nav aria-label=\"Views\" hidden");
    page.has("<search hidden");
    owner.create("CRM Sync", &["leads:read"]).await;
    let page = owner.get_text("/keys").await;
    page.has("<nav aria-label=\"Views\" class");
    page.has("<search>");
}

#[tokio::test]
async fn single_filter_is_removed_by_its_own_link_and_more_are_cleared_together() {
    let (_world, owner) = with_four_keys().await;
    for (query, clear) in [
        ("", None),
        ("status=active", None),
        ("unused=never", None),
        ("q=crm", Some("Clear search")),
        ("status=active&q=crm", Some("Clear all")),
        ("status=active&unused=never", Some("Clear filters")),
    ] {
        let page = owner.get_text(&format!("/keys?sort=name&{query}")).await;
        let link = page.split_once("<a href=\"/keys\" class=\"chip clear\">");
        let text = link.map(|(_, rest)| rest.split('<').next().unwrap());
        assert_eq!(text, clear, "{query}");
    }
}

#[tokio::test]
async fn pages_of_a_long_list_contain_every_key_once() {
    let (world, owner) = World::with_owner().await;
    for number in 0..107 {
        owner
            .create(&format!("Key of system {number:03}"), &["leads:read"])
            .await;
    }
    for sort in ["", "name", "-used", "expires", "-expires"] {
        let mut listed_names = Vec::new();
        let mut path = Some(format!("/keys?q=system&sort={sort}"));
        let mut pages = 0;
        while let Some(page_path) = path {
            let page = owner.get_text(&page_path).await;
            page.has("107 keys match");
            assert_eq!(link(&page, "First page").is_some(), pages > 0);
            listed_names.extend(names(&owner, &page_path).await);
            path = link(&page, "Next page").map(|next| next.replace("&amp;", "&"));
            pages += 1;
        }
        assert_eq!((listed_names.len(), pages), (107, 3), "{sort}");
        listed_names.sort_unstable();
        listed_names.dedup();
        assert_eq!(listed_names.len(), 107, "{sort}");
    }
    let page = owner.get_text("/keys?sort=name").await;
    let next = link(&page, "Next page").unwrap().replace("&amp;", "&");
    owner
        .get(&next.replace("sort=name", "sort=-name"))
        .await
        .expect(404);
    owner.get("/keys?cursor=00").await.expect(404);
    // Another account can use the same cursor, but sees only its own keys.
    let stranger = world.stranger().await;
    assert_eq!(names(&stranger, &next).await, [""; 0]);
}

#[tokio::test]
async fn invalid_filters_are_reported_and_a_secret_is_not_echoed() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    for (query, message) in [
        (format!("q={}", key.secret), "That looks like a full key"),
        ("status=dead".to_owned(), "Select a status"),
        (
            "unused=often".to_owned(),
            "must be between 1 and 3,650 days",
        ),
        ("sort=digest".to_owned(), "Select a sort order"),
    ] {
        let page = owner.get_text(&format!("/keys?{query}")).await;
        assert!(page.contains(message), "{query}");
        assert!(
            page.contains("CRM Sync") && !page.contains(&key.secret),
            "{query}"
        );
    }
}

#[tokio::test]
async fn search_with_few_matches_among_many_keys_stops_and_can_be_continued() {
    let (world, owner) = World::with_owner().await;
    // Of 2,040 keys, every second one is paused and may read leads, except for the last, which is
    // active.
    world
        .sql(
            "WITH RECURSIVE numbers (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < 2040)
             INSERT INTO api_keys (id, account_id, name, preview, digest, pepper_id, scopes, created_at, created_by,
                 form_token, paused_at, folded, indexed)
             SELECT printf('key-%04d', i), m.account_id, printf('Many %04d', i), 'vx_aaaaaa…', randomblob(32), 'p',
                 CASE WHEN i % 2 THEN 'inventory:read' ELSE 'leads:read' END, i, m.id, randomblob(32),
                 CASE WHEN i % 2 OR i = 2040 THEN NULL ELSE i END, printf('many %04d', i), 1
             FROM numbers, members m",
        )
        .await;
    world
        .sql(
            "INSERT INTO key_terms (account_id, term, key_id)
             SELECT account_id, 's:' || scopes, id FROM api_keys
             UNION ALL SELECT account_id, 'n:many', id FROM api_keys",
        )
        .await;
    let path = "/keys?q=many&status=active&scope=leads:read&sort=name";
    let mut next_path = path.to_owned();
    for _ in 0..2 {
        let page = owner.get_text(&next_path).await;
        page.has("No matches so far");
        page.has("Not every key was searched");
        assert_eq!(link(&page, "Next page"), None);
        next_path = link(&page, "Search further").unwrap().replace("&amp;", "&");
    }
    assert_eq!(names(&owner, &next_path).await, ["Many 2040"]);
    let page = owner.get_text(&next_path).await;
    assert_eq!(link(&page, "Search further"), None);
    assert!(link(&page, "First page").is_some());
    page.has("A few keys match");
    // From the other end it is found immediately, and not all keys behind it are read.
    let page = owner.get(&path.replace("=name", "=-name")).await;
    let page = page.expect(200).body;
    page.has_all(["1+ key found", "Many 2040"]);
    assert!(link(&page, "Search further").is_some());
}
