//! Signing in with an address that members of several accounts share.

use super::second_factor::{enable, field};
use crate::support::{Member, OWNER, PASSWORD, TestResponse, Text as _, World, setup_link};
use domain::AccountName;

pub(super) const EVE: &str = "eve@example.org";
pub(super) const OTHER_PASSWORD: &str = "three gulls on a wet roof";

pub(super) async fn sign_in(world: &World, password: &str) -> TestResponse {
    let fields = [("email", EVE), ("password", password), ("next", "/keys")];
    world.anonymous().form("/sign-in", &fields).await
}

/// Creates a world in which Eve owns Other Cars, with the usual password, and has joined Acme
/// Motors with `password`.
pub(super) async fn eve_in_two_accounts(password: &str) -> World {
    let (world, owner) = World::with_owner().await;
    world.stranger().await;
    let fields = [("email", EVE), ("role", "viewer")];
    let page = owner.form("/team/invite", &fields).await.expect(200).body;
    let link = setup_link(&page);
    let joined = world
        .anonymous()
        .form(&link, &[("password", password)])
        .await;
    joined.expect(303);
    world
}

async fn account_of(world: &World, response: TestResponse) -> String {
    let page = Member::from_response(world, &response.expect(303))
        .get("/settings")
        .await;
    let page = page.expect(200).body;
    let names = ["Acme Motors", "Other Cars"];
    let shown: Vec<_> = names
        .into_iter()
        .filter(|name| page.contains(name))
        .collect();
    shown.join(" and ")
}

/// Returns the tokens of the choice, in the order of `names`.
fn steps(page: &str, names: [&str; 2]) -> [String; 2] {
    names.map(|name| {
        let (before, _) = page.split_once(name).expect("the account is offered");
        let (_, value) = before.rsplit_once("value=\"").unwrap();
        value.split_once('"').unwrap().0.to_owned()
    })
}

async fn choose(world: &World, step: &str) -> TestResponse {
    let fields = [("step", step), ("next", "/keys")];
    world.anonymous().form("/sign-in/account", &fields).await
}

#[tokio::test]
async fn password_signs_in_to_the_account_that_it_belongs_to() {
    let world = eve_in_two_accounts(OTHER_PASSWORD).await;
    assert_eq!(
        account_of(&world, sign_in(&world, PASSWORD).await).await,
        "Other Cars"
    );
    assert_eq!(
        account_of(&world, sign_in(&world, OTHER_PASSWORD).await).await,
        "Acme Motors"
    );
    let refusal = sign_in(&world, "wrong horse battery").await.expect(401);
    refusal.lacks_all(["Acme Motors", "Other Cars"]);
    // The failure is in the audit log of each account, and counts once.
    world.services.flush().await.unwrap();
    let failed =
        "SELECT count(DISTINCT account_id) FROM audit_events WHERE action = 'session.refused'";
    assert_eq!(world.count(failed).await, 2);
}

#[tokio::test]
async fn same_password_in_two_accounts_leads_to_a_choice() {
    let world = eve_in_two_accounts(PASSWORD).await;
    let page = sign_in(&world, PASSWORD).await.expect(200);
    assert!(
        !page.headers.contains_key("set-cookie"),
        "a session before the choice"
    );
    let [acme, other] = steps(&page.body, ["Acme Motors", "Other Cars"]);
    assert_eq!(
        account_of(&world, choose(&world, &other).await).await,
        "Other Cars"
    );
    let repeat = choose(&world, &other).await.expect(303);
    assert_eq!(
        repeat.header("location"),
        "/sign-in?next=%2Fkeys",
        "it works once"
    );
    world.clock.advance_seconds(5 * 60);
    choose(&world, &acme).await.expect(303);
    let sessions = "SELECT count(*) FROM audit_events WHERE action = 'session.opened'";
    let before = world.count(sessions).await;
    choose(&world, "none").await.expect(303);
    assert_eq!(world.count(sessions).await, before);
}

#[tokio::test]
async fn pending_choice_ends_for_an_account_if_its_member_signs_out_elsewhere() {
    let world = eve_in_two_accounts(PASSWORD).await;
    let names = ["Acme Motors", "Other Cars"];
    let [_, other] = steps(&sign_in(&world, PASSWORD).await.expect(200).body, names);
    let eve = Member::from_response(&world, &choose(&world, &other).await.expect(303));
    let [acme, other] = steps(&sign_in(&world, PASSWORD).await.expect(200).body, names);
    let sign_out_response = eve.form("/account/sessions", &[("end", "others")]).await;
    sign_out_response.expect(303);
    let late = choose(&world, &other).await.expect(303);
    assert_eq!(late.header("location"), "/sign-in?next=%2Fkeys");
    // Her member of the other account has its own sessions.
    let response = choose(&world, &acme).await;
    assert_eq!(account_of(&world, response).await, "Acme Motors");
}

#[tokio::test]
async fn account_of_a_deactivated_member_is_not_offered() {
    let world = eve_in_two_accounts(PASSWORD).await;
    world
        .sql("UPDATE members SET deactivated_at = 1 WHERE role = 'viewer'")
        .await;
    assert_eq!(
        account_of(&world, sign_in(&world, PASSWORD).await).await,
        "Other Cars"
    );
}

#[tokio::test]
async fn success_in_one_account_does_not_clear_failures_in_another() {
    let world = eve_in_two_accounts(OTHER_PASSWORD).await;
    for seconds in [1, 2, 4] {
        sign_in(&world, "wrong horse battery").await.expect(401);
        let delayed = sign_in(&world, PASSWORD).await.expect(429);
        assert_eq!(delayed.header("retry-after"), seconds.to_string());
        world.clock.advance_seconds(seconds);
        sign_in(&world, PASSWORD).await.expect(303);
    }
}

#[tokio::test]
async fn choice_page_contains_no_password_and_no_secret_in_a_url() {
    let world = eve_in_two_accounts(PASSWORD).await;
    let page = sign_in(&world, PASSWORD).await.expect(200);
    let [acme, other] = steps(&page.body, ["Acme Motors", "Other Cars"]);
    assert_ne!(acme, other);
    page.lacks(PASSWORD);
    for step in [&acme, &other] {
        assert_eq!(step.len(), 64);
        page.lacks(&format!("={step}"));
    }
    assert_eq!(page.header("cache-control"), "no-store");
    let chosen = choose(&world, &acme).await.expect(303);
    assert_eq!(chosen.header("location"), "/keys");
}

#[tokio::test]
async fn chosen_account_with_a_second_factor_requires_a_code() {
    let world = eve_in_two_accounts(PASSWORD).await;
    let page = sign_in(&world, PASSWORD).await.expect(200).body;
    let [_, other] = steps(&page, ["Acme Motors", "Other Cars"]);
    let eve = Member::from_response(&world, &choose(&world, &other).await.expect(303));
    let (app, _) = enable(&world, &eve).await;
    // Each code works only once.
    world.clock.advance_seconds(60);

    let page = sign_in(&world, PASSWORD).await.expect(200).body;
    let [acme, other] = steps(&page, ["Acme Motors", "Other Cars"]);
    let page = choose(&world, &other).await.expect(200);
    assert!(!page.headers.contains_key("set-cookie"));
    let step = field(&page.body, "step");
    assert_eq!(step, other);
    let fields = [("step", &*step), ("code", "000000"), ("next", "/keys")];
    world
        .anonymous()
        .form("/sign-in/code", &fields)
        .await
        .expect(422);
    world.clock.advance_seconds(60);
    let code = app.code(&world);
    let fields = [("step", &*step), ("code", &*code), ("next", "/keys")];
    let signed_in = world.anonymous().form("/sign-in/code", &fields).await;
    assert_eq!(account_of(&world, signed_in).await, "Other Cars");
    // The other account has no second factor.
    let response = choose(&world, &acme).await;
    assert_eq!(account_of(&world, response).await, "Acme Motors");
}

#[tokio::test]
async fn sign_in_verifies_the_same_number_of_passwords_for_every_address() {
    let world = eve_in_two_accounts(OTHER_PASSWORD).await;
    let owner = world.sign_in(OWNER).await;
    world.join(&owner, "bob@example.com", "viewer").await;
    world
        .sql("UPDATE members SET deactivated_at = 1 WHERE email = 'bob@example.com'")
        .await;
    let verified = async |email: &str, password: &str| {
        let before = world.services.verified_passwords();
        let client = world.anonymous();
        let fields = [("email", email), ("password", password)];
        client.form("/sign-in", &fields).await;
        world.services.verified_passwords() - before
    };
    let addresses = [
        EVE,
        OWNER,
        "bob@example.com",
        "nobody@example.com",
        "not an address",
    ];
    for email in addresses {
        assert_eq!(verified(email, "wrong horse battery").await, 2, "{email}");
    }
    world.clock.advance_seconds(60);
    assert_eq!(verified(EVE, OTHER_PASSWORD).await, 2);
    assert_eq!(verified(EVE, PASSWORD).await, 2);
    // At most four accounts are considered, whichever address it is.
    for name in ["C", "D", "E"] {
        let name = AccountName::parse(name).unwrap();
        let link = world.services.links.new_account_link(name).await.unwrap();
        let fields = [
            ("account_name", "More Cars"),
            ("email", "owner@example.net"),
            ("password", PASSWORD),
        ];
        let path = format!("/setup/{}", link.expose());
        world.anonymous().form(&path, &fields).await.expect(303);
    }
    world.clock.advance_seconds(60);
    for email in addresses {
        assert_eq!(verified(email, "wrong horse battery").await, 4, "{email}");
    }
}

#[tokio::test]
async fn invitation_to_a_member_of_another_account_looks_like_any_other() {
    let invite = async |email: &str| {
        let (world, owner) = World::with_owner().await;
        world.stranger().await;
        let fields = [("email", email), ("role", "viewer")];
        let issued = owner.form("/team/invite", &fields).await.expect(200);
        let link = setup_link(&issued.body);
        let setup_page = world.anonymous().get(&link).await.expect(200);
        let password = [("password", OTHER_PASSWORD)];
        let joined = world.anonymous().form(&link, &password).await.expect(303);
        let location = joined.header("location").to_owned();
        let pages = [issued.body, setup_page.body].map(|page| without_random(&page, email, &link));
        (pages, location)
    };
    let (existing, new) = (invite(EVE).await, invite("new@example.org").await);
    assert!(existing.0[0].contains("EMAIL") && existing.0[0].contains("LINK"));
    assert_eq!(existing, new);
}

/// Returns the page without the address, the link and the random values of each page.
fn without_random(page: &str, email: &str, link: &str) -> String {
    let page = page.replace(email, "EMAIL").replace(link, "LINK");
    let mut parts = page.split("nonce=\"");
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        text += part.split_once('"').unwrap().1;
    }
    text
}

#[tokio::test]
async fn forms_refuse_addresses_with_invisible_or_invalid_characters() {
    const ODD: [&str; 5] = [
        "a\u{200b}da@example.com",
        "ada@example.com\u{feff}",
        "zoë@example.com",
        "ada..b@example.com",
        "ada@exa_mple.com",
    ];
    let world = World::new().await;
    let first = world
        .services
        .links
        .first_owner_link()
        .await
        .unwrap()
        .unwrap();
    let further = AccountName::parse("Other Cars").unwrap();
    let further = world
        .services
        .links
        .new_account_link(further)
        .await
        .unwrap();
    for token in [&first, &further] {
        for email in ODD {
            let fields = [
                ("account_name", "Acme Motors"),
                ("email", email),
                ("password", PASSWORD),
            ];
            let path = format!("/setup/{}", token.expose());
            let page = world
                .anonymous()
                .form(&path, &fields)
                .await
                .expect(422)
                .body;
            assert!(page.contains("letters without accents"), "{email:?}");
        }
    }
    let owner = world.owner().await;
    for email in ODD {
        let fields = [("email", email), ("role", "viewer")];
        let page = owner.form("/team/invite", &fields).await.expect(422).body;
        assert!(page.contains("letters without accents"), "{email:?}");
        // Signing in with it is like signing in with any other address without a member.
        let fields = [("email", email), ("password", PASSWORD)];
        let response = world.anonymous().form("/sign-in", &fields).await;
        assert_eq!(response.status, 401, "{email:?}");
        world.clock.advance_seconds(60);
    }
}

#[tokio::test]
async fn member_with_a_non_ascii_address_can_still_sign_in() {
    let world = World::new().await;
    world.owner().await;
    world
        .sql("UPDATE members SET email = 'zoë@example.com'")
        .await;
    let member = world.sign_in("Zoë@example.com").await;
    let page = member.get_text("/team").await;
    page.has("zoë@example.com");
}

#[tokio::test]
async fn failed_sign_in_counts_once_in_the_metrics() {
    let world = eve_in_two_accounts(OTHER_PASSWORD).await;
    sign_in(&world, "wrong horse battery").await.expect(401);
    let counts = world.services.node_metrics().failed_attempts;
    assert_eq!(counts.iter().sum::<u64>(), 1);
}
