//! `/keys/found`: identifying a key that was found

use crate::support::{Text as _, World, sha256};

#[tokio::test]
async fn found_key_is_identified_by_its_digest_with_its_status_and_a_link_to_revoke_it() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM <Sync>", &["leads:read"]).await;
    let digest = sha256(&key.secret);
    let upper = digest.to_uppercase();
    let form = owner.get_text("/keys/found").await;
    form.has_all([
        "<h1>Identify a key</h1>",
        "name=\"typed\"",
        "<h2 id=\"help\">What happens</h2>",
    ]);
    for fields in [
        [("digest", digest.as_str()), ("typed", "")],
        [("digest", ""), ("typed", upper.as_str())],
    ] {
        let page = owner.form("/keys/found", &fields).await.expect(200).body;
        assert!(page.contains("CRM &lt;Sync>") || page.contains("CRM &lt;Sync&gt;"));
        page.has_all(["Active", "Never used"]);
        page.has(&format!("/keys/{}/revoke?reason=leaked", key.id));
        assert!(
            !page.contains(&key.secret) && !page.contains(&digest),
            "nothing of it is shown again"
        );
    }
    owner.revoke(&key.id, "").await.expect(200);
    let page = owner
        .form("/keys/found", &[("digest", &digest)])
        .await
        .expect(200)
        .body;
    page.has("Revoked");
    page.lacks("Revoke key");
}

#[tokio::test]
async fn foreign_keys_and_invalid_digests_are_not_identified() {
    let (world, owner) = World::with_owner().await;
    let stranger = world.stranger().await;
    let stranger_key = stranger.create("Theirs", &["leads:read"]).await;
    for secret in [stranger_key.secret.as_str(), "vx_nothing"] {
        let page = owner
            .form("/keys/found", &[("digest", &sha256(secret))])
            .await
            .expect(200)
            .body;
        page.has("No key of this account matches");
        page.lacks("Theirs");
    }
    for bad in [
        "",
        "abc",
        &"g".repeat(64),
        &"0".repeat(66),
        &stranger_key.secret,
    ] {
        let page = owner
            .form("/keys/found", &[("digest", bad)])
            .await
            .expect(422)
            .body;
        assert!(
            page.contains("Enter the 64 hexadecimal digits")
                && !page.contains(&stranger_key.secret),
            "{bad}"
        );
    }
    world
        .anonymous()
        .form("/keys/found", &[("digest", &sha256("x"))])
        .await
        .expect(303);
}

#[tokio::test]
async fn every_search_that_refuses_a_full_key_links_to_the_page_that_identifies_it() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    owner
        .import("cars.csv", "id,name\nK1,Tesla\n", &[])
        .await
        .expect(200);
    for path in [
        "/keys?q=",
        "/requests?id=",
        "/inventory?q=",
        "/audit?thing=",
    ] {
        let page = owner.get_text(&format!("{path}{}", key.secret)).await;
        page.has("<a href=\"/keys/found\">Identify a key</a>");
        page.lacks(&key.secret);
        let other = owner.get_text(&format!("{path}other")).await;
        other.lacks("<a href=\"/keys/found\">Identify a key</a>");
    }
    let page = owner.get_text(&format!("/search?q={}", key.secret)).await;
    page.has("<a href=\"/keys/found\">");
    page.lacks(&key.secret);
}
