//! `/search`: keys, pages, actions and requests.

use crate::support::{ALL_SCOPES, Text as _, World};
use axum::http::StatusCode;

#[tokio::test]
async fn search_finds_keys_by_name_and_preview_and_pages_and_actions_by_word() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &ALL_SCOPES).await;
    owner.create("Inventory feed", &ALL_SCOPES).await;
    let link = format!("href=\"/keys/{}\"", key.id);
    for q in ["crm", &key.secret[..9]] {
        let page = owner.get_text(&format!("/search?q={q}")).await;
        page.has("CRM Sync");
        page.has(&link);
        page.lacks("Inventory feed");
    }
    let page = owner.get_text("/search?q=audit").await;
    page.has("<h2>Pages</h2>");
    page.has("Export the audit log");
    page.lacks("<h2>Keys</h2>");
    let page = owner.get_text("/search?q=dashboard").await;
    page.lacks("<h2>Actions</h2>");
    let page = owner.get_text("/search?q=create+KEY").await;
    page.has("href=\"/keys/new\"");
    let page = owner.get_text("/search?q=nothing+is+called+so").await;
    page.has("Nothing found");
}

#[tokio::test]
async fn search_shows_a_few_of_many_keys() {
    let (_world, owner) = World::with_owner().await;
    for number in 0..12 {
        owner.create(&format!("Feed {number}"), &ALL_SCOPES).await;
    }
    let page = owner.get_text("/search?q=feed").await;
    let shown = page.matches("href=\"/keys/01").count();
    assert_eq!(shown, 8);
}

#[tokio::test]
async fn search_offers_only_actions_that_the_role_allows() {
    let (world, owner) = World::with_owner().await;
    let admin = world.join(&owner, "admin@example.com", "admin").await;
    let viewer = world.join(&owner, "viewer@example.com", "viewer").await;
    for (member, offered, missing) in [
        (
            &owner,
            &["/keys/new", "/team/invite", "/inventory/import"][..],
            // Offered only if it is searched for.
            &["/keys/revoke-all"][..],
        ),
        (
            &admin,
            &["/keys/new", "/team/invite", "/inventory/import"][..],
            &["/keys/revoke-all"][..],
        ),
        (
            &viewer,
            &["/keys/found", "/requests"][..],
            &[
                "/keys/new",
                "/team/invite",
                "/inventory/import",
                "/keys/revoke-all",
            ][..],
        ),
    ] {
        let page = member.get_text("/search").await;
        let results = page.split("id=\"results\"").nth(1).unwrap();
        for path in offered {
            results.has(&format!("href=\"{path}\""));
        }
        for path in missing {
            results.lacks(&format!("href=\"{path}\""));
        }
    }
    let searched = "/search?q=revoke+all";
    let offered = "href=\"/keys/revoke-all\"";
    owner.get_text(searched).await.has(offered);
    for member in [&admin, &viewer] {
        member.get_text(searched).await.lacks(offered);
    }
}

#[tokio::test]
async fn results_that_begin_with_the_text_come_before_those_that_contain_it() {
    const EXPORTS: [&str; 3] = ["/inventory", "/leads", "/audit"];
    let (_world, owner) = World::with_owner().await;
    for number in 0..4 {
        let page = owner.get_text("/search?q=export").await;
        assert_eq!(links(&page)[..3], EXPORTS, "{number} keys");
        assert_eq!(page.contains("Ads export"), number > 0);
        let name = format!("Ads export {number}");
        owner.create(&name, &ALL_SCOPES).await;
    }
    owner.create("Old inventory feed", &ALL_SCOPES).await;
    let page = owner.get_text("/search?q=inventory").await;
    assert_eq!(links(&page)[0], "/inventory");
    let page = owner.get_text("/search?q=ads+export").await;
    assert!(
        links(&page)[0].starts_with("/keys/"),
        "no action has this text"
    );
    let key = owner.create("Export to CRM", &ALL_SCOPES).await;
    let page = owner.get_text("/search?q=export").await;
    // Since one key begins with the text, the keys come first. They are in the order of the list of
    // keys, which depends on random ids for keys of the same millisecond.
    let links = links(&page);
    let (keys, actions) = links.split_at(5);
    assert!(keys.contains(&&*format!("/keys/{}", key.id)), "{keys:?}");
    assert!(keys.iter().all(|link| link.starts_with("/keys/")));
    assert_eq!(actions[..3], EXPORTS);
}

#[tokio::test]
async fn request_id_leads_to_its_explanation() {
    let (_world, owner) = World::with_owner().await;
    let id = "0123456789abcdef0123456789abcdef";
    let page = owner.get_text(&format!("/search?q={id}")).await;
    page.has(&format!("href=\"/requests?id={id}\""));
}

#[tokio::test]
async fn full_key_is_neither_searched_nor_shown_again() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &ALL_SCOPES).await;
    // A part that is longer than the preview finds nothing, and the beginning may be missing.
    for typed in [&*key.secret, &key.secret[3..], &key.secret[..12]] {
        let response = owner.get(&format!("/search?q={typed}")).await;
        assert_eq!(response.status, StatusCode::OK);
        response.body.lacks(typed);
        response.body.lacks("CRM Sync");
        response.body.has("href=\"/keys/found\"");
    }
}

/// Returns the addresses of the results, in their order.
fn links(page: &str) -> Vec<&str> {
    let results = page.split("id=\"results\"").nth(1).unwrap();
    let results = results.split("id=\"shortcuts\"").next().unwrap();
    let links = results.split("<a href=\"").skip(1);
    links.filter_map(|link| link.split('"').next()).collect()
}

#[tokio::test]
async fn action_with_the_name_of_a_key_leads_to_the_action_on_this_key() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Rostock feed", &ALL_SCOPES).await;
    owner.create("CRM Sync", &ALL_SCOPES).await;
    for (verb, page) in [
        ("revoke", "/revoke"),
        ("delete", "/revoke"),
        ("rotate", "/rotate"),
        ("edit", "/edit"),
        ("pause", ""),
    ] {
        let target = format!("/keys/{}{page}", key.id);
        for q in [format!("{verb}+rostock"), format!("rostock+{verb}")] {
            let page = owner.get_text(&format!("/search?q={q}")).await;
            assert_eq!(links(&page)[0], target, "{q}");
            page.lacks("CRM Sync");
        }
    }
    let page = owner.get_text("/search?q=resume+rostock").await;
    assert_eq!(links(&page), [format!("/keys/{}", key.id)], "only the key");
    page.lacks("Resume “");
    let pause = format!("/keys/{}/pause", key.id);
    owner.form(&pause, &[]).await.expect(303);
    let page = owner.get_text("/search?q=resume+rostock").await;
    page.has("Resume “Rostock feed”");
    let revoke = format!("/keys/{}/revoke", key.id);
    let viewer = world.join(&owner, "viewer@example.com", "viewer").await;
    let page = viewer.get_text("/search?q=revoke+rostock").await;
    assert_eq!(links(&page), [format!("/keys/{}", key.id)]);
    let fields = [("reason", "unused"), ("confirm", "Rostock feed")];
    owner.form(&revoke, &fields).await.expect(303);
    let page = owner.get_text("/search?q=revoke+rostock").await;
    assert_eq!(links(&page), [format!("/keys/{}", key.id)], "it is revoked");
}

#[tokio::test]
async fn few_keys_have_their_actions_and_many_do_not() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("Feed 0", &ALL_SCOPES).await;
    let page = owner.get_text("/search?q=feed").await;
    let all = links(&page);
    let of_key = all.iter().filter(|link| link.contains(&key.id));
    let expected =
        ["", "/rotate", "/edit", "", "/revoke"].map(|end| format!("/keys/{}{end}", key.id));
    assert_eq!(
        of_key.collect::<Vec<_>>(),
        expected.iter().collect::<Vec<_>>()
    );
    for number in 1..12 {
        owner.create(&format!("Feed {number}"), &ALL_SCOPES).await;
    }
    let page = owner.get_text("/search?q=feed").await;
    page.lacks("Rotate “");
    let page = owner.get_text("/search?q=rotate+feed").await;
    assert_eq!(page.matches("Rotate “Feed").count(), 8);
}

#[tokio::test]
async fn revocation_of_all_keys_is_offered_after_that_of_one_key() {
    let (_world, owner) = World::with_owner().await;
    for q in ["revoke", "revoke+the+api+key", "delete+keys"] {
        let page = owner.get_text(&format!("/search?q={q}")).await;
        let all = links(&page);
        let position = |path: &str| all.iter().position(|link| *link == path);
        let one = position("/keys?status=active");
        assert!(one < position("/keys/revoke-all"), "{q}: {all:?}");
        assert!(one.is_some(), "{q}: {all:?}");
        assert!(all.len() < 24, "{q}: {all:?}");
    }
}
