//! The Dashboard: an account's numbers, and the first steps of a new account.

use crate::support::{INVENTORY, Member, OWNER, PASSWORD, Text as _, World};
use domain::seconds::{DAY, HOUR};
use serde_json::json;

/// Returns the visible text of the page, with single spaces between its parts.
async fn visible_text(member: &Member) -> String {
    let page = member.get_text("/").await;
    let main = page.split("<main").nth(1).expect("a page has a main part");
    let main = main.split("</main").next().unwrap();
    let parts = main.split('<').filter_map(|part| part.split_once('>'));
    let words = parts.flat_map(|(_, text)| text.split_whitespace());
    words.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn sign_in_leads_to_the_dashboard() {
    let world = World::new().await;
    let response = world.anonymous().get("/").await.expect(303);
    assert_eq!(response.header("location"), "/sign-in");
    let owner = world.owner().await;
    let fields = [("email", OWNER), ("password", PASSWORD)];
    let response = world
        .anonymous()
        .form("/sign-in", &fields)
        .await
        .expect(303);
    assert_eq!(response.header("location"), "/");
    let page = owner.get_text("/").await;
    page.has("<title>Dashboard · Voxum Console</title>");
    assert!(!page.contains("hydrate"), "it is sent without script");
}

#[tokio::test]
async fn first_steps_are_checked_off_and_disappear_when_all_are_done() {
    let (world, owner) = World::with_owner().await;
    let page = visible_text(&owner).await;
    page.has("0 of 3 steps done");
    page.has("Create API Key");
    page.lacks("Rejected requests by reason");

    let key = owner.create("Feed", &INVENTORY).await;
    let page = visible_text(&owner).await;
    page.has("1 of 3 steps done");
    page.has("Done: Create an API key");
    page.has("Rejected requests by reason");

    // A refused call does not complete the step.
    key.get("/api/leads").await.expect(403);
    world.services.flush().await.unwrap();
    let page = visible_text(&owner).await;
    page.has("1 of 3 steps done");
    page.has("Missing permission");

    key.get("/api/key").await.expect(200);
    world.services.flush().await.unwrap();
    visible_text(&owner).await.has("2 of 3 steps done");

    let items = json!({ "items": [{ "id": "A", "name": "a" }] });
    key.post("/api/inventory", &items).await.expect(200);
    assert!(!visible_text(&owner).await.contains("steps done"));
    // Nor do they come back after the calls have long been deleted.
    world.clock.advance_seconds(40 * DAY);
    world.services.usage.sweep_calls().await.unwrap();
    let page = visible_text(&world.sign_in(OWNER).await).await;
    page.lacks("steps done");
    page.has("No requests in the last 30 days");
}

#[tokio::test]
async fn today_is_a_day_in_the_accounts_time_zone() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["inventory:read"]).await;
    for (calls, seconds) in [(3, 5 * HOUR + 1800 + 120), (5, 0)] {
        for _ in 0..calls {
            key.get("/api/key").await.expect(200);
        }
        key.get("/api/leads").await.expect(403);
        world.services.flush().await.unwrap();
        world.clock.advance_seconds(seconds);
    }
    // 05:31 and 11:03 UTC of the same day, which in Honolulu are the evening before and an hour
    // after midnight.
    let page = visible_text(&owner).await;
    page.has("Requests today 10 No requests a week ago to compare with");
    page.has("Rejected today 20.0% 2 rejected");
    page.has("10 requests , 2 rejected");
    world
        .sql("UPDATE accounts SET time_zone = 'Pacific/Honolulu'")
        .await;
    let page = visible_text(&owner).await;
    page.has("Requests today 6 No requests a week ago to compare with");
    page.has("Rejected today 16.7% 1 rejected");
    page.has("10 requests , 2 rejected");
    page.has("time zone Pacific/Honolulu .");
    page.has("23 Nov 5 1 22 Nov 3 1 21 Nov 0 0");
    page.has("Missing permission missing_scope 2");
}

#[tokio::test]
async fn tiles_compare_today_with_a_week_ago_and_lead_to_the_keys() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &["inventory:read"]).await;
    let idle = owner.create("Idle", &["inventory:read"]).await;
    let pause = format!("/keys/{}/pause", idle.id);
    owner.form(&pause, &[]).await.expect(303);
    let call = async |accepted, refused| {
        for _ in 0..accepted {
            key.get("/api/key").await.expect(200);
        }
        for _ in 0..refused {
            key.get("/api/leads").await.expect(403);
        }
        world.services.flush().await.unwrap();
    };
    call(9, 1).await;
    // Later in the day than the part of it that is compared.
    world.clock.advance_seconds(HOUR / 2);
    call(80, 0).await;
    world.clock.advance_seconds(7 * DAY - HOUR / 2);
    call(5, 0).await;
    world.clock.advance_seconds(HOUR / 4);
    call(3, 2).await;
    let owner = world.sign_in(OWNER).await;
    let page = visible_text(&owner).await;
    page.has("Requests today 10 50% fewer than last Monday by 05:45");
    page.has("Rejected today 20.0% 10.0% last Monday by 05:45");
    page.has("Active keys 1 1 paused");
    page.has("Needs attention 0 All keys are in order");
    let html = owner.get_text("/").await;
    html.has_all([
        "href=\"/keys?status=active\"",
        "href=\"/keys?status=attention\"",
        "href=\"/requests?reason=missing_scope\"",
    ]);
}

#[tokio::test]
async fn busiest_keys_of_the_week_are_listed_with_their_refused_calls() {
    let (world, owner) = World::with_owner().await;
    let old = owner.create("Last month", &["inventory:read"]).await;
    old.get("/api/key").await.expect(200);
    world.services.flush().await.unwrap();
    world.clock.advance_seconds(7 * DAY);
    let owner = world.sign_in(OWNER).await;
    let few = owner.create("Few", &["inventory:read"]).await;
    let many = owner.create("Many", &["inventory:read"]).await;
    owner.create("Idle", &["inventory:read"]).await;
    for key in [&few, &many, &many] {
        key.get("/api/key").await.expect(200);
    }
    many.get("/api/leads").await.expect(403);
    world.services.flush().await.unwrap();
    let page = visible_text(&owner).await;
    page.has("Key Requests Many 3 1 rejected Few 1 View recently used keys");
    let html = owner.get_text("/").await;
    html.has(&format!("href=\"/keys/{}\"", many.id));
}

#[tokio::test]
async fn dashboard_shows_keys_items_and_leads_with_their_last_change() {
    let (world, owner) = World::with_owner().await;
    let scopes = ["inventory:read", "inventory:write", "leads:write"];
    let key = owner.create("Dealer <feed>", &scopes).await;
    let other = owner.create("Old", &["leads:read"]).await;
    owner.revoke(&other.id, "Old").await.expect(200);
    let page = visible_text(&owner).await;
    page.has("Active 1 Paused 0 Expired 0 Revoked 1");
    page.has("0 items No items yet.");
    page.has("0 leads No leads yet.");

    let items = json!({ "items": [{ "id": "A", "name": "a" }, { "id": "B", "name": "b" }] });
    key.post("/api/inventory", &items).await.expect(200);
    let lead = json!({ "email": "buyer@acme.example", "status": "won" });
    key.post("/api/leads", &lead).await.expect(201);
    key.post("/api/leads", &json!({ "phone": "1" }))
        .await
        .expect(201);
    let page = visible_text(&owner).await;
    page.has("2 items Last change Items: 2 added by “Dealer &lt;feed&gt;”");
    page.has("2 leads 1 new, 1 won Last change A lead added by");
    page.has("just now · 23 Nov 2026, 05:31:07 UTC");
    page.lacks("buyer@acme.example");
    let file = "id,name\nA,c\n";
    owner
        .import("feed.csv", file, &[("mode", "replace"), ("removals", "1")])
        .await
        .expect(200);
    let page = visible_text(&owner).await;
    page.has("1 item Last change Items imported: 1 changed, 1 removed in the console");
    page.has("Latest events Inventory updated just now 23 Nov 2026, 05:31:07 UTC · ada@example.com Lead added");
    page.has("View audit log");

    world.clock.advance_seconds(84 * DAY);
    let page = visible_text(&world.sign_in(OWNER).await).await;
    page.has("Expiring in the next 30 days Dealer &lt;feed&gt; in 6 days · 21 Feb 2027");
    page.has("1 active or paused key has been unused for 30 days. Review keys");
}

#[tokio::test]
async fn viewer_is_not_offered_to_create_anything() {
    let (world, owner) = World::with_owner().await;
    world.sql("UPDATE members SET role = 'viewer'").await;
    let page = visible_text(&owner).await;
    page.has("Ask an owner or admin of your account to create one.");
    assert!(!page.contains("Create API Key") && !page.contains("a file of items"));
}

#[tokio::test]
async fn dashboard_shows_only_the_numbers_of_its_own_account() {
    let (world, owner) = World::with_owner().await;
    let scopes = ["inventory:write", "leads:write"];
    let key = owner.create("Acme Feed", &scopes).await;
    let items = json!({ "items": [{ "id": "ACME-1", "name": "Acme Car" }] });
    key.post("/api/inventory", &items).await.expect(200);
    key.post("/api/leads", &json!({ "phone": "1" }))
        .await
        .expect(201);
    key.get("/api/leads").await.expect(403);
    world.services.flush().await.unwrap();
    let stranger = world.stranger().await;
    stranger.create("Feed", &["leads:read"]).await;
    let page = visible_text(&stranger).await;
    page.has_all([
        "1 of 3 steps done",
        "Requests Last 30 days No requests in the last 30 days.",
        "Top keys Last 7 days No requests in the last 7 days.",
        "Rejected requests by reason Last 7 days None in the last 7 days.",
        "Active 1 Paused 0 Expired 0 Revoked 0",
        "0 items No items yet.",
        "0 leads No leads yet.",
    ]);
    page.lacks_all(["Acme", "ACME"]);
}

#[tokio::test]
async fn busy_keys_with_the_same_name_are_told_apart_by_their_previews() {
    let (world, owner) = World::with_owner().await;
    let scopes = ["inventory:read"];
    let old = owner.create("Feed", &scopes).await;
    let new = owner.create("Feed", &scopes).await;
    let other = owner.create("CRM Sync", &scopes).await;
    for key in [&old, &new, &other] {
        key.get("/api/inventory").await.expect(200);
    }
    world.services.flush().await.unwrap();
    let page = visible_text(&owner).await;
    for key in [&old, &new] {
        page.has(&format!("Feed {}…", &key.secret[..9]));
    }
    page.lacks(&other.secret[..9]);
}
