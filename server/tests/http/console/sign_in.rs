//! `/sign-in`

use crate::support::{OWNER, PASSWORD, TestClient, TestResponse, Text as _, World};

async fn attempt(http: &TestClient, password: &str) -> TestResponse {
    http.form(
        "/sign-in",
        &[
            ("email", OWNER),
            ("password", password),
            ("next", "/inventory"),
        ],
    )
    .await
}

#[tokio::test]
async fn correct_password_opens_a_session_and_redirects_to_the_next_page() {
    let world = World::new().await;
    world.owner().await;
    let response = attempt(&world.anonymous(), PASSWORD).await.expect(303);
    assert_eq!(response.header("location"), "/inventory");
    let cookie = response.header("set-cookie");
    assert!(cookie.starts_with("voxum_session_3000="), "{cookie}");
    assert!(
        cookie.ends_with("; HttpOnly; SameSite=Lax; Path=/"),
        "{cookie}"
    );
    // However the address was typed.
    let fields = [("email", " ADA@Example.com "), ("password", PASSWORD)];
    let response = world
        .anonymous()
        .form("/sign-in", &fields)
        .await
        .expect(303);
    assert_eq!(response.header("location"), "/");
}

#[tokio::test]
async fn wrong_password_and_unknown_address_get_the_same_response() {
    let world = World::new().await;
    world.owner().await;
    let failure_page = async |email: &str, ip: [u8; 4]| {
        let fields = [
            ("email", email),
            ("password", "wrong horse battery"),
            ("next", "/keys"),
        ];
        let response = world
            .anonymous()
            .with_ip(ip)
            .form("/sign-in", &fields)
            .await
            .expect(401);
        assert!(!response.headers.contains_key("set-cookie"));
        response.has("Incorrect email or password");
        // Any two pages differ in the nonce, which is in quotes.
        let page = response.body.replace(email, "EMAIL");
        page.split("<script").next().unwrap().to_owned()
    };
    assert_eq!(
        failure_page(OWNER, [192, 0, 2, 1]).await,
        failure_page("nobody@example.com", [192, 0, 2, 2]).await
    );
}

#[tokio::test]
async fn page_keeps_the_address_but_not_the_password() {
    let world = World::new().await;
    let response = attempt(&world.anonymous(), "swordfish swordfish")
        .await
        .expect(401);
    response.has(OWNER);
    response.lacks("swordfish");
}

#[tokio::test]
async fn failed_attempts_delay_the_next_one_by_at_most_thirty_seconds() {
    let world = World::new().await;
    world.owner().await;
    let client = world.anonymous();
    for seconds in [1, 2, 4, 8, 16, 30, 30] {
        attempt(&client, "wrong horse battery").await.expect(401);
        let response = attempt(&client, PASSWORD).await.expect(429);
        assert_eq!(response.header("retry-after"), seconds.to_string());
        // The page is there, too.
        response.has(&format!(
            "That was too soon, so it wasn't checked. Wait {seconds} second"
        ));
        response.lacks("Too many");
        world.clock.advance_seconds(seconds - 1);
        attempt(&client, PASSWORD).await.expect(429);
        world.clock.advance_seconds(1);
    }
    attempt(&client, PASSWORD).await.expect(303);
    // A success clears the failures.
    attempt(&client, "wrong horse battery").await.expect(401);
    assert_eq!(
        attempt(&client, PASSWORD)
            .await
            .expect(429)
            .header("retry-after"),
        "1"
    );
}

#[tokio::test]
async fn delay_survives_a_restart_and_applies_only_to_its_address() {
    let world = World::new().await;
    world.owner().await;
    for _ in 0..3 {
        attempt(&world.anonymous(), "wrong horse battery")
            .await
            .expect(401);
        world.clock.advance_seconds(8);
    }
    attempt(&world.anonymous(), "wrong horse battery")
        .await
        .expect(401);
    let world = world.restart().await;
    assert_eq!(
        attempt(&world.anonymous(), PASSWORD)
            .await
            .expect(429)
            .header("retry-after"),
        "8"
    );
    // The owner at another address is not locked out by failures at this one.
    attempt(&world.anonymous().with_ip([198, 51, 100, 1]), PASSWORD)
        .await
        .expect(303);
}

#[tokio::test]
async fn next_parameter_never_redirects_to_another_site() {
    let world = World::new().await;
    world.owner().await;
    for next in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "/\t/evil.example",
        "javascript:x",
        "",
    ] {
        let fields = [("email", OWNER), ("password", PASSWORD), ("next", next)];
        let response = world
            .anonymous()
            .form("/sign-in", &fields)
            .await
            .expect(303);
        assert_eq!(response.header("location"), "/", "{next:?}");
    }
    let owner = world.sign_in(OWNER).await;
    let response = owner
        .get("/sign-in?next=%2F%2Fevil.example")
        .await
        .expect(303);
    assert_eq!(response.header("location"), "/");
    let response = owner
        .get("/sign-in?next=%2Finventory%3Fcursor%3D1")
        .await
        .expect(303);
    assert_eq!(response.header("location"), "/inventory?cursor=1");
}

#[tokio::test]
async fn session_cookie_works_over_plain_http_and_the_page_warns() {
    let world = World::at("http://192.168.1.7:3000").await;
    let owner = world.owner().await;
    assert!(
        owner.cookie.starts_with("voxum_session_3000="),
        "{}",
        owner.cookie
    );
    owner.get("/keys").await.expect(200);
    let page = world.anonymous().get("/sign-in").await.expect(200);
    page.has("This connection isn't encrypted");
}

#[tokio::test]
async fn forwarded_address_is_used_only_behind_a_trusted_proxy() {
    let (world, owner) = World::with_owner().await;
    let proxy = world.anonymous().with_ip([192, 0, 2, 254]);
    let attacker = proxy.with("x-forwarded-for", "198.51.100.66");
    for number in 0..12 {
        let fields = [
            ("email", format!("nobody{number}@example.com")),
            ("password", "wrong horse battery".to_owned()),
        ];
        let fields = fields
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        attacker.form("/sign-in", &fields).await;
    }
    attempt(&attacker, PASSWORD).await.expect(429);
    let colleague = proxy.with("x-forwarded-for", "198.51.100.66, 203.0.113.5");
    attempt(&colleague, PASSWORD).await.expect(303);
    // A client that is not a trusted proxy cannot escape a delay by a header.
    let forger = world.anonymous().with_ip([198, 51, 100, 66]);
    attempt(&forger.with("x-forwarded-for", "203.0.113.5"), PASSWORD)
        .await
        .expect(429);

    let key = owner.create("Feed", &["inventory:read"]).await;
    let feed = key
        .with_ip([192, 0, 2, 254])
        .with("x-forwarded-for", "203.0.113.77");
    feed.get("/api/key").await.expect(200);
    let page = owner.get_text("/keys").await;
    page.has("203.0.113.77");
    page.lacks("192.0.2.254");
}
