//! The allow list of a key, and concurrent edits.

use crate::support::{Answer, Key, LEADS, Member, Text as _, World};

async fn allow(owner: &Member, key: &Key, list: &str) -> Answer {
    let fields = [
        ("name", "CRM Sync"),
        ("scopes", "leads:read"),
        ("allow_list", list),
    ];
    owner.form(&format!("/keys/{}/edit", key.id), &fields).await
}

async fn scene() -> (World, Member, Key) {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    (world, owner, key)
}

#[tokio::test]
async fn call_from_an_address_outside_the_allow_list_is_refused_and_not_counted_as_use() {
    let (world, owner, key) = scene().await;
    let list = "203.0.113.9/24\r\n2001:db8::1/64";
    allow(&owner, &key, list).await.expect(303);
    let refused = key.get("/api/leads").await;
    refused.refused(403, "ip_not_allowed").has("192.0.2.7");
    assert!(!refused.headers.contains_key("ratelimit"));
    world.services.flush().await.unwrap();
    let used = "SELECT count(*) FROM api_keys WHERE last_used_at IS NOT NULL";
    assert_eq!(world.count(used).await, 0);

    key.from([203, 0, 113, 200])
        .get("/api/leads")
        .await
        .expect(200);
    let page = owner.get_text(&format!("/keys/{}", key.id)).await;
    page.has("203.0.113.0/24, 2001:db8::/64");
    page.has("Allowed addresses: none → 203.0.113.0/24, 2001:db8::/64");

    allow(&owner, &key, "").await.expect(303);
    key.get("/api/leads").await.expect(200);
}

#[tokio::test]
async fn forwarded_address_is_accepted_only_from_a_trusted_proxy() {
    let (_world, owner, key) = scene().await;
    allow(&owner, &key, "203.0.113.0/24").await.expect(303);
    let forged = key.with("x-forwarded-for", "203.0.113.9");
    let refused = forged.get("/api/leads").await;
    assert_eq!(refused.problem().1, "ip_not_allowed");
    forged
        .from([192, 0, 2, 254])
        .get("/api/leads")
        .await
        .expect(200);
    let own_tale = key.with("x-forwarded-for", "203.0.113.9, 198.51.100.1");
    let refused = own_tale.from([192, 0, 2, 254]).get("/api/leads").await;
    assert!(
        refused.json()["detail"]
            .as_str()
            .unwrap()
            .contains("198.51.100.1")
    );
}

#[tokio::test]
async fn address_is_checked_after_the_key_and_before_its_permissions() {
    let (_world, owner, key) = scene().await;
    allow(&owner, &key, "203.0.113.0/24").await.expect(303);
    let inventory = key.get("/api/inventory").await;
    assert_eq!(inventory.problem().1, "ip_not_allowed");
    let unread = key.with("content-type", "text/html");
    let unread = unread.send("POST", "/api/leads", "x").await;
    assert_eq!(unread.problem().1, "ip_not_allowed");
    let page = format!("/keys/{}", key.id);
    owner.form(&format!("{page}/pause"), &[]).await.expect(303);
    assert_eq!(key.get("/api/leads").await.problem().1, "paused_key");
}

#[tokio::test]
async fn invalid_network_is_named_at_its_field_and_kept() {
    let (_world, owner, key) = scene().await;
    let many: Vec<_> = (0..101).map(|n| format!("10.0.0.{n}")).collect();
    let many = many.join("\n");
    for (list, told) in [
        (
            "203.0.113.0/24\nexample.com",
            "“example.com” is no address or network.",
        ),
        ("10.0.0.0/33", "“10.0.0.0/33”"),
        (&many, "Use at most 100 networks."),
    ] {
        let page = allow(&owner, &key, list).await.expect(422).body;
        assert!(page.contains(told), "{told}: {page}");
        assert!(page.contains(list), "what was typed is kept");
    }
    key.get("/api/leads").await.expect(200);
}

/// Returns the value of the hidden field of the edit form.
pub(super) fn seen(page: &str) -> String {
    let (_, after) = page
        .split_once("name=\"seen\" value=\"")
        .expect("the field");
    let (value, _) = after
        .split_once("\">")
        .or_else(|| after.split_once("\"/>"))
        .unwrap();
    value.replace("&quot;", "\"").replace("&amp;", "&")
}

/// A colleague removes a permission while another member has the form open. Saving the form again
/// does not grant it again.
#[tokio::test]
async fn stale_edit_keeps_the_changes_of_others_in_fields_that_it_did_not_change() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &LEADS).await;
    let path = format!("/keys/{}/edit", key.id);
    let form = owner.get_text(&path).await;
    let value = |page: &str, before: &str| {
        let (_, after) = page.split_once(before).expect("the field");
        after.split('"').next().unwrap().to_owned()
    };
    let (_, day) = form.split_once("name=\"last_day\"").expect("the field");
    let day = value(day, "value=\"");
    let fields = [
        ("name", "CRM Sync"),
        ("scopes", "leads:read"),
        ("note", "Reads only."),
        ("last_day", &day),
        ("seen", &seen(&form)),
    ];
    owner.form(&path, &fields).await.expect(303);
    let stale = [
        ("name", "CRM of the branch"),
        ("scopes", "leads:read"),
        ("scopes", "leads:write"),
        ("note", ""),
        ("last_day", &day),
        ("seen", &seen(&form)),
    ];
    let refused = owner.form(&path, &stale).await.expect(422).body;
    let input = |scope: &str| {
        let inputs = refused
            .split("<input")
            .find(|input| input.contains(&format!("value=\"{scope}\"")));
        inputs.unwrap().split('>').next().unwrap().to_owned()
    };
    assert!(input("leads:read").contains("checked"), "{refused}");
    assert!(!input("leads:write").contains("checked"), "{refused}");
    refused.has("Reads only.");
    refused.has("value=\"CRM of the branch\"");
}

#[tokio::test]
async fn edit_is_refused_with_the_differences_if_the_key_changed_meanwhile() {
    let (_world, owner, key) = scene().await;
    let path = format!("/keys/{}/edit", key.id);
    let form = owner.get_text(&path).await;
    let first = seen(&form);
    let save = async |name: &str, note: &str, seen: &str| {
        let fields = [
            ("name", name),
            ("note", note),
            ("scopes", "leads:read"),
            ("last_day", "2030-01-31"),
            ("seen", seen),
        ];
        owner.form(&path, &fields).await
    };
    save("First", "", &first).await.expect(303);
    let refused = save("Second", "typed by the second", &first)
        .await
        .expect(422)
        .body;
    refused.has_all([
        "This was changed while you were editing it, so nothing was saved.",
        "Name: “CRM Sync” is now “First”.",
        "value=\"Second\"",
        "typed by the second",
    ]);
    assert!(!refused.contains("Note: "), "only what is different");
    let told = key.get_json("/api/key").await;
    assert_eq!(told["name"], "First", "nothing was lost");

    // A member who has seen the differences and submits the form again may overwrite them. A pause
    // in the meantime does not concern the form.
    owner
        .form(&format!("/keys/{}/pause", key.id), &[])
        .await
        .expect(303);
    save("Second", "", &seen(&refused)).await.expect(303);
    owner
        .form(&format!("/keys/{}/resume", key.id), &[])
        .await
        .expect(303);
    assert_eq!(key.get_json("/api/key").await["name"], "Second");
    let garbled = save("Third", "", "{").await.expect(422).body;
    garbled.has("nothing was saved");
}
