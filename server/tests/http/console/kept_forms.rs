//! Forms that are sent after the session has ended: the same member gets their entries back.

use crate::support::{Member, OWNER, TestClient, TestResponse, Text as _, World};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::BodyExt as _;
use sha2::Sha256;

const BACK: &str = "Your session ended before this form was saved.";
const KEPT: &str = "Sign in to go back to the form, check your entries";
const UNSAVED: &str = "so nothing was saved. Sign in to go back and try again.";

/// Returns the cookie of a response with this name, as the browser sends it.
fn cookie(response: &TestResponse, name: &str) -> Option<String> {
    let cookies = response.headers.get_all("set-cookie").iter();
    let mut cookies = cookies.filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
    cookies
        .find(|cookie| cookie.starts_with(name))
        .map(str::to_owned)
}

/// A form that a member sends after their session has ended in another browser.
struct Late {
    http: TestClient,
    response: TestResponse,
    /// Cookie with the id of the kept form.
    kept: Option<String>,
}

/// Opens the page, ends the session elsewhere, and then sends the form of the page.
async fn send_late(world: &World, (page, form): (&str, &str), fields: &[(&str, &str)]) -> Late {
    let member = world.sign_in(OWNER).await;
    let shown = member.get(page).await.expect(200);
    let owner = shown.hidden_field("owner");
    assert!(!owner.is_empty(), "{page} names its member");
    let seen = shown.hidden_field("seen").replace("&quot;", "\"");
    let ends = [("end", "others")];
    let other = world.sign_in(OWNER).await;
    other.form("/account/sessions", &ends).await.expect(303);
    let also = [("owner", owner.as_str()), ("seen", seen.as_str())];
    let fields: Vec<_> = fields.iter().copied().chain(also).collect();
    let response = member.form(form, &fields).await.expect(303);
    let kept = cookie(&response, "voxum_form_3000=");
    let http = (*member).clone();
    Late {
        http,
        response,
        kept,
    }
}

/// Returns the page as the browser with the kept form gets it, once this member has signed in.
async fn back(member: &Member, late: &Late, page: &str) -> String {
    let cookie = late.kept.as_ref().expect("the form is kept");
    member.with("cookie", cookie).get_text(page).await
}

#[tokio::test]
async fn member_gets_their_entries_back_once_after_signing_in() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let (edit, rotate) = (
        format!("/keys/{}/edit", key.id),
        format!("/keys/{}/rotate", key.id),
    );
    for (page, form, fields, typed) in [
        (
            "/keys/new",
            "/keys",
            vec![
                ("name", "Night Import"),
                ("scopes", "leads:read"),
                ("note", "typed"),
            ],
            "Night Import",
        ),
        (
            &edit,
            &edit,
            vec![("name", "CRM Nightly"), ("scopes", "leads:read")],
            "CRM Nightly",
        ),
        (
            &rotate,
            &rotate,
            vec![
                ("grace", "7d"),
                ("expires", "date"),
                ("last_day", "2027-08-09"),
            ],
            "2027-08-09",
        ),
        (
            "/settings",
            "/settings",
            vec![("account_name", "Acme Vans")],
            "Acme Vans",
        ),
        (
            "/team/invite",
            "/team/invite",
            vec![("email", "bea@example.com"), ("role", "viewer")],
            "bea@example.com",
        ),
    ] {
        let late = send_late(&world, (page, form), &fields).await;
        let next = page.replace('/', "%2F");
        assert_eq!(
            late.response.header("location"),
            format!("/sign-in?next={next}")
        );
        let sign_in = late.http.follow(&late.response).await.expect(200).body;
        sign_in.has(KEPT);
        sign_in.lacks(typed);
        let member = world.sign_in(OWNER).await;
        // If the page cannot be shown, the entries remain.
        if page.ends_with("/edit") {
            world
                .sql("ALTER TABLE api_keys RENAME TO hidden_keys")
                .await;
            let browser = member.with("cookie", late.kept.as_ref().unwrap());
            browser.get(page).await.expect(500).lacks(typed);
            world
                .sql("ALTER TABLE hidden_keys RENAME TO api_keys")
                .await;
        }
        let shown = back(&member, &late, page).await;
        shown.has(typed);
        shown.has(BACK);
        let again = back(&member, &late, page).await;
        again.lacks(BACK);
    }
    // Nothing was applied.
    let member = world.sign_in(OWNER).await;
    let keys = member.keys().await.to_string();
    keys.has("CRM Sync");
    keys.lacks("Night");
    assert_eq!(world.count("SELECT count(*) FROM api_keys").await, 1);
}

#[tokio::test]
async fn page_with_entries_is_not_compressed() {
    let (world, _) = World::with_owner().await;
    let fields = [("name", "Night Import")];
    let late = send_late(&world, ("/keys/new", "/keys"), &fields).await;
    let member = world.sign_in(OWNER).await;
    let browser = member
        .with("cookie", late.kept.as_ref().expect("the form is kept"))
        .with("accept-encoding", "gzip")
        .with("sec-fetch-site", "same-origin");
    for coding in [None, Some("gzip")] {
        let response = browser.open("/keys/new").await;
        let found = response.headers().get("content-encoding");
        assert_eq!(found.map(|value| value.to_str().unwrap()), coding);
        // The page is shown once all of it was read.
        response.into_body().collect().await.unwrap();
    }
}

#[tokio::test]
async fn another_member_and_another_page_do_not_show_the_entries() {
    let (world, _) = World::with_owner().await;
    let fields = [("name", "Night Import")];
    let late = send_late(&world, ("/keys/new", "/keys"), &fields).await;
    let owner = world.sign_in(OWNER).await;
    let colleague = world.join(&owner, "bea@example.com", "admin").await;
    let stranger = world.stranger().await;
    for other in [&colleague, &stranger] {
        back(other, &late, "/keys/new").await.lacks("Night Import");
    }
    back(&owner, &late, "/settings").await.lacks(BACK);
    back(&owner, &late, "/keys/new").await.has("Night Import");
}

#[tokio::test]
async fn entries_expire_after_fifteen_minutes() {
    let (world, _owner) = World::with_owner().await;
    let fields = [("name", "Night Import")];
    let late = send_late(&world, ("/keys/new", "/keys"), &fields).await;
    world.clock.advance_seconds(15 * 60);
    let member = world.sign_in(OWNER).await;
    back(&member, &late, "/keys/new")
        .await
        .lacks("Night Import");
}

#[tokio::test]
async fn form_is_kept_only_with_the_owner_that_the_server_wrote_in_its_session() {
    let (world, owner) = World::with_owner().await;
    let other = world.sign_in(OWNER).await;
    let proof = owner
        .get("/keys/new")
        .await
        .expect(200)
        .hidden_field("owner");
    let foreign = other
        .get("/keys/new")
        .await
        .expect(200)
        .hidden_field("owner");
    assert_ne!(proof, foreign);
    other
        .form("/account/sessions", &[("end", "others")])
        .await
        .expect(303);
    let id = proof.split(':').next().unwrap();
    let send = async |http: &TestClient, claim: &str| {
        let fields = [("name", "Night Import"), ("owner", claim)];
        let response = http.form("/keys", &fields).await.expect(303);
        cookie(&response, "voxum_form").is_some()
    };
    for claim in ["", id, &format!("{id}:00"), foreign.as_str()] {
        assert!(!send(&owner, claim).await, "{claim:?}");
    }
    assert!(!send(&world.anonymous(), &proof).await, "without a cookie");
    assert!(send(&owner, &proof).await);
    // A client that chooses the token knows everything but the secret of the server.
    let token = "5e".repeat(32);
    let mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).unwrap();
    let mac = mac.chain_update("voxum form owner\n").chain_update(id);
    let forged = format!("{id}:{}", hex::encode(mac.finalize().into_bytes()));
    let cookie = format!("voxum_session_3000={token}");
    let client = world.anonymous().with("cookie", cookie);
    assert!(!send(&client, &forged).await);
}

#[tokio::test]
async fn forms_with_secrets_are_never_kept() {
    let (world, owner) = World::with_owner().await;
    let proof = owner
        .get("/keys/new")
        .await
        .expect(200)
        .hidden_field("owner");
    let other = world.sign_in(OWNER).await;
    other
        .form("/account/sessions", &[("end", "others")])
        .await
        .expect(303);
    for path in [
        "/account/password",
        "/account/second-factor",
        "/account/second-factor/off",
        "/account/recovery-codes",
        "/keys/found",
        "/keys/revoke-all",
    ] {
        let fields = [("password", "typed typed typed"), ("owner", proof.as_str())];
        let response = owner.form(path, &fields).await.expect(303);
        assert_eq!(cookie(&response, "voxum_form"), None, "{path}");
        let page = owner.follow(&response).await.expect(200).body;
        page.has(UNSAVED);
    }
    // No page of them names its member either.
    for page in ["/account", "/account/second-factor", "/keys/found"] {
        let shown = owner_page(&world, page).await;
        assert_eq!(shown.hidden_field("owner"), "", "{page}");
    }
}

async fn owner_page(world: &World, page: &str) -> TestResponse {
    world.sign_in(OWNER).await.get(page).await.expect(200)
}

#[tokio::test]
async fn options_of_an_import_are_kept_and_its_file_has_to_be_chosen_again() {
    let (world, owner) = World::with_owner().await;
    let file = "Nr,Titel,Preis\n1,Golf,5\n";
    let upload = owner.upload("/inventory/import", "cars.csv", file, &[]);
    let path = upload.await.expect(303).header("location").to_owned();
    let options = [
        ("column-0", "id"),
        ("column-1", "attribute"),
        ("column-2", "name"),
        ("decimals", "comma"),
        ("currency", "CHF"),
        ("mode", "update"),
    ];
    let late = send_late(&world, (&path, &path), &options).await;
    let sign_in = late.http.follow(&late.response).await.expect(200).body;
    sign_in.has(KEPT);
    let member = world.sign_in(OWNER).await;
    let browser = member.with("cookie", late.kept.as_ref().unwrap());
    let page = browser.get(&path).await.expect(200);
    page.has(BACK);
    let selected = page.selected_options();
    for (name, value) in options {
        let option = (name.to_owned(), value.to_owned());
        assert!(selected.contains(&option), "{selected:?}");
    }
    // They are shown once, and were not applied.
    let page = browser.get(&path).await.expect(200);
    page.lacks(BACK);
    let choices = "SELECT count(*) FROM imports WHERE choices IS NOT NULL";
    assert_eq!(world.count(choices).await, 0);

    // A confirmation and a file are not kept.
    let apply = format!("{path}/apply");
    let response = owner.form(&apply, &[("preview", "00")]);
    let response = response.await.expect(303);
    let http = (*owner).clone();
    let sign_in = http.follow(&response).await.expect(200);
    sign_in.has(UNSAVED);
    let response = owner
        .upload("/inventory/import", "cars.csv", file, &[])
        .await;
    let sign_in = http.follow(&response.expect(303)).await.expect(200);
    sign_in.has("the file was not uploaded. Sign in to go back, then choose the file again.");
}
