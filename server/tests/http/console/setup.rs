//! `/setup/{token}`

use crate::support::{Http, Member, OWNER, PASSWORD, Text as _, World};
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
    let page = world.nobody().get(&path).await.expect(200);
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert_eq!(page.header("cache-control"), "no-store");
    page.has_all([
        "Set up Voxum Console",
        "Account name",
        "Email",
        "Password",
        "Create owner",
    ]);
}

#[tokio::test]
async fn setup_link_creates_a_signed_in_owner_and_works_once() {
    let world = World::new().await;
    let path = link(&world).await;
    let answer = world.nobody().form(&path, &FIELDS).await.expect(303);
    assert_eq!(
        (answer.header("location"), answer.header("referrer-policy")),
        ("/", "no-referrer")
    );
    let owner = Member::of(&world, &answer);
    owner.get("/keys").await.expect(200).has("Acme Motors");
    for gone in [
        world.nobody().get(&path).await,
        world.nobody().form(&path, &FIELDS).await,
    ] {
        assert_eq!(gone.status, 404);
        assert_eq!(gone.header("referrer-policy"), "no-referrer");
        gone.has("This link does not work");
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
async fn only_one_of_many_concurrent_setups_succeeds() {
    let world = World::new().await;
    let path = link(&world).await;
    let racers: Vec<Http> = (0..8).map(|_| world.nobody()).collect();
    let answers = join_all(racers.iter().map(|http| http.form(&path, &FIELDS))).await;
    let won = answers.iter().filter(|answer| answer.status == 303).count();
    let lost = answers.iter().filter(|answer| answer.status == 404).count();
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
    let page = world.nobody().form(&path, &fields).await.expect(422);
    page.has_all(["Acme Motors", "at least 12 characters"]);
    page.lacks("swordfish");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    world.nobody().form(&path, &FIELDS).await.expect(303);
}

#[tokio::test]
async fn new_setup_link_replaces_the_older_one_and_expires_after_half_an_hour() {
    let world = World::new().await;
    let (old, fresh) = (link(&world).await, link(&world).await);
    world.nobody().get(&old).await.expect(404);
    world.clock.advance_seconds(30 * 60 - 1);
    world.nobody().get(&fresh).await.expect(200);
    world.clock.advance_seconds(1);
    world.nobody().get(&fresh).await.expect(404);
    world.nobody().form(&fresh, &FIELDS).await.expect(404);
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
        world.nobody().get(path).await.expect(404);
        world.nobody().form(path, &FIELDS).await.expect(404);
    }
}

#[tokio::test]
async fn reset_link_sets_the_password_and_ends_every_session() {
    let (world, owner) = World::with_owner().await;
    let path = world.reset_link(OWNER).await;
    let page = world.nobody().get(&path).await.expect(200);
    page.has_all(["Choose a new password", OWNER]);
    world
        .nobody()
        .form(&path, &[("password", "short")])
        .await
        .expect(422);
    let changed = "another horse battery";
    let answer = world
        .nobody()
        .form(&path, &[("password", changed)])
        .await
        .expect(303);
    Member::of(&world, &answer).get("/keys").await.expect(200);
    owner.get("/keys").await.expect(303);
    let sign_in = async |password: &str| {
        world
            .nobody()
            .form("/sign-in", &[("email", OWNER), ("password", password)])
            .await
            .status
    };
    assert_eq!(sign_in(changed).await, 303);
    assert_eq!(sign_in(PASSWORD).await, 401);
}
