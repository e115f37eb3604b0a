//! Texts that read the same are equal in searches and confirmations, however they are typed.

use crate::support::{INVENTORY, OWNER, PASSWORD, Text as _, World};
use serde_json::json;

#[tokio::test]
async fn key_can_be_found_and_revoked_by_any_spelling_of_its_name() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Cafe\u{301} Straße", &["leads:read"]).await;
    key.get("/api/key").await.expect(200);
    world.services.flush().await.unwrap();
    for q in [
        "Caf%C3%A9",
        "CAFE%CC%81",
        "strasse",
        "STRA%E1%BA%9EE",
        "caf%C3%A9+stra%C3%9F",
    ] {
        let page = owner.get_text(&format!("/keys?q={q}")).await;
        assert!(page.contains(&key.id), "{q}");
    }
    let wrong = owner.revoke(&key.id, "Cafe Strasse").await.expect(200);
    wrong.has("The name doesn't match.");
    key.get("/api/key").await.expect(200);
    let revoked = owner.revoke(&key.id, "CAFÉ STRASSE").await.expect(200);
    revoked.has("\"Ok\"");
    assert_eq!(key.get("/api/key").await.problem().1, "revoked_key");
}

#[tokio::test]
async fn items_can_be_found_by_any_spelling_of_their_name() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &INVENTORY).await;
    let names = ["Cafe\u{301} Straße", "Other", "ＦＵＬＬ width"];
    let items: Vec<_> = (1..)
        .zip(names)
        .map(|(n, name)| json!({ "id": format!("I{n}"), "name": name }))
        .collect();
    let feed = json!({ "items": items });
    key.post("/api/inventory", &feed).await.expect(200);
    for (q, id) in [
        ("caf%C3%A9", "I1"),
        ("CAFE%CC%81+STRASSE", "I1"),
        ("stra%C3%9Fe", "I1"),
        ("full+WIDTH", "I3"),
    ] {
        let list = key.get(&format!("/api/inventory?q={q}")).await.expect(200);
        let list = list.json();
        assert_eq!(list["items"][0]["id"], id, "{q}");
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{q}");
        let page = owner.get_text(&format!("/inventory?q={q}")).await;
        assert!(page.contains("1 of 3 items"), "{q}: {page}");
    }
    // An earlier version only converted names to lower case.
    world
        .sql("UPDATE items SET search = 'i1' || char(10) || 'café straße' WHERE id = 'I1'")
        .await;
    for q in ["stra%C3%9Fe", "CAF%C3%89"] {
        let list = key.get(&format!("/api/inventory?q={q}")).await.expect(200);
        assert_eq!(list.json()["items"][0]["id"], "I1", "{q}");
    }
}

#[tokio::test]
async fn account_name_confirms_in_any_spelling() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["leads:read"]).await;
    world
        .sql("UPDATE accounts SET name = 'Müller & Söhne'")
        .await;
    let confirm = async |name: &str| owner.form("/keys/revoke-all", &[("confirm", name)]).await;
    confirm("Muller & Sohne").await.expect(422);
    key.get("/api/key").await.expect(200);
    confirm("MU\u{308}LLER &  so\u{308}hne").await.expect(303);
    assert_eq!(key.get("/api/key").await.problem().1, "revoked_key");
}

#[tokio::test]
async fn member_with_a_non_ascii_address_signs_in_with_any_spelling_of_it() {
    let world = World::new().await;
    world.owner().await;
    let sign_in = async |email: &str| {
        let fields = [("email", email), ("password", PASSWORD)];
        world
            .anonymous()
            .form("/sign-in", &fields)
            .await
            .status
            .as_u16()
    };
    assert_eq!(sign_in(&OWNER.to_uppercase()).await, 303);
    for stored in [
        "UPDATE members SET email = 'zoë@example.com'",
        "UPDATE members SET email = 'zoe' || char(776) || '@example.com'",
    ] {
        world.sql(stored).await;
        for typed in [
            "zoë@example.com",
            "ZOE\u{308}@example.com",
            "Zoë@Example.com",
        ] {
            assert_eq!(sign_in(typed).await, 303, "{typed}: {stored}");
        }
        assert_ne!(sign_in("zoe@example.com").await, 303);
    }
}
