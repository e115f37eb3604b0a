//! Keys that are still in use after their end: a notice above the list links to them.

use crate::support::{Member, Text as _, World};
use domain::seconds::DAY;

const LIST: &str = "/keys?status=dead-in-use";
/// Last use of a key in its row.
const NEVER: &str = "<span class=\"second\">Never used</span>";
const REJECTED: &str = "<span class=\"second\">Rejected</span>";

/// Returns the page's notice about them.
async fn notice(member: &Member, path: &str) -> Option<String> {
    let page = member.get_text(path).await;
    let (_, notices) = page.split_once("class=\"notice brief\"")?;
    let (_, notice) = notices.split_once(&format!("<a href=\"{LIST}\">"))?;
    let (title, rest) = notice.split_once("</a>").unwrap();
    let (text, _) = rest.split_once("</li>").unwrap();
    Some(format!("{title}{text}"))
}

#[tokio::test]
async fn notice_above_the_list_names_revoked_keys_that_are_still_in_use() {
    let (world, owner) = World::with_owner().await;
    let live = owner.create("Live", &["leads:read"]).await;
    let mut dead = Vec::new();
    for name in ["Old feed", "Old CRM", "Older", "Oldest"] {
        let key = owner.create(name, &["leads:read"]).await;
        owner.revoke(&key.id, "").await.expect(200);
        world.clock.advance_seconds(1);
        dead.push(key);
    }
    live.get("/api/leads").await.expect(200);
    world.services.flush().await.unwrap();
    assert_eq!(notice(&owner, "/keys").await, None);
    let page = owner.get_text("/keys").await;
    assert_eq!(page.matches(NEVER).count(), 4);
    let page = owner.get_text(LIST).await;
    page.has("No revoked or expired key is in use");
    let page = owner.get_text("/").await;
    page.lacks(LIST);

    for (calls, expected) in [
        (1, "1 revoked or expired key is still in use: “Old feed”."),
        (
            2,
            "2 revoked or expired keys are still in use: “Old CRM”, “Old feed”.",
        ),
        (
            4,
            "4 revoked or expired keys are still in use: “Oldest”, “Older”, “Old CRM” and 1 more.",
        ),
    ] {
        for key in &dead[..calls] {
            key.get("/api/leads").await.expect(401);
        }
        world.services.flush().await.unwrap();
        assert_eq!(notice(&owner, "/keys").await.as_deref(), Some(expected));
    }
    let page = owner.get_text("/").await;
    page.has(&format!("href=\"{LIST}\""));
    let page = owner.get_text(LIST).await;
    page.has("4 keys match");
    // “Never used” would contradict the notice.
    assert_eq!(page.matches(REJECTED).count(), 4);
    page.lacks(NEVER);
    page.lacks(">Live<");
    page.has("Status: Revoked or expired but in use");
    assert_eq!(notice(&owner, LIST).await, None, "these are all of them");
    let stranger = world.stranger().await;
    assert_eq!(notice(&stranger, "/keys").await, None);

    world.clock.advance_seconds(7 * DAY);
    let owner = world.sign_in("ada@example.com").await;
    assert_eq!(
        notice(&owner, "/keys").await,
        None,
        "seven days later it is no news"
    );
}
