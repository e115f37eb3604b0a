//! Notices about keys that have been on hold since their account was restored.

use crate::support::{Text as _, World};

const RESTORED: &str = "
    UPDATE api_keys SET paused_at = created_at;
    INSERT INTO audit_events (account_id, at, actor_kind, action, subject, detail)
    SELECT account_id, created_at, 'system', 'account.restored', account_id, '{\"paused\":1}' FROM api_keys";
const NOTICE: &str = "One key needs review. This account was restored from a backup on";
const LINK: &str = "href=\"/keys/several?do=resume\"";
const ASK_ADMIN: &str = "Requests with it are rejected until an owner or admin reviews it.";

#[tokio::test]
async fn notice_links_admins_to_restored_keys_and_refers_viewers_to_an_admin() {
    let (world, owner) = World::with_owner().await;
    let admin = world.join(&owner, "grace@example.com", "admin").await;
    let viewer = world.join(&owner, "eve@example.com", "viewer").await;
    owner.create("CRM Sync", &["leads:read"]).await;
    world.sql(RESTORED).await;
    for member in [&owner, &admin] {
        let page = member.get_text("/keys").await;
        page.has_all([NOTICE, LINK]);
        page.has("Check Team too");
        page.lacks(ASK_ADMIN);
        let page = member.get_text("/keys/several?do=resume").await;
        page.has("CRM Sync");
    }
    let page = viewer.get_text("/keys").await;
    page.has_all([NOTICE, ASK_ADMIN]);
    // The page offers no link that would be refused, and suggests no work that is not theirs.
    page.lacks(LINK);
    page.lacks("Check Team too");
}
