//! Response headers about the expiry of a key.

use crate::support::{TestResponse, World};
use domain::seconds::DAY;

fn fields(response: &TestResponse) -> (&str, &str) {
    (response.header("deprecation"), response.header("sunset"))
}

#[tokio::test]
async fn responses_have_a_sunset_header_in_the_last_seven_days_of_a_key() {
    let (world, owner) = World::with_owner().await;
    // Expires on 21 Feb 2027, 05:31:07.
    let key = owner.create("Feed", &["inventory:read"]).await;
    world.clock.advance_seconds(83 * DAY - 1);
    assert_eq!(fields(&key.get("/api/key").await.expect(200)), ("", ""));
    world.clock.advance_seconds(1);
    let sunset = "Sun, 21 Feb 2027 05:31:07 GMT";
    let ok = key.get("/api/key").await.expect(200);
    assert_eq!(fields(&ok), ("", sunset));
    // Every response to an accepted key has the headers, whatever its status.
    let refusal = key.get("/api/leads").await.expect(403);
    assert_eq!(fields(&refusal), ("", sunset));
    let invalid = key.get("/api/inventory?limit=0").await.expect(400);
    assert_eq!(fields(&invalid), ("", sunset));
    world.clock.advance_seconds(7 * DAY);
    let expired = key.get("/api/key").await.expect(401);
    assert_eq!(fields(&expired), ("", ""));
}

#[tokio::test]
async fn responses_have_deprecation_and_sunset_headers_while_a_key_is_being_replaced() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["inventory:read"]).await;
    world.clock.advance_seconds(60);
    let fields_of_form = [
        ("grace", "30d"),
        ("expires", "never"),
        ("token", "0123456789abcdef"),
    ];
    let page = format!("/keys/{}/rotate", key.id);
    let page = owner.form(&page, &fields_of_form).await.expect(200).body;
    let at = page.find("value=\"vx_").unwrap() + 7;
    let new = world.anonymous().with("x-api-key", &page[at..at + 52]);
    // 23 Nov 2026, 05:32:07.
    let response = key.get("/api/key").await.expect(200);
    let expected = ("@1795411927", "Wed, 23 Dec 2026 05:32:07 GMT");
    assert_eq!(fields(&response), expected);
    let refusal = key.get("/api/leads").await.expect(403);
    assert_eq!(fields(&refusal), expected);
    assert_eq!(fields(&new.get("/api/key").await.expect(200)), ("", ""));
}
