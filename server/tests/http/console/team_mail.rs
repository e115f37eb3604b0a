//! Invitations and links for a new password, by mail.

use super::second_factor::enable;
use crate::support::{Member, OWNER, PASSWORD, TestResponse, Text as _, World, setup_link};
use domain::seconds::{DAY, HOUR};
use service::MailFailure;

const BOB: &str = "bob@example.com";
const SENT: &str = "Invitation sent by email.";
const NEW_PASSWORD: &str = "another horse battery";

async fn invite(owner: &Member, email: &str) -> TestResponse {
    let fields = [("email", email), ("role", "admin")];
    owner.form("/team/invite", &fields).await
}

#[tokio::test]
async fn invitation_is_mailed_and_its_link_is_shown_to_no_one_else() {
    let (world, owner, inbox) = World::with_mail().await;
    let form = owner.get_text("/team/invite").await;
    form.has_all(["We'll email them the link.", "name=\"by_link\""]);
    let response = invite(&owner, BOB).await.expect(303);
    let page = owner.follow(&response).await.expect(200).body;
    page.has_all([SENT, "Open invitations", BOB]);
    page.lacks("/setup/");
    let mails = inbox.take();
    let [(to, text)] = &mails[..] else {
        panic!("{mails:?}");
    };
    assert_eq!(to, BOB);
    text.has_all([
        "ada@example.com invited you to “Acme Motors” on Voxum Console, as an admin.",
        "http://127.0.0.1:3000/setup/",
        "expires on 26 Nov 2026",
    ]);
    let (_, rest) = text.split_once("/setup/").unwrap();
    let link = format!("/setup/{}", &rest[..64]);
    let joined = world
        .anonymous()
        .form(&link, &[("password", PASSWORD)])
        .await;
    Member::from_response(&world, &joined.expect(303));
    let log = owner.get_text("/audit/log.jsonl").await;
    log.lacks(&link);
}

#[tokio::test]
async fn inviting_member_may_share_the_link_without_a_mail() {
    let (_world, owner, inbox) = World::with_mail().await;
    let fields = [("email", BOB), ("role", "viewer"), ("by_link", "1")];
    let page = owner.form("/team/invite", &fields).await.expect(200).body;
    setup_link(&page);
    page.lacks("The email wasn't sent.");
    assert_eq!(inbox.take(), []);
}

#[tokio::test]
async fn link_is_shown_with_the_reason_if_the_mail_was_not_accepted() {
    let (world, owner, inbox) = World::with_mail().await;
    let rejected = "The mail server responded with 550.";
    for (failure, reason) in [
        (MailFailure::Rejected(rejected.to_owned()), rejected),
        (MailFailure::Deferred, "didn't accept it for now"),
        (MailFailure::Unreachable, "can't be reached"),
    ] {
        inbox.fail(Some(failure));
        let page = invite(&owner, BOB).await.expect(200);
        page.has_all([
            "The email wasn't sent.",
            reason,
            "Share this invitation link",
        ]);
        world.clock.advance_seconds(HOUR);
        world
            .anonymous()
            .get(&setup_link(&page.body))
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn number_of_mails_to_one_person_and_of_one_account_is_bounded() {
    let (world, owner, inbox) = World::with_mail().await;
    for _ in 0..3 {
        invite(&owner, BOB).await.expect(303);
    }
    let page = invite(&owner, BOB).await.expect(200);
    page.has_all(["Too many emails were sent", "Share this invitation link"]);
    assert_eq!(inbox.take().len(), 3);
    // Another account neither has to wait for this one nor sees its mails.
    let stranger = world.stranger().await;
    invite(&stranger, BOB).await.expect(303);
    assert_eq!(inbox.take().len(), 1);
    world.clock.advance_seconds(HOUR);
    invite(&owner, BOB).await.expect(303);
    invite(&owner, BOB).await.expect(200);
    for number in 5..51 {
        let email = format!("guest-{number}@example.com");
        invite(&owner, &email).await.expect(303);
    }
    invite(&owner, "last@example.com").await.expect(200);
    invite(&stranger, "other@example.com").await.expect(303);
    world.clock.advance_seconds(60);
    invite(&owner, "last@example.com").await.expect(303);
}

async fn reset(actor: &Member, world: &World, email: &str) -> TestResponse {
    let id = world.member_id(email).await;
    actor.form(&format!("/team/{id}/reset"), &[]).await
}

/// Uses a reset link, and returns the member.
async fn set_password(world: &World, link: &str) -> Member {
    let fields = [("password", NEW_PASSWORD)];
    let response = world.anonymous().form(link, &fields).await;
    Member::from_response(world, &response.expect(303))
}

#[tokio::test]
async fn mailed_reset_link_sets_a_new_password_and_turns_the_second_factor_off() {
    let (world, owner, inbox) = World::with_mail().await;
    let bob = world.join(&owner, BOB, "viewer").await;
    inbox.take();
    enable(&world, &bob).await;
    let response = reset(&owner, &world, BOB).await.expect(303);
    let page = owner.follow(&response).await.expect(200).body;
    page.has("We emailed them a link to set a new password.");
    page.lacks("/setup/");
    let link = inbox.link(BOB);
    // Until it is used, nothing changes.
    bob.get("/account").await.expect(200);
    world.clock.advance_seconds(HOUR);
    let new = set_password(&world, &link).await;
    bob.get("/account").await.expect(303);
    let account = new.get_text("/account").await;
    account.has("Off. Turn it on");
    world.anonymous().get(&link).await.expect(404);
    let log = owner.get_text("/audit?what=sign-ins").await;
    log.has("Password reset link created");

    reset(&owner, &world, BOB).await.expect(303);
    let link = inbox.link(BOB);
    world.clock.advance_seconds(DAY);
    world.anonymous().get(&link).await.expect(404);
}

#[tokio::test]
async fn reset_link_is_mailed_only_to_members_whom_the_sender_may_manage() {
    let (world, owner, inbox) = World::with_mail().await;
    let admin = world.join(&owner, BOB, "admin").await;
    let viewer = world.join(&owner, "cyd@example.com", "viewer").await;
    inbox.take();
    for (actor, email) in [
        (&viewer, BOB),
        (&viewer, "cyd@example.com"),
        (&admin, OWNER),
        (&admin, BOB),
        (&owner, OWNER),
    ] {
        reset(actor, &world, email).await.expect(403);
    }
    let stranger = world.stranger().await;
    reset(&stranger, &world, BOB).await.expect(404);
    let id = world.member_id(BOB).await;
    let deactivated = owner.form(&format!("/team/{id}/deactivate"), &[]).await;
    deactivated.expect(303);
    reset(&owner, &world, BOB).await.expect(403);
    assert_eq!(inbox.take(), []);
    assert_eq!(world.count("SELECT count(*) FROM links").await, 0);
}

#[tokio::test]
async fn reset_mail_that_was_not_accepted_is_reported_without_the_link() {
    let (world, owner, inbox) = World::with_mail().await;
    world.join(&owner, BOB, "viewer").await;
    inbox.fail(Some(MailFailure::Unreachable));
    let page = reset(&owner, &world, BOB).await.expect(503);
    page.has_all([
        "The email wasn't sent.",
        "can't be reached",
        "Email a reset link",
    ]);
    page.lacks("/setup/");
}

#[tokio::test]
async fn without_mail_the_member_page_refers_to_the_operator() {
    let (world, owner) = World::with_owner().await;
    world.join(&owner, BOB, "viewer").await;
    let page = format!("/team/{}", world.member_id(BOB).await);
    let text = owner.get_text(&page).await;
    text.has("ask your operator for a reset link");
    text.lacks("Email a reset link");
    reset(&owner, &world, BOB).await.expect(404);
}
