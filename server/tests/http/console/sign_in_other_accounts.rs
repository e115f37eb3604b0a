//! Signing in with a password that is right in one account and wrong in another.

use super::sign_in_accounts::{EVE, OTHER_PASSWORD, eve_in_two_accounts, sign_in};
use crate::support::{Member, OWNER, PASSWORD, TestResponse, World, setup_link};
use domain::seconds::DAY;

const FIRST: &str = "the first guess of many";

async fn sign_in_as(world: &World, email: &str, password: &str) -> TestResponse {
    let fields = [("email", email), ("password", password)];
    world.anonymous().form("/sign-in", &fields).await
}

/// Sets nine passwords in a row and signs in with each one twice. Returns the delay after each, in
/// seconds.
async fn delays(world: &World, member: &Member, email: &str, first: &str) -> Vec<i64> {
    let mut old = first.to_owned();
    let mut delays = Vec::new();
    for number in 0..9 {
        let new = format!("guessed password {number}");
        let fields = [("old_password", &*old), ("password", &*new)];
        member.form("/account/password", &fields).await.expect(303);
        sign_in_as(world, email, &new).await.expect(303);
        let repeat = sign_in_as(world, email, &new).await;
        let delay = match repeat.status.as_u16() {
            303 => 0,
            _ => repeat.expect(429).header("retry-after").parse().unwrap(),
        };
        world.clock.advance_seconds(delay);
        delays.push(delay);
        old = new;
    }
    delays
}

#[tokio::test]
async fn password_guesses_through_another_account_count_as_failures_of_the_member() {
    let world = World::new().await;
    world.owner().await;
    let eve = world.stranger().await;
    let fields = [("email", OWNER), ("role", "viewer")];
    let page = eve.form("/team/invite", &fields).await.expect(200).body;
    let password = [("password", FIRST)];
    let joined = world.anonymous().form(&setup_link(&page), &password).await;
    let member = Member::from_response(&world, &joined.expect(303));

    let delayed = delays(&world, &member, OWNER, FIRST).await;
    assert_eq!(delayed, [0, 0, 0, 0, 0, 1, 2, 4, 8]);
    world.services.flush().await.unwrap();
    let recorded = "SELECT count(*) FROM audit_events e JOIN accounts a ON a.id = e.account_id
        WHERE e.action = 'session.refused' AND a.name = 'Acme Motors'";
    assert_eq!(world.count(recorded).await, 1);
    let counted = "SELECT attempts FROM failed_attempts f JOIN accounts a ON a.id = f.account_id
        WHERE a.name = 'Acme Motors'";
    assert_eq!(world.count(counted).await, 9);
    let members = "SELECT count(*) FROM failed_attempts";
    assert_eq!(world.count(members).await, 1, "none in her own account");
    assert_eq!(world.services.node_metrics().failed_attempts, [0, 9, 0, 0]);
}

#[tokio::test]
async fn delays_after_new_passwords_do_not_reveal_whether_another_account_has_the_address() {
    let world = World::new().await;
    world.owner().await;
    let eve = world.stranger().await;
    let delayed = delays(&world, &eve, EVE, PASSWORD).await;
    assert_eq!(delayed, [0, 0, 0, 0, 0, 1, 2, 4, 8]);
    assert_eq!(world.services.node_metrics().failed_attempts, [0; 4]);
}

#[tokio::test]
async fn sign_in_with_new_passwords_is_not_delayed_if_there_is_one_account() {
    let (world, owner) = World::with_owner().await;
    assert_eq!(delays(&world, &owner, OWNER, PASSWORD).await, [0; 9]);
}

#[tokio::test]
async fn person_with_two_passwords_in_two_accounts_is_not_delayed() {
    let world = eve_in_two_accounts(OTHER_PASSWORD).await;
    for days in [2, 26] {
        for _ in 0..5 {
            sign_in(&world, PASSWORD).await.expect(303);
            sign_in(&world, OTHER_PASSWORD).await.expect(303);
        }
        // Each password is recorded once, in the account in which it is wrong.
        world.services.flush().await.unwrap();
        assert_eq!(world.services.node_metrics().failed_attempts[1], 2);
        let recorded = "SELECT count(DISTINCT account_id) FROM audit_events
            WHERE action = 'session.refused'";
        assert_eq!(world.count(recorded).await, 2);
        world.clock.advance_seconds(days * DAY);
        // A failure deletes old failures, but not the passwords that were tried.
        let unknown = sign_in_as(&world, "nobody@example.com", PASSWORD).await;
        unknown.expect(401);
    }
    sign_in(&world, PASSWORD).await.expect(303);
    assert_eq!(world.services.node_metrics().failed_attempts[1], 2);
}
