//! `/team/{id}/sessions`: the sessions of another member

use crate::support::{Member, OWNER, PASSWORD, TestResponse, Text as _, World};
use domain::seconds::DAY;

const BOB: &str = "bob@example.com";
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                     Version/26.0 Mobile/15E148 Safari/604.1";

/// Signs a member in at a phone with another address.
async fn phone(world: &World, email: &str) -> Member {
    let fields = [("email", email), ("password", PASSWORD)];
    let phone = world
        .anonymous()
        .with_ip([198, 51, 100, 9])
        .with("user-agent", PHONE);
    let response = phone.form("/sign-in", &fields).await.expect(303);
    Member::from_response(world, &response)
}

async fn page(world: &World, email: &str) -> String {
    format!("/team/{}", world.member_id(email).await)
}

async fn end(actor: &Member, page: &str, choice: &str) -> TestResponse {
    let path = format!("{page}/sessions");
    actor.form(&path, &[("end", choice)]).await
}

/// Returns the id of the only session at this address.
fn id_at(page: &str, address: &str) -> String {
    let mut rows = page.split("<tr role=\"row\"").skip(1);
    let row = rows.find(|row| row.contains(address)).unwrap();
    let (_, rest) = row.split_once("value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

#[tokio::test]
async fn sessions_of_a_member_are_listed_and_ended_singly_or_together() {
    let (world, owner) = World::with_owner().await;
    let bob = world.join(&owner, BOB, "viewer").await;
    let phone = phone(&world, BOB).await;
    let path = page(&world, BOB).await;
    let text = owner.get_text(&path).await;
    text.has_all(["Safari on iPhone", "198.51.100.9", "192.0.2.7"]);
    text.has_all(["End session", "End all sessions"]);
    text.lacks("AppleWebKit");
    assert_eq!(text.matches("<th role=\"rowheader\"").count(), 2);
    let id = id_at(&text, "198.51.100.9");
    assert_eq!(id.len(), 16, "{id}");
    let mut connection = world.connection().await;
    let digests: Vec<String> = sqlx::query_scalar("SELECT lower(hex(digest)) FROM sessions")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    for secret in [bob.token(), phone.token()] {
        assert!(!text.contains(secret), "a token is on the page");
    }
    assert!(digests.iter().all(|digest| !text.contains(digest)));

    let response = end(&owner, &path, &id).await.expect(303);
    assert_eq!(response.header("location"), path);
    let text = owner.follow(&response).await.expect(200).body;
    text.has("Session ended. This member is signed out in that browser.");
    text.lacks("End all sessions");
    phone.get("/keys").await.expect(303);
    bob.get("/keys").await.expect(200);
    // The notice is shown once.
    owner.get_text(&path).await.lacks("Session ended.");

    // A second click, and ids that do not exist, change nothing.
    let events = world.count("SELECT count(*) FROM audit_events").await;
    for id in [&*id, "", "0000000000000000"] {
        let response = end(&owner, &path, id).await.expect(303);
        let text = owner.follow(&response).await.expect(200).body;
        text.has("This session had already ended.");
    }
    let after = world.count("SELECT count(*) FROM audit_events").await;
    assert_eq!(after, events);

    let second = world.sign_in(BOB).await;
    let response = end(&owner, &path, "all").await.expect(303);
    let text = owner.follow(&response).await.expect(200).body;
    text.has_all(["All sessions ended.", "This member isn't signed in."]);
    for session in [&bob, &second] {
        session.get("/keys").await.expect(303);
    }
    owner.get("/keys").await.expect(200);
    let log = owner.events("what=sign-ins").await;
    log.has_all(["Sessions ended", OWNER, BOB, "Opened from", "198.51.100.9"]);
    let entries = "SELECT count(*) FROM audit_events JOIN members m ON m.id = actor_id
        WHERE action = 'member.signed_out' AND m.role = 'owner'
            AND subject IN (SELECT id FROM members WHERE email = 'bob@example.com')";
    assert_eq!(world.count(entries).await, 2);

    world.sign_in(BOB).await;
    world.clock.advance_seconds(DAY);
    let owner = world.sign_in(OWNER).await;
    owner
        .get_text(&path)
        .await
        .has("This member isn't signed in.");
}

#[tokio::test]
async fn sessions_are_ended_only_by_members_who_may_manage_the_role() {
    let (world, owner) = World::with_owner().await;
    let admin = world.join(&owner, "admin@example.com", "admin").await;
    let viewer = world.join(&owner, "viewer@example.com", "viewer").await;
    let bob = world.join(&owner, BOB, "admin").await;
    let owner_page = page(&world, OWNER).await;
    let owner_id = {
        let mut connection = world.connection().await;
        let digest: String = sqlx::query_scalar(
            "SELECT lower(hex(digest)) FROM sessions WHERE member_id IN (SELECT id FROM members WHERE role = 'owner')",
        )
        .fetch_one(&mut connection)
        .await
        .unwrap();
        digest[..16].to_owned()
    };
    let before = world.count("SELECT count(*) FROM audit_events").await;
    for (actor, email) in [
        (&viewer, BOB),
        (&viewer, OWNER),
        (&viewer, "viewer@example.com"),
        (&admin, OWNER),
        // Their own sessions are on the account page.
        (&admin, "admin@example.com"),
        (&owner, OWNER),
    ] {
        let path = page(&world, email).await;
        let text = actor.get_text(&path).await;
        text.lacks_all(["End session", "198.51.100.9", &owner_id]);
        for choice in ["all", &owner_id] {
            let refusal = end(actor, &path, choice).await.expect(403);
            refusal.lacks(&owner_id);
        }
    }
    // The id of another member's session ends nothing on the page of a member whom they manage.
    let response = end(&admin, &page(&world, BOB).await, &owner_id).await;
    let text = admin.follow(&response.expect(303)).await.expect(200).body;
    text.has("This session had already ended.");
    let events = "SELECT count(*) FROM audit_events";
    assert_eq!(world.count(events).await, before);
    let stranger = world.stranger().await;
    let before = world.count(events).await;
    for path in [&owner_page, &page(&world, BOB).await] {
        for choice in ["all", &owner_id] {
            end(&stranger, path, choice).await.expect(404);
        }
    }
    assert_eq!(world.count(events).await, before);
    for member in [&owner, &admin, &viewer, &bob] {
        member.get("/keys").await.expect(200);
    }
    let own = owner.get_text(&owner_page).await;
    own.has_all(["href=\"/account\"", "on your account page"]);
}
