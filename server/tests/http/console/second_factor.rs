//! `/account/second-factor`, and signing in with it

use crate::support::{Member, OWNER, PASSWORD, TestClient, TestResponse, Text as _, World};
use service::{OsRandom, Pepper};
use totp_rs::{Builder, Secret, Totp};

/// An authenticator app.
pub(super) struct AuthenticatorApp(Totp);

impl AuthenticatorApp {
    /// Reads the key that a page shows for people who cannot scan it.
    #[track_caller]
    pub(super) fn from_page(page: &str) -> Self {
        let (_, rest) = page.split_once("id=\"factor-key\"><code>").unwrap();
        let text = rest.split_once('<').unwrap().0.replace(' ', "");
        let secret = Secret::try_from_base32(&text).unwrap();
        let builder = Builder::new().with_secret(secret);
        Self(builder.with_account_name("x").build().unwrap())
    }

    pub(super) fn code(&self, world: &World) -> String {
        self.at(world, 0)
    }

    fn at(&self, world: &World, seconds: i64) -> String {
        use service::Clock as _;
        let now = world.clock.now().millis() / 1000 + seconds;
        self.0.generate(u64::try_from(now).unwrap()).to_string()
    }
}

#[track_caller]
pub(super) fn field(page: &str, name: &str) -> String {
    let (_, rest) = page
        .split_once(&format!("name=\"{name}\" value=\""))
        .unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

/// Turns the second factor on; returns the app and the recovery codes.
pub(super) async fn enable(world: &World, member: &Member) -> (AuthenticatorApp, Vec<String>) {
    let page = member.get_text("/account/second-factor").await;
    let (app, sealed) = (AuthenticatorApp::from_page(&page), field(&page, "sealed"));
    let fields = [
        ("sealed", &*sealed),
        ("code", &app.code(world)),
        ("old_password", PASSWORD),
    ];
    let response = member
        .form("/account/second-factor", &fields)
        .await
        .expect(200);
    let (_, rest) = response
        .body
        .split_once("id=\"recovery-codes\"><code>")
        .unwrap();
    let codes = rest.split_once('<').unwrap().0.lines().map(str::to_owned);
    (app, codes.collect())
}

/// Takes the first step, with the correct password, and returns the token for the second.
async fn begin(http: &TestClient) -> String {
    let fields = [("email", OWNER), ("password", PASSWORD), ("next", "/keys")];
    let response = http.form("/sign-in", &fields).await.expect(200);
    assert!(
        !response.headers.contains_key("set-cookie"),
        "a session before the code"
    );
    response.has("Two-factor authentication");
    field(&response.body, "step")
}

async fn finish(http: &TestClient, step: &str, code: &str) -> TestResponse {
    let fields = [("step", step), ("code", code), ("next", "/keys")];
    http.form("/sign-in/code", &fields).await
}

#[tokio::test]
async fn second_factor_is_enabled_only_with_a_valid_code_and_the_password() {
    let (world, owner) = World::with_owner().await;
    let page = owner.get("/account/second-factor").await.expect(200);
    assert_eq!(page.header("cache-control"), "no-store");
    page.has("<path d=\"M0 0h1v1h-1z");
    page.lacks("hydrate");
    let (app, sealed) = (
        AuthenticatorApp::from_page(&page.body),
        field(&page.body, "sealed"),
    );
    let wrong = [("sealed", &*sealed), ("code", "12345")];
    let repeat = owner
        .form("/account/second-factor", &wrong)
        .await
        .expect(422)
        .body;
    repeat.has("That code is incorrect");
    assert_eq!(
        AuthenticatorApp::from_page(&repeat).code(&world),
        app.code(&world),
        "the same secret"
    );
    // The second factor is not active yet.
    let fields = [("email", OWNER), ("password", PASSWORD)];
    world
        .anonymous()
        .form("/sign-in", &fields)
        .await
        .expect(303);

    let code = app.code(&world);
    let code = format!("{} {}", &code[..3], &code[3..]);
    // A person who finds an unlocked browser cannot lock its owner out.
    let other = world.sign_in(OWNER).await;
    for password in ["", "not the password"] {
        let fields = [
            ("sealed", &*sealed),
            ("code", &*code),
            ("old_password", password),
        ];
        let repeat = owner.form("/account/second-factor", &fields).await;
        repeat.expect(422).has("Incorrect password");
        world.clock.advance_seconds(2);
        assert_eq!(world.count("SELECT count(*) FROM second_factors").await, 0);
    }
    other.get("/account").await.expect(200);
    let right = [
        ("sealed", &*sealed),
        ("code", &*code),
        ("old_password", PASSWORD),
    ];
    let response = owner
        .form("/account/second-factor", &right)
        .await
        .expect(200);
    assert_eq!(response.header("cache-control"), "no-store");
    response.has("Save your recovery codes");
    response.lacks("hydrate");
    other.get("/account").await.expect(303);
    let account = owner.get_text("/account").await;
    account.has("10 recovery codes left");
    let team = owner.get_text("/team").await;
    team.has(">On<");
    owner.get("/account/second-factor").await.expect(404);
    owner
        .form("/account/second-factor", &right)
        .await
        .expect(404);
    let log = owner.events("what=sign-ins").await;
    log.has("Two-factor authentication turned on");
}

#[tokio::test]
async fn sign_in_requires_a_code_that_works_once() {
    let (world, owner) = World::with_owner().await;
    let (app, _) = enable(&world, &owner).await;
    let first = app.code(&world);
    let http = world.anonymous();
    let step = begin(&http).await;
    let page = finish(&http, &step, &first).await.expect(422).body;
    assert!(
        page.contains("has already been used"),
        "the code of the enrolment: {page}"
    );
    world.clock.advance_seconds(30);
    let code = app.code(&world);
    let response = finish(&http, &step, &code).await.expect(303);
    assert_eq!(response.header("location"), "/keys");
    Member::from_response(&world, &response)
        .get("/keys")
        .await
        .expect(200);
    // Neither the token nor the code works again.
    let repeat = finish(&http, &step, &app.at(&world, 30)).await.expect(303);
    assert_eq!(repeat.header("location"), "/sign-in?next=%2Fkeys");
    let step = begin(&http).await;
    finish(&http, &step, &code).await.expect(422);
    world.clock.advance_seconds(60);
    // A clock that is half a minute off is accepted.
    finish(&http, &step, &app.at(&world, -30)).await.expect(303);
}

#[tokio::test]
async fn first_step_of_a_sign_in_expires_after_five_minutes() {
    let (world, owner) = World::with_owner().await;
    let (app, _) = enable(&world, &owner).await;
    let step = begin(&world.anonymous()).await;
    world.clock.advance_seconds(5 * 60);
    let response = finish(&world.anonymous(), &step, &app.code(&world))
        .await
        .expect(303);
    assert_eq!(response.header("location"), "/sign-in?next=%2Fkeys");
    assert!(!response.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn pending_sign_in_ends_if_the_member_changes_the_password_or_signs_out_elsewhere() {
    let (world, owner) = World::with_owner().await;
    let (app, _) = enable(&world, &owner).await;
    let others = [("end", "others")];
    let password = [("old_password", PASSWORD), ("password", PASSWORD)];
    for (path, fields, done) in [
        (
            "/account/sessions",
            &others[..],
            "All other sessions ended.",
        ),
        ("/account/password", &password[..], "Password changed."),
    ] {
        let step = begin(&world.anonymous()).await;
        let response = owner.form(path, fields).await.expect(303);
        let page = owner.follow(&response).await.expect(200).body;
        page.has(done);
        world.clock.advance_seconds(30);
        let response = finish(&world.anonymous(), &step, &app.code(&world)).await;
        assert_eq!(
            response.expect(303).header("location"),
            "/sign-in?next=%2Fkeys"
        );
    }
    // The same code completes a sign-in that begins afterwards.
    let step = begin(&world.anonymous()).await;
    let response = finish(&world.anonymous(), &step, &app.code(&world)).await;
    assert_eq!(response.expect(303).header("location"), "/keys");
}

#[tokio::test]
async fn refused_enrolment_ends_no_session() {
    let (world, owner) = World::with_owner().await;
    let page = owner.get_text("/account/second-factor").await;
    let (late_app, sealed) = (AuthenticatorApp::from_page(&page), field(&page, "sealed"));
    let (app, _) = enable(&world, &owner).await;
    // Each code works only once.
    world.clock.advance_seconds(60);
    let step = begin(&world.anonymous()).await;
    let response = finish(&world.anonymous(), &step, &app.code(&world)).await;
    let other = Member::from_response(&world, &response.expect(303));
    let code = late_app.code(&world);
    let fields = [
        ("sealed", &*sealed),
        ("code", &*code),
        ("old_password", PASSWORD),
    ];
    let refusal = owner.form("/account/second-factor", &fields).await;
    refusal.expect(404);
    other.get("/account").await.expect(200);
}

#[tokio::test]
async fn wrong_codes_delay_the_next_code_from_any_address() {
    let (world, owner) = World::with_owner().await;
    let (app, _) = enable(&world, &owner).await;
    let step = begin(&world.anonymous()).await;
    for (seconds, ip) in [(1, 1), (2, 2), (4, 3), (8, 4)] {
        let http = world.anonymous().with_ip([198, 51, 100, ip]);
        finish(&http, &step, "00000x").await.expect(422);
        let response = finish(&world.anonymous(), &step, &app.code(&world))
            .await
            .expect(429);
        assert_eq!(response.header("retry-after"), seconds.to_string());
        // The correct password in between does not clear the failures.
        begin(&world.anonymous().with_ip([198, 51, 100, 99])).await;
        world.clock.advance_seconds(seconds);
    }
    world.clock.advance_seconds(30);
    finish(&world.anonymous(), &step, &app.code(&world))
        .await
        .expect(303);
    world.services.flush().await.unwrap();
    let log = owner.events("what=sign-ins").await;
    log.has_all(["Wrong code", "198.51.100.4"]);
    assert_eq!(world.services.node_metrics().failed_attempts, [0, 0, 4, 0]);
}

#[tokio::test]
async fn ten_wrong_codes_block_codes_for_15_minutes_and_warn_the_member() {
    let (world, owner) = World::with_owner().await;
    let (app, _) = enable(&world, &owner).await;
    for count in 1..=10_u8 {
        let step = begin(&world.anonymous()).await;
        let http = world.anonymous().with_ip([198, 51, 100, count]);
        let response = finish(&http, &step, "00000x").await;
        if count < 10 {
            response.expect(422);
            world.clock.advance_seconds(31);
            continue;
        }
        let response = response.expect(429);
        assert_eq!(response.header("retry-after"), "900");
        response.has("Try again in 15 minutes");
        // The second step has ended: the password is required again.
        let repeat = finish(&world.anonymous(), &step, &app.code(&world)).await;
        assert_eq!(
            repeat.expect(303).header("location"),
            "/sign-in?next=%2Fkeys"
        );
    }
    world.clock.advance_seconds(14 * 60);
    let step = begin(&world.anonymous()).await;
    finish(&world.anonymous(), &step, &app.code(&world))
        .await
        .expect(429);
    world.clock.advance_seconds(60);
    let step = begin(&world.anonymous()).await;
    finish(&world.anonymous(), &step, &app.code(&world))
        .await
        .expect(303);

    let log = owner.events("what=sign-ins").await;
    log.has("Codes rejected for 15 minutes");
    let notice = "someone else knows your password";
    let page = owner.get_text("/account").await;
    page.has_all([notice, "198.51.100.10"]);
    let fields = [
        ("old_password", PASSWORD),
        ("password", "three gulls on a wet roof"),
    ];
    owner.form("/account/password", &fields).await.expect(303);
    let page = owner.get_text("/account").await;
    page.lacks(notice);
}

#[tokio::test]
async fn set_up_asks_for_the_password_after_the_code_and_keeps_what_was_right() {
    const PATH: &str = "/account/second-factor";
    let (world, owner) = World::with_owner().await;
    let page = owner.get_text(PATH).await;
    page.lacks_all(["name=\"old_password\"", "<details open"]);
    let (app, sealed) = (AuthenticatorApp::from_page(&page), field(&page, "sealed"));
    let wrong = [("sealed", &*sealed), ("code", "000000")];
    let again = owner.form(PATH, &wrong).await.expect(422).body;
    again.has_all(["That code is incorrect", "<details open"]);

    let code = app.code(&world);
    let right = [("sealed", &*sealed), ("code", &*code)];
    let page = owner.form(PATH, &right).await.expect(200).body;
    page.has("name=\"old_password\"");
    page.lacks_all(["name=\"code\"", &*code, "id=\"factor-key\""]);
    assert_eq!(world.count("SELECT count(*) FROM second_factors").await, 0);
    let confirmed = field(&page, "confirmed");
    let turn_on = async |member: &Member, confirmed: &str, password: &str| {
        let fields = [
            ("sealed", &*sealed),
            ("confirmed", confirmed),
            ("old_password", password),
        ];
        member.form(PATH, &fields).await
    };
    // A secret is not a proof that its code was right, and a proof is valid for one member only.
    turn_on(&owner, &sealed, PASSWORD).await.expect(404);
    let bob = world.join(&owner, "bob@example.com", "viewer").await;
    turn_on(&bob, &confirmed, PASSWORD).await.expect(404);
    for password in ["", "not the password"] {
        let page = turn_on(&owner, &confirmed, password).await.expect(422);
        page.has("Incorrect password");
        assert_eq!(field(&page.body, "confirmed"), confirmed);
        page.lacks("not the password");
        world.clock.advance_seconds(2);
    }
    assert_eq!(world.count("SELECT count(*) FROM second_factors").await, 0);
    // The code itself is too old by now.
    world.clock.advance_seconds(500);
    let page = turn_on(&owner, &confirmed, PASSWORD).await.expect(200);
    page.has("Save your recovery codes");
    turn_on(&owner, &confirmed, PASSWORD).await.expect(404);
}

#[tokio::test]
async fn confirmed_code_of_a_set_up_expires() {
    const PATH: &str = "/account/second-factor";
    let (world, owner) = World::with_owner().await;
    let page = owner.get_text(PATH).await;
    let (app, sealed) = (AuthenticatorApp::from_page(&page), field(&page, "sealed"));
    let code = [("sealed", &*sealed), ("code", &app.code(&world))];
    let page = owner.form(PATH, &code).await.expect(200).body;
    let confirmed = field(&page, "confirmed");
    world.clock.advance_seconds(631);
    let fields = [
        ("sealed", &*sealed),
        ("confirmed", &*confirmed),
        ("old_password", PASSWORD),
    ];
    let page = owner.form(PATH, &fields).await.expect(422).body;
    page.has_all(["more than 10 minutes ago", "id=\"factor-key\""]);
    page.lacks("incorrect");
    assert_eq!(world.count("SELECT count(*) FROM second_factors").await, 0);
}

#[tokio::test]
async fn sign_in_page_explains_what_to_do_without_the_password() {
    let world = World::new().await;
    let page = world.anonymous().get("/sign-in").await.expect(200);
    page.has_all([
        "Forgot your password?",
        "owner or admin",
        "voxum admin reset",
    ]);
}

#[tokio::test]
async fn each_recovery_code_works_once() {
    let (world, owner) = World::with_owner().await;
    let (_, codes) = enable(&world, &owner).await;
    assert_eq!(codes.len(), 10);
    let step = begin(&world.anonymous()).await;
    let typed = codes[3].to_uppercase().replace('-', " ");
    let signed_in = finish(&world.anonymous(), &step, &typed).await.expect(200);
    assert!(signed_in.headers.contains_key("set-cookie"));
    signed_in.has_all(["9 recovery codes left", "href=\"/keys\""]);
    let step = begin(&world.anonymous()).await;
    finish(&world.anonymous(), &step, &codes[3])
        .await
        .expect(422);
    world.clock.advance_seconds(30);
    let signed_in = finish(&world.anonymous(), &step, &codes[4])
        .await
        .expect(200);
    signed_in.has("8 recovery codes left");
    let account = owner.get_text("/account").await;
    account.has("8 recovery codes left");
    let log = owner.events("what=sign-ins").await;
    assert_eq!(log.matches(">Signed in with a recovery code<").count(), 2);
}

#[tokio::test]
async fn disabling_the_second_factor_requires_the_password_and_a_code() {
    let (world, owner) = World::with_owner().await;
    let (app, codes) = enable(&world, &owner).await;
    world.clock.advance_seconds(30);
    let disable = async |password: &str, code: &str| {
        let fields = [("old_password", password), ("code", code)];
        owner.form("/account/second-factor/off", &fields).await
    };
    let page = disable("wrong horse battery", &app.code(&world))
        .await
        .expect(422)
        .body;
    page.has("Incorrect password.");
    world.clock.advance_seconds(30);
    let page = disable(PASSWORD, "zzzzz-zzzzz").await.expect(422).body;
    page.has("That code is incorrect");
    world.clock.advance_seconds(30);
    let response = disable(PASSWORD, &codes[0]).await.expect(303);
    let page = owner.follow(&response).await.expect(200).body;
    page.has("Two-factor authentication is off.");
    let fields = [("email", OWNER), ("password", PASSWORD)];
    world
        .anonymous()
        .form("/sign-in", &fields)
        .await
        .expect(303);
    assert_eq!(world.count("SELECT count(*) FROM recovery_codes").await, 0);
}

#[tokio::test]
async fn renewed_recovery_codes_are_shown_once_and_replace_the_earlier_ones() {
    const PATH: &str = "/account/recovery-codes";
    let (world, owner) = World::with_owner().await;
    let fields = [("old_password", PASSWORD), ("code", "000000")];
    owner.form(PATH, &fields).await.expect(404);
    let (app, old) = enable(&world, &owner).await;
    world.clock.advance_seconds(30);
    let renew = async |password: &str, code: &str| {
        let fields = [("old_password", password), ("code", code)];
        owner.form(PATH, &fields).await
    };
    for (password, code, message) in [
        ("wrong horse battery", &*old[0], "Incorrect password."),
        (PASSWORD, "zzzzz-zzzzz", "That code is incorrect"),
    ] {
        let refusal = renew(password, code).await.expect(422);
        // Neither field is sent back, so both have to be filled in again.
        refusal.has_all([
            message,
            "Fix the 2 highlighted fields.",
            "href=\"#old-password-off\"",
            "href=\"#code-off\"",
        ]);
        refusal.lacks("id=\"recovery-codes\"");
        world.clock.advance_seconds(30);
    }
    let page = renew(PASSWORD, &app.code(&world)).await.expect(200);
    assert_eq!(page.header("cache-control"), "no-store");
    page.has_all([
        "Your earlier recovery codes no longer work.",
        "Save your recovery codes",
    ]);
    page.lacks("hydrate");
    let (_, rest) = page
        .body
        .split_once("id=\"recovery-codes\"><code>")
        .unwrap();
    let new: Vec<_> = rest.split_once('<').unwrap().0.lines().collect();
    assert_eq!(new.len(), 10);
    let account = owner.get_text("/account").await;
    account.has("10 recovery codes left");
    account.lacks(new[0]);
    for (code, status) in [(&*old[0], 422), (new[0], 200)] {
        let step = begin(&world.anonymous()).await;
        finish(&world.anonymous(), &step, code).await.expect(status);
        world.clock.advance_seconds(30);
    }
    let log = owner.get_text("/audit?what=sign-ins").await;
    log.has("Recovery codes replaced");
    let export = owner.get_text("/audit/log.jsonl").await;
    export.has("factor.recovery_renewed");
    export.lacks_all(new);
}

#[tokio::test]
async fn reset_link_of_an_operator_disables_the_second_factor() {
    let (world, owner) = World::with_owner().await;
    enable(&world, &owner).await;
    let path = world.reset_link(OWNER).await;
    world
        .anonymous()
        .form(&path, &[("password", PASSWORD)])
        .await
        .expect(303);
    let fields = [("email", OWNER), ("password", PASSWORD)];
    world
        .anonymous()
        .form("/sign-in", &fields)
        .await
        .expect(303);
}

#[tokio::test]
async fn sealed_secret_is_valid_for_one_member_and_never_stored_in_plain_text() {
    let (world, owner) = World::with_owner().await;
    let bob = world.join(&owner, "bob@example.com", "admin").await;
    let page = bob.get_text("/account/second-factor").await;
    let (app, sealed) = (AuthenticatorApp::from_page(&page), field(&page, "sealed"));
    for sealed in [&*sealed, "", "00", "zz"] {
        let fields = [
            ("sealed", sealed),
            ("code", &app.code(&world)),
            ("old_password", PASSWORD),
        ];
        owner
            .form("/account/second-factor", &fields)
            .await
            .expect(404);
    }
    let (app, codes) = enable(&world, &owner).await;
    world.store.close().await;
    let digest = |text: &str| text.replace('-', "").into_bytes();
    let mut secrets: Vec<Vec<u8>> = codes.iter().map(|code| digest(code)).collect();
    secrets.push(app.0.secret().as_bytes().to_vec());
    secrets.push(app.0.secret().to_base32().into_bytes());
    for name in ["voxum.db", "voxum.db-wal"] {
        let file = std::fs::read(world.folder.path().join(name)).unwrap_or_default();
        for secret in &secrets {
            let contains_secret = file.windows(secret.len()).any(|window| window == secret);
            assert!(!contains_secret, "{name} holds a secret");
        }
    }
}

#[tokio::test]
async fn second_factor_survives_a_pepper_change_but_recovery_codes_need_the_old_pepper() {
    let (world, owner) = World::with_owner().await;
    let (app, codes) = enable(&world, &owner).await;
    let old = world.pepper.clone();
    let new = Pepper::generate(&OsRandom).to_hex().to_string();
    world.services.node.leave().await;
    let (next, http) = world.node(&new, Some(&old)).await;
    next.node.poll().await.unwrap();
    next.flush().await.unwrap();
    let need = next.node_metrics().pepper_need.unwrap();
    assert_eq!((need.factors, need.recovery_codes), (0, 10));
    let step = begin(&http).await;
    finish(&http, &step, &codes[0]).await.expect(200);
    next.node.leave().await;

    let (last, http) = world.node(&new, None).await;
    let refusal = last.pepper.check_old().await.unwrap_err().to_string();
    refusal.has("recovery codes: 9");
    world.clock.advance_seconds(60);
    let step = begin(&http).await;
    let second_attempt = finish(&http, &step, &codes[1]).await;
    assert!(!second_attempt.headers.contains_key("set-cookie"));
    world.clock.advance_seconds(60);
    let step = begin(&http).await;
    finish(&http, &step, &app.code(&world)).await.expect(303);
}
