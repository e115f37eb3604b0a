//! `/setup/{token}`

use crate::support::{Member, OWNER, PASSWORD, TestClient, Text as _, World};
use futures::future::join_all;

const FIELDS: [(&str, &str); 3] = [
    ("account_name", "Acme Motors"),
    ("email", OWNER),
    ("password", PASSWORD),
];

async fn link(world: &World) -> String {
    let token = world
        .services
        .links
        .first_owner_link()
        .await
        .unwrap()
        .unwrap();
    format!("/setup/{}", token.expose())
}

#[tokio::test]
async fn setup_page_is_not_cached_and_sends_no_referrer() {
    let world = World::new().await;
    let path = link(&world).await;
    let page = world.anonymous().get(&path).await.expect(200);
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert_eq!(page.header("cache-control"), "no-store");
    page.has_all([
        "Set up Voxum Console",
        "Account name",
        "Email",
        "New password",
        "Create account",
    ]);
}

#[tokio::test]
async fn setup_link_creates_a_signed_in_owner_and_works_once() {
    let world = World::new().await;
    let path = link(&world).await;
    let response = world.anonymous().form(&path, &FIELDS).await.expect(303);
    assert_eq!(
        (
            response.header("location"),
            response.header("referrer-policy")
        ),
        ("/", "no-referrer")
    );
    let owner = Member::from_response(&world, &response);
    owner.get("/keys").await.expect(200).has("Acme Motors");
    for refusal in [
        world.anonymous().get(&path).await,
        world.anonymous().form(&path, &FIELDS).await,
    ] {
        assert_eq!(refusal.status, 404);
        assert_eq!(refusal.header("referrer-policy"), "no-referrer");
        refusal.has("This link isn't valid");
        assert_eq!(
            refusal.body.matches("/sign-in").count(),
            1,
            "{}",
            refusal.body
        );
    }
    assert!(
        world
            .services
            .links
            .first_owner_link()
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn setup_asks_for_time_zone_and_currency_and_stores_both() {
    let world = World::new().await;
    let path = link(&world).await;
    let page = world.anonymous().get(&path).await.expect(200);
    page.has_all([
        "Time zone",
        "Default currency",
        "Select a currency",
        "data-own-zone",
    ]);
    let selected = page.selected_options();
    let selected: Vec<_> = selected
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    assert_eq!(selected, [("time_zone", "UTC"), ("currency", "")]);
    let send = async |zone: &'static str, currency: &'static str| {
        let fields = [("time_zone", zone), ("currency", currency)];
        let fields: Vec<_> = FIELDS.into_iter().chain(fields).collect();
        world.anonymous().form(&path, &fields).await
    };
    let refused = send("Europe/Berlin", "").await.expect(422);
    refused.has_all(["Select a currency.", "href=\"#currency\""]);
    refused.lacks("data-own-zone");
    // The password is not sent back, which the notice reports as well.
    refused.has_all([
        "Fix the 2 highlighted fields. We never send a password back to a page, so enter it again.",
        "href=\"#password\"",
        "Enter the password again.",
    ]);
    let (_, focused) = refused.body.split_once("autofocus").unwrap();
    focused.has("id=\"password\"");
    let selected = refused.selected_options();
    assert!(selected.contains(&("time_zone".to_owned(), "Europe/Berlin".to_owned())));
    let refused = send("Europe/Nowhere", "EUR").await.expect(422);
    refused.has("Select a time zone.");
    let response = send("Europe/Berlin", "EUR").await.expect(303);
    let owner = Member::from_response(&world, &response);
    let settings = owner.get("/settings").await.expect(200).selected_options();
    for chosen in [("time_zone", "Europe/Berlin"), ("currency", "EUR")] {
        assert!(
            settings.contains(&(chosen.0.to_owned(), chosen.1.to_owned())),
            "{settings:?}"
        );
    }
    let log = owner.events("what=account.created").await;
    log.has_all(["EUR", "Europe/Berlin"]);
}

#[tokio::test]
async fn only_one_of_many_concurrent_setups_succeeds() {
    let world = World::new().await;
    let path = link(&world).await;
    let clients: Vec<TestClient> = (0..8).map(|_| world.anonymous()).collect();
    let responses = join_all(clients.iter().map(|http| http.form(&path, &FIELDS))).await;
    let won = responses
        .iter()
        .filter(|response| response.status == 303)
        .count();
    let lost = responses
        .iter()
        .filter(|response| response.status == 404)
        .count();
    assert_eq!((won, won + lost), (1, 8));
    assert_eq!(world.count("SELECT count(*) FROM accounts").await, 1);
}

#[tokio::test]
async fn invalid_fields_are_marked_and_the_link_stays_valid() {
    let world = World::new().await;
    let path = link(&world).await;
    let fields = [
        ("account_name", "Acme Motors"),
        ("email", "ada"),
        ("password", "swordfish"),
    ];
    let page = world.anonymous().form(&path, &fields).await.expect(422);
    page.has_all(["Acme Motors", "at least 12 characters"]);
    page.lacks("swordfish");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    world.anonymous().form(&path, &FIELDS).await.expect(303);
}

#[tokio::test]
async fn new_setup_link_replaces_the_older_one_and_expires_after_half_an_hour() {
    let world = World::new().await;
    let (old_link, new_link) = (link(&world).await, link(&world).await);
    world.anonymous().get(&old_link).await.expect(404);
    world.clock.advance_seconds(30 * 60 - 1);
    world.anonymous().get(&new_link).await.expect(200);
    world.clock.advance_seconds(1);
    world.anonymous().get(&new_link).await.expect(404);
    world.anonymous().form(&new_link, &FIELDS).await.expect(404);
}

#[tokio::test]
async fn malformed_tokens_are_not_found() {
    let world = World::new().await;
    for path in [
        "/setup/x",
        "/setup/%FF",
        "/setup/%00",
        "/setup/..",
        "/setup/'--",
    ] {
        world.anonymous().get(path).await.expect(404);
        world.anonymous().form(path, &FIELDS).await.expect(404);
    }
}

#[tokio::test]
async fn reset_link_sets_the_password_and_ends_every_session() {
    let (world, owner) = World::with_owner().await;
    let path = world.reset_link(OWNER).await;
    let page = world.anonymous().get(&path).await.expect(200);
    page.has_all(["Choose a new password", OWNER]);
    world
        .anonymous()
        .form(&path, &[("password", "short")])
        .await
        .expect(422);
    let new_password = "another horse battery";
    let response = world
        .anonymous()
        .form(&path, &[("password", new_password)])
        .await
        .expect(303);
    Member::from_response(&world, &response)
        .get("/keys")
        .await
        .expect(200);
    owner.get("/keys").await.expect(303);
    let sign_in = async |password: &str| {
        world
            .anonymous()
            .form("/sign-in", &[("email", OWNER), ("password", password)])
            .await
            .status
    };
    assert_eq!(sign_in(new_password).await, 303);
    assert_eq!(sign_in(PASSWORD).await, 401);
}
