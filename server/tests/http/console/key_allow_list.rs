//! The allow list of a key, and concurrent edits.

use crate::support::{Key, LEADS, Member, TestResponse, Text as _, World};

async fn allow(owner: &Member, key: &Key, list: &str) -> TestResponse {
    let fields = [
        ("name", "CRM Sync"),
        ("scopes", "leads:read"),
        ("allow_list", list),
    ];
    owner.form(&format!("/keys/{}/edit", key.id), &fields).await
}

async fn fixture() -> (World, Member, Key) {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    (world, owner, key)
}

#[tokio::test]
async fn call_from_an_address_outside_the_allow_list_is_refused_and_not_counted_as_use() {
    let (world, owner, key) = fixture().await;
    let list = "203.0.113.9/24\r\n2001:db8::1/64";
    allow(&owner, &key, list).await.expect(303);
    let refusal = key.get("/api/leads").await;
    refusal.refusal(403, "ip_not_allowed").has("192.0.2.7");
    assert!(!refusal.headers.contains_key("ratelimit"));
    world.services.flush().await.unwrap();
    let used = "SELECT count(*) FROM api_keys WHERE last_used_at IS NOT NULL";
    assert_eq!(world.count(used).await, 0);

    key.with_ip([203, 0, 113, 200])
        .get("/api/leads")
        .await
        .expect(200);
    let page = owner.get_text(&format!("/keys/{}", key.id)).await;
    page.has("203.0.113.0/24, 2001:db8::/64");
    page.has("Allowed IPs: any → 203.0.113.0/24, 2001:db8::/64");

    allow(&owner, &key, "").await.expect(303);
    key.get("/api/leads").await.expect(200);
}

#[tokio::test]
async fn forwarded_address_is_accepted_only_from_a_trusted_proxy() {
    let (_world, owner, key) = fixture().await;
    allow(&owner, &key, "203.0.113.0/24").await.expect(303);
    let forged = key.with("x-forwarded-for", "203.0.113.9");
    let refusal = forged.get("/api/leads").await;
    assert_eq!(refusal.problem().1, "ip_not_allowed");
    forged
        .with_ip([192, 0, 2, 254])
        .get("/api/leads")
        .await
        .expect(200);
    let spoofed = key.with("x-forwarded-for", "203.0.113.9, 198.51.100.1");
    let refusal = spoofed.with_ip([192, 0, 2, 254]).get("/api/leads").await;
    assert!(
        refusal.json()["detail"]
            .as_str()
            .unwrap()
            .contains("198.51.100.1")
    );
}

#[tokio::test]
async fn address_is_checked_after_the_key_and_before_its_permissions() {
    let (_world, owner, key) = fixture().await;
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
    let (_world, owner, key) = fixture().await;
    let many: Vec<_> = (0..101).map(|n| format!("10.0.0.{n}")).collect();
    let many = many.join("\n");
    for (list, message) in [
        (
            "203.0.113.0/24\nexample.com",
            "“example.com” isn't a valid IP address or CIDR range.",
        ),
        ("10.0.0.0/33", "“10.0.0.0/33”"),
        (&many, "Use at most 100 networks."),
    ] {
        let page = allow(&owner, &key, list).await.expect(422).body;
        assert!(page.contains(message), "{message}: {page}");
        assert!(page.contains(list), "what was typed is kept");
    }
    key.get("/api/leads").await.expect(200);
}

/// Returns the value of the hidden field of the edit form.
pub(super) fn seen_field(page: &str) -> String {
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
        ("seen", &seen_field(&form)),
    ];
    owner.form(&path, &fields).await.expect(303);
    let stale = [
        ("name", "CRM of the branch"),
        ("scopes", "leads:read"),
        ("scopes", "leads:write"),
        ("note", ""),
        ("last_day", &day),
        ("seen", &seen_field(&form)),
    ];
    let refusal = owner.form(&path, &stale).await.expect(422).body;
    let input = |scope: &str| {
        let inputs = refusal
            .split("<input")
            .find(|input| input.contains(&format!("value=\"{scope}\"")));
        inputs.unwrap().split('>').next().unwrap().to_owned()
    };
    assert!(input("leads:read").contains("checked"), "{refusal}");
    assert!(!input("leads:write").contains("checked"), "{refusal}");
    refusal.has("Reads only.");
    refusal.has("value=\"CRM of the branch\"");
}

/// A double click submits a form twice. The second submission finds the change of the first.
#[tokio::test]
async fn edit_that_is_submitted_twice_succeeds_and_is_recorded_once() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &LEADS).await;
    let (page, path) = (
        format!("/keys/{}", key.id),
        format!("/keys/{}/edit", key.id),
    );
    let seen = seen_field(&owner.get_text(&path).await);
    let fields = [
        ("name", "CRM Sync"),
        ("scopes", "leads:read"),
        ("last_day", "2030-01-31"),
        ("seen", &seen),
    ];
    for _ in 0..2 {
        let response = owner.form(&path, &fields).await.expect(303);
        assert_eq!(response.header("location"), page);
        let page = owner.follow(&response).await.expect(200).body;
        page.has("Changes saved.");
        assert_eq!(
            page.matches("Permissions: leads:read, leads:write → leads:read")
                .count(),
            1
        );
    }
    // Another change from the same outdated form is refused.
    let mut other = fields;
    other[0] = ("name", "CRM of the branch");
    let refusal = owner.form(&path, &other).await.expect(422).body;
    refusal.has("your changes weren't saved");
}

#[tokio::test]
async fn edit_is_refused_with_the_differences_if_the_key_changed_meanwhile() {
    let (_world, owner, key) = fixture().await;
    let path = format!("/keys/{}/edit", key.id);
    let form = owner.get_text(&path).await;
    let first = seen_field(&form);
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
    let refusal = save("Second", "typed by the second", &first)
        .await
        .expect(422)
        .body;
    refusal.has_all([
        "This was changed while you were editing it, so your changes weren't saved.",
        "Name: “CRM Sync” is now “First”.",
        "value=\"Second\"",
        "typed by the second",
    ]);
    assert!(!refusal.contains("Note: "), "only what is different");
    let details = key.get_json("/api/key").await;
    assert_eq!(details["name"], "First", "nothing was lost");

    // A member who has seen the differences and submits the form again may overwrite them. A pause
    // in the meantime does not concern the form.
    owner
        .form(&format!("/keys/{}/pause", key.id), &[])
        .await
        .expect(303);
    save("Second", "", &seen_field(&refusal)).await.expect(303);
    owner
        .form(&format!("/keys/{}/resume", key.id), &[])
        .await
        .expect(303);
    assert_eq!(key.get_json("/api/key").await["name"], "Second");
    let garbled = save("Third", "", "{").await.expect(422).body;
    garbled.has("your changes weren't saved");
}
