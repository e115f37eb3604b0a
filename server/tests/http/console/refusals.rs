//! `/refusals`: why a call was refused, by its request id.

use crate::support::{Answer, INVENTORY, Key, Member, OWNER, Text as _, World};
use domain::seconds::DAY;
use serde_json::{Value, json};

async fn look_up(member: &Member, id: &str) -> String {
    let page = member.get(&format!("/refusals?id={id}")).await;
    page.expect(200).body.replace("&quot;", "\"")
}

/// Returns the page that explains a refused call.
async fn explained(member: &Member, answer: &Answer) -> String {
    assert!(answer.status.as_u16() >= 400, "{answer:?}");
    look_up(member, answer.header("x-request-id")).await
}

async fn scene() -> (World, Member, Key) {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("Feed", &INVENTORY).await;
    (world, owner, key)
}

const UNKNOWN: &str = "No refused call of the last 7 days has this id";

#[tokio::test]
async fn explanation_describes_a_wrong_key_even_if_no_stored_key_matches() {
    let (world, owner, key) = scene().await;
    let nobody = world.nobody();
    let whole = &key.secret;
    let last = if whole.ends_with('a') { "b" } else { "a" };
    let mistyped = format!("{}{last}", &whole[..51]);
    for (presented, why) in [
        (
            whole[..38].to_owned(),
            "The key was incomplete: 38 of 52 characters.",
        ),
        (
            format!("{whole}{}", &whole[3..11]),
            "The key was too long: 60 characters instead of 52.",
        ),
        (
            format!("\"{whole}\""),
            "The key held characters that no key has",
        ),
        ("sk_live_51".to_owned(), "does not begin with vx_."),
        (mistyped, "its checksum does not fit"),
        (
            "vx_00000000000000000000000000000000000000000003Ekpv5".to_owned(),
            "none of this server's, http://127.0.0.1:3000",
        ),
        (String::new(), "The call came without a key."),
    ] {
        let answer = nobody
            .with("x-api-key", &presented)
            .get("/api/inventory")
            .await;
        let page = explained(&owner, &answer).await;
        let told = match &*presented {
            "" => "None was sent",
            "vx_00000000000000000000000000000000000000000003Ekpv5" => "None of this server’s",
            // A fragment of a key that was just created is recognised by its beginning.
            piece if piece.starts_with(&whole[..9]) => &whole[..9],
            _ => "Not known, since no whole key was sent",
        };
        page.has_all([why, "GET /api/inventory", told]);
    }
    let two = key.with("x-api-key", whole).get("/api/key").await;
    explained(&owner, &two)
        .await
        .has("The call carried more than one key.");
    let nowhere = nobody.get(&format!("/api/{whole}")).await;
    let page = explained(&owner, &nowhere).await;
    page.has("There is nothing at the address");
    assert!(!page.contains(&whole[..12]));
}

#[tokio::test]
async fn explanation_names_the_actor_time_address_and_permission() {
    let (world, owner, key) = scene().await;
    let page = format!("/keys/{}", key.id);
    let scope = key.get("/api/leads").await;
    let told = explained(&owner, &scope).await;
    told.has_all([
        "The call needed the permission leads:read",
        "missing_scope",
        &page,
    ]);

    let body = json!({ "items": [{ "id": "A", "price": "secret price", "secret_name": 1 }] });
    let bad = key.post("/api/inventory", &body).await;
    let told = explained(&owner, &bad).await;
    told.has_all([
        "/items/0/price",
        "/items/0/name",
        "required",
        "/items/0/…",
        "POST /api/inventory",
    ]);
    assert!(
        !told.contains("secret"),
        "no value and no name of the caller's: {told}"
    );

    let fields = [
        ("name", "Feed"),
        ("scopes", "leads:read"),
        ("allow_list", "10.0.0.0/8"),
    ];
    owner
        .form(
            &format!("{page}/edit"),
            &[&fields[..], &[("shut_out", "yes")]].concat(),
        )
        .await
        .expect(303);
    let told = explained(&owner, &key.get("/api/leads").await).await;
    told.has("The call came from 192.0.2.7, and the key may be used from 10.0.0.0/8 alone.");
    owner
        .form(&format!("{page}/edit"), &fields[..2])
        .await
        .expect(303);

    owner.form(&format!("{page}/pause"), &[]).await.expect(303);
    let paused = key.get("/api/leads").await;
    explained(&owner, &paused)
        .await
        .has("The key is paused, since 23 Nov 2026");
    owner.form(&format!("{page}/resume"), &[]).await.expect(303);
    explained(&owner, &paused)
        .await
        .has("The key was paused then, and is no longer.");

    owner.revoke(&key.id, "Feed").await.expect(200);
    let told = explained(&owner, &key.get("/api/leads").await).await;
    told.has("The key was revoked by ada@example.com on 23 Nov 2026, 05:31:07 UTC, with the reason other.");
    let ended = owner.create("Ends", &["leads:read"]).await;
    world.clock.advance_seconds(90 * DAY);
    let owner = world.sign_in(OWNER).await;
    let told = explained(&owner, &ended.get("/api/leads").await).await;
    told.has("The key expired on 21 Feb 2027");
}

#[tokio::test]
async fn explanation_names_the_limit_that_was_exceeded() {
    let (world, owner, key) = scene().await;
    let mut last = key.get("/api/inventory").await;
    while last.status == 200 {
        last = key.get("/api/inventory").await;
    }
    explained(&owner, &last)
        .await
        .has("The key made more calls than its limit allows.");
    let wrong = world
        .nobody()
        .with("x-api-key", "vx_")
        .from([198, 51, 100, 9]);
    let mut last = wrong.get("/api/key").await;
    while last.status == 401 {
        last = wrong.get("/api/key").await;
    }
    explained(&owner, &last)
        .await
        .has("wrong or ended keys came from the caller");
}

#[tokio::test]
async fn every_code_of_the_api_has_its_own_explanation() {
    let (world, owner, _) = scene().await;
    let api = world.nobody().get("/api/openapi.json").await.json();
    let codes = api["components"]["schemas"]["Problem"]["properties"]["code"]["enum"].clone();
    let codes: Vec<String> = serde_json::from_value(codes).unwrap();
    assert!(codes.len() > 20, "{codes:?}");
    let mut connection = world.connection().await;
    let mut reasons = Vec::new();
    for (number, code) in codes
        .iter()
        .chain([&"from_the_future".to_owned()])
        .enumerate()
    {
        let id = format!("{number:032x}");
        sqlx::query("INSERT INTO refused_calls (request_id, at, code, cause, method, route) VALUES ($1, 1795411867000, $2, '\"nothing\"', 'GET', '')")
            .bind(&id)
            .bind(code)
            .execute(&mut connection)
            .await
            .unwrap();
        let page = look_up(&owner, &id).await;
        let (_, after) = page.split_once("<h2 id=\"why\">").expect("an explanation");
        reasons.push(after.split_once("</h2>").unwrap().0.to_owned());
    }
    let fallback = reasons.pop().unwrap();
    assert!(fallback.contains("refused with the code from_the_future"));
    for (code, reason) in codes.iter().zip(&reasons) {
        assert!(!reason.contains("refused with the code"), "{code}");
        let same = reasons.iter().filter(|other| *other == reason);
        assert_eq!(same.count(), 1, "{code}: {reason}");
    }
}

#[tokio::test]
async fn refusal_is_visible_only_to_its_account_and_for_a_week() {
    let (world, owner, key) = scene().await;
    let stranger = world.stranger().await;
    let mine = key.get("/api/leads").await;
    let nobodys = world.nobody().get("/api/key").await;
    for flushed in [false, true] {
        if flushed {
            world.services.flush().await.unwrap();
        }
        explained(&owner, &mine).await.has("leads:read");
        explained(&stranger, &mine).await.has(UNKNOWN);
        for member in [&owner, &stranger] {
            explained(member, &nobodys)
                .await
                .has("The call came without a key.");
        }
    }
    let accepted = key.get("/api/key").await.expect(200);
    look_up(&owner, accepted.header("x-request-id"))
        .await
        .has(UNKNOWN);
    world.clock.advance_seconds(7 * DAY);
    let owner = world.sign_in(OWNER).await;
    explained(&owner, &mine).await.has("leads:read");
    world.clock.advance_seconds(1);
    explained(&owner, &mine).await.has(UNKNOWN);
    world.services.refusals.sweep().await.unwrap();
    assert_eq!(world.count("SELECT count(*) FROM refused_calls").await, 0);
}

#[tokio::test]
async fn invalid_request_id_is_reported_and_a_key_is_not_echoed() {
    let (_world, owner, key) = scene().await;
    let empty = owner.get_text("/refusals").await;
    empty.lacks("A request id has 32 characters");
    look_up(&owner, "abc")
        .await
        .has_all(["A request id has 32 characters", "value=\"abc\""]);
    look_up(&owner, &"0".repeat(32)).await.has(UNKNOWN);
    let page = look_up(&owner, &key.secret).await;
    page.lacks(&key.secret);
    let answer = key.get("/api/leads").await;
    let id = answer.header("x-request-id").to_uppercase();
    look_up(&owner, &format!("+{id}+")).await.has("leads:read");
    let _: Value = answer.json();
}
