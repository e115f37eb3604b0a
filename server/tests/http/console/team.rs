//! `/team`, and the forms that change the team's members

use crate::support::{Member, OWNER, PASSWORD, TestResponse, Text as _, World, setup_link};
use domain::seconds::DAY;

const BOB: &str = "bob@example.com";

async fn sign_in(world: &World, email: &str) -> TestResponse {
    let fields = [("email", email), ("password", PASSWORD)];
    world.anonymous().form("/sign-in", &fields).await
}

/// Returns a member's row on the team's page.
async fn row(reader: &Member, email: &str) -> String {
    let page = reader.get_text("/team").await;
    let rows = page.split("<tr role=\"row\"").skip(1);
    let found = rows
        .into_iter()
        .find(|row| row.contains(&format!(">{email}<")));
    let row = found.expect("the member is listed");
    row.split_once("</tr>").unwrap().0.to_owned()
}

async fn change(
    actor: &Member,
    world: &World,
    email: &str,
    verb: &str,
    role: &str,
) -> TestResponse {
    let id = world.member_id(email).await;
    let fields = [("role", role), ("confirm", email)];
    actor.form(&format!("/team/{id}/{verb}"), &fields).await
}

#[tokio::test]
async fn invitation_link_is_shown_once_and_works_once() {
    let (world, owner) = World::with_owner().await;
    let fields = [("email", " Bob@Example.com "), ("role", "admin")];
    let response = owner.form("/team/invite", &fields).await.expect(200);
    assert_eq!(response.header("cache-control"), "no-store");
    assert!(
        !response.body.contains("hydrate"),
        "no script sees the link"
    );
    let link = setup_link(&response.body);
    let token = link.trim_start_matches("/setup/").to_owned();
    for page in ["/team", "/team/invite", "/audit", "/audit/log.jsonl"] {
        let page = owner.get_text(page).await;
        assert!(!page.contains(&token), "the link is shown again");
    }
    let team = owner.get_text("/team").await;
    team.has_all(["Open invitations", BOB]);
    let page = world.anonymous().get(&link).await.expect(200);
    page.has_all(["Join the team", "Acme Motors", BOB, "Your role is admin"]);
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    let short = [("password", "short")];
    let refusal = world.anonymous().form(&link, &short).await.expect(422).body;
    refusal.has("at least 12 characters");
    let response = world
        .anonymous()
        .form(&link, &[("password", PASSWORD)])
        .await;
    let bob = Member::from_response(&world, &response.expect(303));
    bob.create("Feed", &["leads:read"]).await;
    world.anonymous().get(&link).await.expect(404);
    let repeat = world
        .anonymous()
        .form(&link, &[("password", PASSWORD)])
        .await;
    repeat.expect(404);
    let team = owner.get_text("/team").await;
    team.lacks("Open invitations");
    assert!(row(&owner, BOB).await.contains("Admin"));
    let log = owner.events("what=team").await;
    log.has_all(["Member invited", "Member joined"]);
    // Only the hash of the link is stored.
    world.store.close().await;
    for name in ["voxum.db", "voxum.db-wal"] {
        let file = std::fs::read(world.folder.path().join(name)).unwrap_or_default();
        assert!(!file.windows(64).any(|window| window == token.as_bytes()));
    }
}

#[tokio::test]
async fn invitation_expires_after_three_days_and_can_be_withdrawn() {
    let (world, owner) = World::with_owner().await;
    let invite = async |email: &str| {
        let fields = [("email", email), ("role", "viewer")];
        setup_link(&owner.form("/team/invite", &fields).await.expect(200).body)
    };
    let withdrawn_link = invite(BOB).await;
    let response = owner.form("/team/withdraw", &[("email", BOB)]).await;
    let page = owner.follow(&response.expect(303)).await.expect(200).body;
    page.has("Invitation canceled.");
    world.anonymous().get(&withdrawn_link).await.expect(404);
    // So can one whose address was stored before new addresses had to have an ending.
    let unusual_link = invite("carl@example.com").await;
    world
        .sql("UPDATE links SET email = 'carl@brenner' WHERE email = 'carl@example.com'")
        .await;
    let fields = [("email", "carl@brenner")];
    owner.form("/team/withdraw", &fields).await.expect(303);
    world.anonymous().get(&unusual_link).await.expect(404);
    let older_link = invite(BOB).await;
    // The button in the row of an open invitation.
    let team = owner.get_text("/team").await;
    let (_, row) = team.split_once("Invitations that haven").unwrap();
    let (_, form) = row.split_once("action=\"/team/invite\"").unwrap();
    let form = form.split_once("</form>").unwrap().0;
    form.has_all([
        "name=\"email\" value=\"bob@example.com\"",
        "name=\"role\" value=\"viewer\"",
        "Get a new link",
    ]);
    let new_link = invite(BOB).await;
    world.anonymous().get(&older_link).await.expect(404);
    world.clock.advance_seconds(3 * DAY - 1);
    world.anonymous().get(&new_link).await.expect(200);
    world.clock.advance_seconds(1);
    world.anonymous().get(&new_link).await.expect(404);
}

#[tokio::test]
async fn invalid_invitation_is_refused_at_its_field_and_kept() {
    let (world, owner) = World::with_owner().await;
    for (email, role, message) in [
        ("bob", "admin", "Enter a valid email address"),
        (BOB, "root", "Select a role."),
        (OWNER, "admin", "This email already belongs to a member."),
    ] {
        let fields = [("email", email), ("role", role)];
        let page = owner.form("/team/invite", &fields).await.expect(422).body;
        assert!(page.contains(message), "{message}: {page}");
        assert!(page.contains(&format!("value=\"{email}\"")), "{email}");
        page.lacks("/setup/");
    }
    // An address in another account is like any other one, and its holder becomes a member of this
    // account as well.
    world.stranger().await;
    let fields = [("email", "eve@example.org"), ("role", "viewer")];
    let link = setup_link(&owner.form("/team/invite", &fields).await.expect(200).body);
    let joined = world
        .anonymous()
        .form(&link, &[("password", PASSWORD)])
        .await;
    joined.expect(303);
}

#[tokio::test]
async fn each_role_allows_only_its_own_team_changes() {
    let (world, owner) = World::with_owner().await;
    let admin = world.join(&owner, "admin@example.com", "admin").await;
    let viewer = world.join(&owner, "viewer@example.com", "viewer").await;
    let second = world.join(&owner, "second@example.com", "owner").await;
    world.join(&owner, BOB, "viewer").await;
    let before = world.count("SELECT count(*) FROM audit_events").await;
    // Viewers change nothing, and admins nothing about owners.
    for verb in ["role", "sessions", "deactivate", "reactivate", "hand-over"] {
        for email in [BOB, "admin@example.com", OWNER] {
            change(&viewer, &world, email, verb, "viewer")
                .await
                .expect(403);
        }
        change(&admin, &world, OWNER, verb, "viewer")
            .await
            .expect(403);
        // No member changes their own role or access.
        let status = if verb == "hand-over" { 422 } else { 403 };
        change(&owner, &world, OWNER, verb, "viewer")
            .await
            .expect(status);
        change(&admin, &world, "admin@example.com", verb, "viewer")
            .await
            .expect(403);
    }
    change(&admin, &world, BOB, "role", "owner")
        .await
        .expect(403);
    change(&admin, &world, BOB, "hand-over", "")
        .await
        .expect(403);
    for (actor, role) in [(&viewer, "viewer"), (&admin, "owner")] {
        let fields = [("email", "new@example.com"), ("role", role)];
        let page = actor.form("/team/invite", &fields).await.expect(403).body;
        page.has("You don't have permission to do this");
        page.lacks("/setup/");
    }
    let fields = [("email", "boss@example.com"), ("role", "owner")];
    second.form("/team/invite", &fields).await.expect(200);
    for actor in [&viewer, &admin] {
        let fields = [("email", "boss@example.com")];
        actor.form("/team/withdraw", &fields).await.expect(403);
        // A second invitation would end the first.
        let fields = [("email", "boss@example.com"), ("role", "viewer")];
        actor.form("/team/invite", &fields).await.expect(403);
    }
    let after = world.count("SELECT count(*) FROM audit_events").await;
    assert_eq!(after, before + 1, "the one invitation by an owner");
    // The page shows what each reader may change.
    for (reader, email, changes) in [
        (&viewer, BOB, false),
        (&admin, BOB, true),
        (&admin, OWNER, false),
        (&owner, "second@example.com", true),
        (&owner, OWNER, false),
    ] {
        assert_eq!(
            row(reader, email).await.contains("/team/"),
            changes,
            "{email}"
        );
    }
    viewer.get("/team").await.expect(200).lacks("/team/invite");
    viewer
        .get("/team/invite")
        .await
        .expect(200)
        .lacks("name=\"email\"");
    // And they are allowed to do it.
    let response = change(&admin, &world, BOB, "role", "admin")
        .await
        .expect(303);
    let page = admin.follow(&response).await.expect(200).body;
    page.has("Role changed.");
    assert!(row(&admin, BOB).await.contains("Admin"));
    change(&owner, &world, "second@example.com", "role", "viewer")
        .await
        .expect(303);
    // A role applies from the next request on.
    second.get("/team").await.expect(200).lacks("/team/invite");
    // An invitation ends with the role in which it was made.
    owner
        .get("/team")
        .await
        .expect(200)
        .lacks("boss@example.com");
}

#[tokio::test]
async fn deactivated_member_is_signed_out_at_once_and_cannot_sign_in() {
    let (world, owner) = World::with_owner().await;
    let bob = world.join(&owner, BOB, "admin").await;
    let key = bob.create("Feed", &["leads:read"]).await;
    let path = format!("/team/{}", world.member_id(BOB).await);
    let page = owner.get_text(&path).await;
    assert!(
        !page.contains("/deactivate\""),
        "one click does nothing: {page}"
    );
    let question = owner.get(&format!("{path}?ask=deactivate")).await;
    let question = question.expect(200).body;
    question.has(&format!("Deactivate {BOB}?"));
    question.has(&format!("action=\"{path}/deactivate\""));
    let response = change(&owner, &world, BOB, "deactivate", "")
        .await
        .expect(303);
    let page = owner.follow(&response).await.expect(200).body;
    page.has("Member deactivated.");
    bob.get("/keys").await.expect(303);
    let call = bob.call("keys/list", &serde_json::json!({})).await;
    assert_eq!(call.json()["Err"], "signed_out");
    assert_eq!(world.count("SELECT count(*) FROM sessions").await, 1);
    let page = sign_in(&world, BOB).await.expect(401).body;
    page.has("Incorrect email or password");
    world.clock.advance_seconds(60);
    assert!(row(&owner, BOB).await.contains("Deactivated"));
    // Their keys stay and show that their creator is deactivated.
    key.get("/api/key").await.expect(200);
    let key_page = owner.get_text(&format!("/keys/{}", key.id)).await;
    key_page.has("(deactivated member)");
    // Nor does a link of the operator let them in.
    let email = domain::Email::parse(BOB).unwrap();
    assert!(world.services.links.reset_link(&email, None).await.is_err());

    change(&owner, &world, BOB, "reactivate", "")
        .await
        .expect(303);
    bob.get("/keys").await.expect(303);
    sign_in(&world, BOB).await.expect(303);
    let key_page = owner.get_text(&format!("/keys/{}", key.id)).await;
    key_page.lacks("(deactivated member)");
    let log = owner.events("what=team").await;
    log.has_all(["Member deactivated", "Member reactivated", "May sign in"]);
}

#[tokio::test]
async fn invitation_to_an_address_without_a_domain_ending_is_refused() {
    let (_world, owner) = World::with_owner().await;
    let fields = [("email", "jonas@brenner"), ("role", "viewer")];
    let page = owner.form("/team/invite", &fields).await.expect(422).body;
    page.has_all([
        "jonas@brenner",
        "including an ending such as .com, for example name@company.com",
    ]);
    page.lacks("/setup/");
}

#[tokio::test]
async fn open_links_of_a_member_stop_working_when_they_are_deactivated() {
    let (world, owner) = World::with_owner().await;
    let bob = world.join(&owner, BOB, "admin").await;
    let reset = world.reset_link(BOB).await;
    let fields = [("email", "guest@example.com"), ("role", "admin")];
    let invited = setup_link(&bob.form("/team/invite", &fields).await.expect(200).body);
    change(&owner, &world, BOB, "deactivate", "")
        .await
        .expect(303);
    for link in [reset, invited] {
        let response = world
            .anonymous()
            .form(&link, &[("password", PASSWORD)])
            .await;
        response.expect(404);
    }
}

#[tokio::test]
async fn owner_can_hand_over_to_an_active_member_by_typing_their_address() {
    let (world, owner) = World::with_owner().await;
    let bob = world.join(&owner, BOB, "viewer").await;
    let id = world.member_id(BOB).await;
    let at = format!("/team/{id}/hand-over");
    let page = owner
        .form(&at, &[("confirm", "bob")])
        .await
        .expect(422)
        .body;
    page.has_all(["The email doesn't match. Type", "value=\"bob\""]);
    change(&owner, &world, BOB, "deactivate", "")
        .await
        .expect(303);
    let page = owner.form(&at, &[("confirm", BOB)]).await.expect(422).body;
    page.has("Only an active member");
    change(&owner, &world, BOB, "reactivate", "")
        .await
        .expect(303);
    let response = owner.form(&at, &[("confirm", " Bob@example.com")]).await;
    let page = owner.follow(&response.expect(303)).await.expect(200).body;
    page.has("You're now an admin.");
    let events = world.count("SELECT count(*) FROM audit_events").await;
    let again = owner.form(&at, &[("confirm", BOB)]).await;
    let page = owner.follow(&again.expect(303)).await.expect(200).body;
    page.has("You're now an admin.");
    let now = world.count("SELECT count(*) FROM audit_events").await;
    assert_eq!(now, events, "a second click changes nothing");
    drop(bob);
    let bob = world.sign_in(BOB).await;
    assert!(row(&bob, BOB).await.contains("Owner"));
    assert!(row(&bob, OWNER).await.contains("Admin"));
    let log = bob.events("what=team").await;
    log.has_all(["Ownership transferred", "<del>ada@example.com</del>"]);
}

#[tokio::test]
async fn transfer_of_ownership_is_repeated_only_for_the_owner_who_made_it() {
    let (world, owner) = World::with_owner().await;
    world.join(&owner, BOB, "viewer").await;
    let carol = world.join(&owner, "carol@example.com", "admin").await;
    let id = world.member_id(BOB).await;
    let at = format!("/team/{id}/hand-over");
    let fields = [("confirm", BOB)];
    owner.form(&at, &fields).await.expect(303);
    carol.form(&at, &fields).await.expect(403);
    let other = world.member_id("carol@example.com").await;
    let to_other = [("confirm", "carol@example.com")];
    let path = format!("/team/{other}/hand-over");
    owner.form(&path, &to_other).await.expect(403);
    // Another change of the former owner ends the repetition.
    owner.create("CRM Sync", &["leads:read"]).await;
    owner.form(&at, &fields).await.expect(403);
}

#[tokio::test]
async fn transfer_of_ownership_is_repeated_only_while_the_other_member_is_an_active_owner() {
    let (world, owner) = World::with_owner().await;
    let carol = world.join(&owner, "carol@example.com", "owner").await;
    let bob = world.join(&owner, BOB, "admin").await;
    let id = world.member_id(BOB).await;
    let at = format!("/team/{id}/hand-over");
    let repeat = async || owner.form(&at, &[("confirm", BOB)]).await;
    repeat().await.expect(303);
    repeat().await.expect(303);
    change(&carol, &world, BOB, "deactivate", "")
        .await
        .expect(303);
    repeat().await.expect(403);
    change(&carol, &world, BOB, "reactivate", "")
        .await
        .expect(303);
    repeat().await.expect(303);
    drop(bob);
    let bob = world.sign_in(BOB).await;
    change(&bob, &world, "carol@example.com", "hand-over", "")
        .await
        .expect(303);
    repeat().await.expect(403);
}

#[tokio::test]
async fn unknown_member_is_not_found() {
    let (_world, owner) = World::with_owner().await;
    owner.get("/team/none").await.expect(404);
    for verb in ["role", "sessions", "deactivate", "reactivate", "hand-over"] {
        let fields = [("role", "admin")];
        owner
            .form(&format!("/team/none/{verb}"), &fields)
            .await
            .expect(404);
        owner
            .form(&format!("/team/%00/{verb}"), &fields)
            .await
            .expect(404);
    }
}
