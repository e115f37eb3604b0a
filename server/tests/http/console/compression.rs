//! Compression of pages (decision 40).

use super::second_factor::{AuthenticatorApp, enable, field};
use super::sign_in_accounts::{EVE, eve_in_two_accounts};
use crate::support::{
    ALL_SCOPES, Member, OWNER, PASSWORD, TestClient, TestResponse, Text as _, World, setup_link,
};
use axum::http::HeaderMap;
use axum::routing::MethodFilter;
use domain::AccountName;
use flate2::read::GzDecoder;
use http_body_util::BodyExt as _;
use serde_json::json;
use server::Route;
use server::router::CONSOLE;
use service::Clock as _;
use std::io::Read as _;

/// The header `Accept-Encoding` of browsers over HTTPS.
const BROWSER: &str = "gzip, deflate, br, zstd";

/// A response as it is on the wire.
struct Wire {
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Wire {
    /// Follows a link to `path`.
    async fn get(http: &TestClient, path: &str) -> Self {
        Self::request(&following_links(http), path).await
    }

    async fn request(http: &TestClient, path: &str) -> Self {
        let response = http.open(path).await;
        assert_eq!(response.status(), 200, "{path}");
        let (parts, body) = response.into_parts();
        Self {
            headers: parts.headers,
            bytes: body.collect().await.unwrap().to_bytes().into(),
        }
    }

    fn is_compressed(&self) -> bool {
        let coding = self.headers.get("content-encoding");
        assert!(coding.is_none_or(|coding| coding == "gzip"), "{coding:?}");
        coding.is_some()
    }

    /// Returns the decompressed text.
    fn text(&self) -> String {
        let mut text = String::new();
        if self.is_compressed() {
            let mut decoder = GzDecoder::new(&*self.bytes);
            decoder.read_to_string(&mut text).unwrap();
        } else {
            text.push_str(std::str::from_utf8(&self.bytes).unwrap());
        }
        text
    }

    /// Returns the number of bytes of headers and body, as HTTP/1.1 sends them.
    fn size(&self) -> usize {
        let headers = self.headers.iter();
        let headers = headers.map(|(name, value)| name.as_str().len() + value.len() + 4);
        headers.sum::<usize>() + self.bytes.len()
    }
}

fn accepting(http: &TestClient, accept: &str) -> TestClient {
    http.with("accept-encoding", accept)
}

/// A client like a browser whose member follows links of the console. Forms declare this anyway.
fn following_links(http: &TestClient) -> TestClient {
    http.with("sec-fetch-site", "same-origin")
}

#[tokio::test]
async fn page_of_50_keys_is_at_most_20_kilobytes_on_the_wire() {
    let (world, owner) = World::with_owner().await;
    for number in 0..50 {
        let name = format!("Integration of dealer {number}");
        let key = owner.create(&name, &ALL_SCOPES[number % 3..]).await;
        if number % 2 == 0 {
            key.get("/api/key").await.expect(200);
        }
    }
    world.services.flush().await.unwrap();
    let small_page = async || {
        let page = Wire::get(&accepting(&owner, BROWSER), "/keys").await;
        let text = page.text();
        for number in 0..50 {
            text.has(&format!("Integration of dealer {number}"));
        }
        assert!(text.len() > 100_000, "{}", text.len());
        assert!(page.size() <= 20_000, "{}", page.size());
        text
    };
    small_page().await;
    // Accepted and rejected requests in every hour of the week. Their numbers differ for each day
    // and each key.
    let hour = world.clock.now().millis() / 3_600_000 * 3_600_000;
    let week = format!(
        "WITH RECURSIVE ago (hours) AS (SELECT 0 UNION ALL SELECT hours + 1 FROM ago WHERE hours < 167)
        INSERT INTO key_calls (account_id, key_id, hour, outcome, calls)
        SELECT k.account_id, k.id, {hour} - hours * 3600000, o.value,
            1 + (k.rowid * 7919 + hours / 24 * 104729) % 997 / iif(o.value = 'accepted', 1, 7)
        FROM api_keys k JOIN ago JOIN json_each('[\"accepted\", \"rate_limited\"]') o
        WHERE true ON CONFLICT DO NOTHING"
    );
    world.sql(week.leak()).await;
    let charts = small_page().await;
    assert_eq!(charts.matches(" rejected\" class=\"week\">").count(), 50);
}

#[tokio::test]
async fn page_is_sent_in_the_coding_that_the_client_prefers() {
    let (_world, owner) = World::with_owner().await;
    for (accept, is_compressed) in [
        (BROWSER, true),
        ("gzip", true),
        ("*", true),
        ("identity;q=0, gzip;q=0.1", true),
        ("gzip;q=0.5, identity;q=0.9", false),
        ("gzip;q=0, *", false),
        ("identity", false),
        ("br", false),
        ("", false),
    ] {
        let page = Wire::get(&accepting(&owner, accept), "/keys").await;
        assert_eq!(page.is_compressed(), is_compressed, "{accept}");
        page.text().has("</html>");
        let vary: Vec<_> = page.headers.get_all("vary").iter().collect();
        assert_eq!(vary, ["Sec-Fetch-Site", "Accept-Encoding"], "{accept}");
    }
    assert!(!Wire::get(&owner, "/keys").await.is_compressed());
}

#[tokio::test]
async fn head_has_the_headers_of_a_compressed_page() {
    let (_world, owner) = World::with_owner().await;
    let http = accepting(&owner, BROWSER);
    let head = following_links(&http)
        .send("HEAD", "/keys", "")
        .await
        .expect(200);
    assert_eq!(head.header("content-encoding"), "gzip");
    let length: usize = head.header("content-length").parse().unwrap();
    let page = Wire::get(&http, "/keys").await;
    assert!(length.abs_diff(page.bytes.len()) < 200, "{length}");
}

/// Another site could choose a search and measure the length of the page.
#[tokio::test]
async fn page_that_another_site_requests_is_not_compressed() {
    let (_world, owner) = World::with_owner().await;
    let http = accepting(&owner, BROWSER);
    for (site, is_compressed) in [
        ("same-origin", true),
        ("none", true),
        ("same-site", false),
        ("cross-site", false),
        ("something", false),
        ("", false),
    ] {
        let http = http.with("sec-fetch-site", site);
        let page = Wire::request(&http, "/keys?q=guess").await;
        assert_eq!(page.is_compressed(), is_compressed, "{site}");
    }
    let twice = http
        .with("sec-fetch-site", "same-origin")
        .with("sec-fetch-site", "cross-site");
    assert!(!Wire::request(&twice, "/keys").await.is_compressed());
}

/// An old browser declares nothing, and neither does one behind a proxy that removes the header.
#[tokio::test]
async fn page_without_a_declared_site_is_compressed_only_if_browsers_cannot_declare_it() {
    for (public_url, is_compressed) in [
        ("https://console.example.com", false),
        ("http://127.0.0.1:3000", false),
        ("http://console.example.com", true),
    ] {
        let world = World::at(public_url).await;
        let http = world.anonymous().with("accept-encoding", BROWSER);
        let page = Wire::request(&http, "/docs").await;
        assert_eq!(page.is_compressed(), is_compressed, "{public_url}");
        let declared = http.with("sec-fetch-site", "none");
        assert!(Wire::request(&declared, "/docs").await.is_compressed());
    }
}

#[tokio::test]
async fn page_that_repeats_a_pasted_key_is_not_compressed() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &["leads:read"]).await;
    let http = accepting(&owner, BROWSER);
    for page in ["/audit?thing=", "/inventory?q="] {
        assert!(Wire::get(&http, page).await.is_compressed(), "{page}");
        let page = format!("{page}{}", key.secret);
        assert!(!Wire::get(&http, &page).await.is_compressed(), "{page}");
    }
}

/// Walks all routes of the console: a new page fails this test until its author decides here
/// whether it is compressed.
#[tokio::test]
async fn every_page_without_a_secret_is_compressed() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &ALL_SCOPES).await;
    let fields = [("email", "guest@example.com"), ("role", "viewer")];
    owner.form("/team/invite", &fields).await.expect(200);
    let member = world.member_id(OWNER).await;
    let item = json!({ "items": [{ "id": "SKU-2", "name": "Car" }] });
    key.post("/api/inventory", &item).await.expect(200);
    let file = "id,name\nSKU-1,Car\n";
    let upload = owner.upload("/inventory/import", "cars.csv", file, &[]);
    let import = upload.await.expect(303).header("location").to_owned();
    let mapping = owner.get(&import).await.expect(200).selected_options();
    let mapping: Vec<_> = mapping
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    owner.form(&import, &mapping).await.expect(303);
    let (anonymous, owner) = (world.anonymous(), accepting(&owner, BROWSER));
    let anonymous = accepting(&anonymous, BROWSER);
    for Route { method, path, .. } in CONSOLE.iter() {
        if *method != MethodFilter::GET {
            continue;
        }
        let (http, at) = match *path {
            "/" | "/keys" | "/keys/new" | "/keys/found" | "/keys/several" | "/keys/revoke-all"
            | "/inventory" | "/inventory/import" | "/leads" | "/docs" | "/audit" | "/team"
            | "/team/invite" | "/account" | "/requests" | "/search" | "/settings" => {
                (&owner, (*path).to_owned())
            }
            "/sign-in" => (&anonymous, (*path).to_owned()),
            "/keys/{id}" | "/keys/{id}/edit" | "/keys/{id}/revoke" | "/keys/{id}/rotate" => {
                (&owner, path.replace("{id}", &key.id))
            }
            "/team/{id}" => (&owner, path.replace("{id}", &member)),
            "/inventory/items/{id}" => (&owner, path.replace("{id}", "SKU-2")),
            "/inventory/import/{id}" => (&owner, import.clone()),
            "/inventory/import/{id}/preview" => (&owner, format!("{import}/preview")),
            // The first two show a secret, as the tests below. The others are not pages.
            "/setup/{token}"
            | "/account/second-factor"
            | "/keys/events"
            | "/keys/{id}/first-call"
            | "/keys/{id}/learned"
            | "/requests/new"
            | "/inventory/import/{id}/apply"
            | "/inventory/import/{id}/faults.csv"
            | "/inventory/export.csv"
            | "/inventory/export.jsonl"
            | "/inventory/template.csv"
            | "/leads/export.csv"
            | "/leads/export.jsonl"
            | "/audit/log.csv"
            | "/audit/log.jsonl" => continue,
            _ => panic!("{path} is new: decide whether it shows a secret"),
        };
        let page = Wire::get(http, &at).await;
        assert!(page.is_compressed(), "{path}");
        let text = page.text();
        text.has("</html>");
        text.lacks(&key.secret);
        text.lacks("/setup/");
    }
    let lost = following_links(&anonymous).open("/nowhere").await;
    assert_eq!(lost.headers()["content-encoding"], "gzip");
}

/// Asserts that a response which contains `secret` is not compressed.
#[track_caller]
fn assert_plain(response: &TestResponse, secret: &str) {
    assert!(!response.headers.contains_key("content-encoding"));
    response.has(secret);
}

/// Asserts that a page which shows `secret` only once is not compressed, and that its script asks
/// for confirmation before it is left unsaved (`frontend/src/console.js`).
#[track_caller]
fn assert_shown_once(response: &TestResponse, secret: &str) {
    assert_plain(response, secret);
    response.has("data-unsaved");
}

/// The pages in both encodings that a client can request: one of the two may refuse a response
/// without a coding.
fn gzip_clients(http: &TestClient) -> [TestClient; 2] {
    [BROWSER, "gzip, identity;q=0"].map(|accept| accepting(http, accept))
}

#[tokio::test]
async fn page_with_a_new_key_is_never_compressed() {
    let (_world, owner) = World::with_owner().await;
    let old = owner.create("CRM Sync", &ALL_SCOPES).await;
    for (number, http) in gzip_clients(&owner).iter().enumerate() {
        let token = format!("{number:016x}");
        let fields = [
            ("name", "Feed"),
            ("scopes", "leads:read"),
            ("expires", "7d"),
            ("token", &*token),
        ];
        let issued = http.form("/keys", &fields).await.expect(200);
        assert_shown_once(&issued, "id=\"api-key\"");
        let form = json!({ "name": "Feed", "scopes": ["leads:read"], "expires": "7d", "token": format!("a{token}") });
        let call = http.call("keys/create", &json!({ "form": form })).await;
        assert_plain(&call.expect(200), "\"secret\":\"vx_");
    }
    let rotate = [
        ("grace", "24h"),
        ("expires", "7d"),
        ("token", "0123456789abcdef"),
    ];
    let path = format!("/keys/{}/rotate", old.id);
    let rotated = accepting(&owner, BROWSER).form(&path, &rotate).await;
    assert_shown_once(&rotated.expect(200), "id=\"api-key\"");
}

#[tokio::test]
async fn page_with_a_one_time_link_is_never_compressed() {
    let world = World::new().await;
    let services = &world.services;
    let link = services.links.first_owner_link().await.unwrap().unwrap();
    let first_owner = format!("/setup/{}", link.expose());
    let mut links = vec![first_owner.clone()];
    let visit = async |links: &[String]| {
        for path in links {
            for http in gzip_clients(&world.anonymous()) {
                let page = following_links(&http).get(path).await;
                assert_plain(&page.expect(200), "New password");
                let refusal = http.form(path, &[("password", "short")]).await;
                assert_plain(&refusal.expect(422), "New password");
            }
        }
    };
    visit(&links).await;
    links.clear();
    let owner = world.owner().await;
    for (number, http) in gzip_clients(&owner).iter().enumerate() {
        let email = format!("guest{number}@example.com");
        let fields = [("email", &*email), ("role", "viewer")];
        let invited = http.form("/team/invite", &fields).await.expect(200);
        assert_shown_once(&invited, "/setup/");
        links.push(setup_link(&invited.body));
    }
    let name = AccountName::parse("Other Cars").unwrap();
    let link = world.services.links.new_account_link(name).await.unwrap();
    links.push(format!("/setup/{}", link.expose()));
    links.push(world.reset_link(OWNER).await);
    visit(&links).await;
}

#[tokio::test]
async fn page_with_an_authenticator_secret_or_recovery_codes_is_never_compressed() {
    const PATH: &str = "/account/second-factor";
    let (world, owner) = World::with_owner().await;
    for http in gzip_clients(&owner) {
        let page = following_links(&http).get(PATH).await.expect(200);
        assert_plain(&page, "id=\"factor-key\"");
        let sealed = field(&page.body, "sealed");
        let wrong = [("sealed", &*sealed), ("code", "12345")];
        let again = http.form(PATH, &wrong).await.expect(422);
        assert_plain(&again, "id=\"factor-key\"");
    }
    let page = owner.get_text(PATH).await;
    let (app, sealed) = (AuthenticatorApp::from_page(&page), field(&page, "sealed"));
    let fields = [
        ("sealed", &*sealed),
        ("code", &app.code(&world)),
        ("old_password", PASSWORD),
    ];
    let enabled = accepting(&owner, BROWSER).form(PATH, &fields).await;
    assert_shown_once(&enabled.expect(200), "id=\"recovery-codes\"");
    for http in gzip_clients(&owner) {
        world.clock.advance_seconds(30);
        let fields = [("old_password", PASSWORD), ("code", &app.code(&world))];
        let renewed = http.form("/account/recovery-codes", &fields).await;
        assert_shown_once(&renewed.expect(200), "id=\"recovery-codes\"");
    }
}

#[tokio::test]
async fn page_with_a_token_of_a_begun_sign_in_is_never_compressed() {
    let world = eve_in_two_accounts(PASSWORD).await;
    let http = accepting(&world.anonymous(), BROWSER);
    let fields = [("email", EVE), ("password", PASSWORD)];
    let choice = http.form("/sign-in", &fields).await.expect(200);
    assert_plain(&choice, "Choose an account");

    let owner: Member = world.sign_in(OWNER).await;
    enable(&world, &owner).await;
    let fields = [("email", OWNER), ("password", PASSWORD)];
    let begun = http.form("/sign-in", &fields).await.expect(200);
    assert_plain(&begun, "name=\"step\"");
    let step = field(&begun.body, "step");
    let fields = [("step", &*step), ("ask", "recovery")];
    let other = http.form("/sign-in/code", &fields).await.expect(200);
    assert_plain(&other, &step);
    let fields = [("step", &*step), ("code", "000000")];
    let wrong = http.form("/sign-in/code", &fields).await.expect(422);
    assert_plain(&wrong, &step);
}

#[tokio::test]
async fn only_pages_and_the_description_of_the_api_are_compressed() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &ALL_SCOPES).await;
    let items: Vec<_> = (0..50)
        .map(|number| json!({ "id": format!("SKU-{number}"), "name": "Car", "category": "Sedan" }))
        .collect();
    key.post("/api/inventory", &json!({ "items": items }))
        .await
        .expect(200);
    let call = format!("/keys/{}/first-call", key.id);
    let (owner, key) = (accepting(&owner, BROWSER), accepting(&key, BROWSER));
    for (http, path) in [
        (&owner, "/keys/events"),
        (&owner, &*call),
        (&owner, "/inventory/export.csv"),
        (&owner, "/inventory/export.jsonl"),
        (&owner, "/audit/log.csv"),
        (&key, "/api/inventory"),
        (&key, "/api/key"),
    ] {
        let http = following_links(http);
        let coding = http.header_of(path, "content-encoding").await;
        assert_eq!(coding, "", "{path}");
    }
    let description = Wire::get(&key, "/api/openapi.json").await;
    assert!(description.is_compressed());
    assert_eq!(description.headers["vary"], "Accept-Encoding");
    description.text().has("\"openapi\"");
}

/// Submits all forms of the console empty, and then for things that do not exist: whatever page the
/// response is, and whether or not its handler shows the page of the form again.
#[tokio::test]
async fn direct_response_to_a_form_is_never_compressed() {
    let (world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &ALL_SCOPES).await;
    let member = world.member_id(OWNER).await;
    let mut pages = 0;
    for Route { method, path, .. } in CONSOLE.iter() {
        // The first would end the session, and the second is not a form.
        if *method != MethodFilter::POST || matches!(*path, "/sign-out" | "/call/{*function}") {
            continue;
        }
        let id = if path.starts_with("/team") {
            &member
        } else {
            &key.id
        };
        for id in [id, "nothing"] {
            let path = path.replace("{id}", id).replace("{token}", "nothing");
            for http in gzip_clients(&owner) {
                let response = http.form(&path, &[]).await;
                let coding = response.headers.get("content-encoding");
                assert_eq!(coding, None, "{path}");
                pages += usize::from(response.body.contains("</html>"));
            }
        }
    }
    assert!(pages > 40, "{pages}");
    let too_long = "a".repeat(20_000);
    let fields = [("name", &*too_long)];
    let refusal = accepting(&owner, BROWSER).form("/keys", &fields).await;
    assert_plain(&refusal.expect(400), "name");
}

/// Each response has a fresh token, so that many responses together reveal nothing about any of
/// them.
#[tokio::test]
async fn tokens_of_forms_are_fresh_in_each_rendering() {
    let (_world, owner) = World::with_owner().await;
    let key = owner.create("CRM Sync", &ALL_SCOPES).await;
    let rotate = format!("/keys/{}/rotate", key.id);
    for path in ["/keys", "/keys/new", &*rotate] {
        let token = async || {
            let page = owner.get_text(path).await;
            let marks = ["name=\"token\" value=\"", "\"new_key\":{\"token\":\""];
            let rest = marks.iter().find_map(|mark| page.split_once(mark));
            let (_, rest) = rest.unwrap_or_else(|| panic!("{path} has a token"));
            rest.split_once('"').unwrap().0.to_owned()
        };
        let (first, second) = (token().await, token().await);
        assert_eq!(first.len(), 32, "{path}");
        assert_ne!(first, second, "{path}");
    }
}
