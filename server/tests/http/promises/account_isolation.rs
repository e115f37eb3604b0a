//! No account sees or changes the data of another, in any route or call. The tests walk the lists
//! of the server itself, and a route that is not known here fails them: its author must show here
//! how it keeps accounts apart.

use crate::support::{ALL_SCOPES, Key, Member, OWNER, TestResponse, Text as _, World, sha256};
use app::Page;
use axum::routing::MethodFilter;
use http_body_util::BodyExt as _;
use leptos::server_fn::axum::server_fn_paths;
use serde_json::{Value, json};
use server::Route;
use server::router::{API, CONSOLE, OPEN};

/// Texts in all data of the first account, which must not occur in any response to the second.
const MARKERS: [&str; 3] = ["Acme", "ACME-1", "ada@example.com"];

/// Settings of the second account after its owner has changed all of them.
const SETTINGS: [(&str, &str); 5] = [
    ("account_name", "Mine"),
    ("currency", "CHF"),
    ("limit_depth", "77"),
    ("limit_per_second", "7"),
    ("time_zone", "Europe/Zurich"),
];

/// The id of one of their items. It is as long as other ids, so that pages that contain their own
/// address are equally long.
const VICTIM_ITEM: &str = "0198c2a0-0000-7000-8000-00000000cafe";

struct TwoAccounts {
    world: World,
    victim: Member,
    victim_key: Key,
    /// The id of their owner.
    victim_id: String,
    /// The path of their lead.
    victim_lead: String,
    victim_import: String,
    attacker: Member,
    attacker_key: Key,
}

async fn two_accounts() -> TwoAccounts {
    let world = World::new().await;
    let victim = world.owner().await;
    let victim_key = victim.create("Acme Feed", &ALL_SCOPES).await;
    let item = |id| json!({ "id": id, "name": "Acme Car", "category": "Acme" });
    let items = json!({ "items": [item("ACME-1"), item(VICTIM_ITEM)] });
    victim_key.post("/api/inventory", &items).await.expect(200);
    let lead = json!({ "name": "Acme Buyer", "email": "buyer@acme.example", "source": "Acme" });
    let response = victim_key.post("/api/leads", &lead).await.expect(201);
    victim_key.get("/api/leads?limit=no").await.expect(400);
    world.services.flush().await.unwrap();
    let victim_lead = response.header("location").to_owned();
    world.join(&victim, "bob@example.com", "admin").await;
    let fields = [("email", "guest@example.com"), ("role", "viewer")];
    victim.form("/team/invite", &fields).await.expect(200);
    let victim_id = world.member_id(OWNER).await;
    let file = "id,name\nACME-1,Acme Car\n";
    let begun = victim.upload("/inventory/import", "acme.csv", file, &[]);
    let begun = begun.await.expect(303).header("location").to_owned();
    let victim_import = begun.trim_start_matches("/inventory/import/").to_owned();
    let attacker = world.stranger().await;
    let attacker_key = attacker.create("Feed", &ALL_SCOPES).await;
    TwoAccounts {
        world,
        victim,
        victim_key,
        victim_id,
        victim_lead,
        victim_import,
        attacker,
        attacker_key,
    }
}

impl TwoAccounts {
    /// Everything of the first account, as its own members see it.
    async fn snapshot(&self) -> Value {
        let keys = self.victim.keys().await["keys"].clone();
        let items = self.victim_key.get_json("/api/inventory").await;
        let leads = self.victim_key.get_json("/api/leads").await;
        let audit = self.world.count("SELECT count(*) FROM audit_events WHERE account_id = (SELECT id FROM accounts WHERE name = 'Acme Motors')").await;
        let settings = self.victim.get_text("/settings").await;
        let settings: Vec<_> = ["CHF", "Europe/Zurich"]
            .map(|own| settings.contains(&format!("value=\"{own}\" selected")))
            .into();
        let status: Vec<_> = keys
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["status"].clone())
            .collect();
        let team = self.victim.get_text("/team").await;
        let team: Vec<_> = [
            "bob@example.com",
            "guest@example.com",
            "Deactivated",
            "Viewer",
        ]
        .map(|word| team.matches(word).count())
        .into();
        let imports = format!("/inventory/import/{}", self.victim_import);
        let imported = self
            .victim
            .get(&imports)
            .await
            .expect(200)
            .selected_options();
        json!([status, items, leads, audit, settings, team, imported])
    }
}

#[track_caller]
fn assert_no_markers(response: &TestResponse, context: &str) {
    for marker in MARKERS {
        assert!(
            !response.body.contains(marker),
            "{context} tells of {marker}: {}",
            response.body
        );
    }
}

/// Compares two responses without the fields that differ from one request to the next.
fn assert_same(one: &TestResponse, other: &TestResponse, context: &str) {
    let plain = |response: &TestResponse| {
        let mut document = response.json();
        document["instance"] = Value::Null;
        (response.status, document)
    };
    assert_eq!(plain(one), plain(other), "{context}");
}

#[tokio::test]
async fn api_routes_never_expose_or_change_another_account() {
    let accounts = two_accounts().await;
    let before = accounts.snapshot().await;
    let key = &accounts.attacker_key;
    let put = json!({ "name": "Mine" });
    for Route { method, path, .. } in API.iter().chain(OPEN) {
        let context = format!("{method:?} {path}");
        let id = |id: &str| path.replace("{id}", id);
        match (*method, *path) {
            // The response for their item must be the same as for an item that does not exist.
            (MethodFilter::GET, "/api/inventory/{id}") => {
                assert_same(
                    &key.get(&id("ACME-1")).await,
                    &key.get(&id("NONE")).await,
                    &context,
                );
            }
            (MethodFilter::DELETE, "/api/inventory/{id}") => {
                assert_same(
                    &key.delete(&id("ACME-1")).await,
                    &key.delete(&id("NONE")).await,
                    &context,
                );
            }
            (MethodFilter::PATCH, "/api/inventory/{id}") => {
                assert_same(
                    &key.patch(&id("ACME-1"), &put).await,
                    &key.patch(&id("NONE"), &put).await,
                    &context,
                );
            }
            (MethodFilter::PUT, "/api/inventory/{id}") => {
                // The same id in another account is another item.
                key.put(&id("ACME-1"), &put).await.expect(201);
                key.delete(&id("ACME-1")).await.expect(204);
            }
            (MethodFilter::POST, "/api/inventory") => {
                let items = json!({ "items": [{ "id": "ACME-1", "name": "Mine" }] });
                let response = key.post(path, &items).await.expect(200);
                assert_eq!(response.json()["created"], 1, "{context}");
                key.delete("/api/inventory/ACME-1").await.expect(204);
            }
            // The response for their lead must be the same as for a lead that does not exist.
            (MethodFilter::GET, "/api/leads/{id}") => {
                assert_same(
                    &key.get(&accounts.victim_lead).await,
                    &key.get(&id("none")).await,
                    &context,
                );
            }
            (MethodFilter::DELETE, "/api/leads/{id}") => {
                assert_same(
                    &key.delete(&accounts.victim_lead).await,
                    &key.delete(&id("none")).await,
                    &context,
                );
            }
            (MethodFilter::PATCH, "/api/leads/{id}") => {
                let edit = json!({ "status": "lost", "note": "Mine" });
                assert_same(
                    &key.patch(&accounts.victim_lead, &edit).await,
                    &key.patch(&id("none"), &edit).await,
                    &context,
                );
            }
            (MethodFilter::POST, "/api/leads") => {
                let lead = json!({ "email": "buyer@acme.example" });
                let response = key.post(path, &lead).await.expect(201);
                assert_ne!(
                    response.header("location"),
                    accounts.victim_lead,
                    "{context}"
                );
                key.delete(response.header("location")).await.expect(204);
            }
            (
                MethodFilter::GET,
                "/api/inventory"
                | "/api/inventory/changes"
                | "/api/leads"
                | "/api/key"
                | "/api/openapi.json"
                | "/healthz"
                | "/readyz",
            ) => {
                assert_no_markers(&key.get(path).await.expect(200), &context);
            }
            // This route is tested last, since it revokes the key.
            (MethodFilter::DELETE, "/api/key") => {}
            _ => panic!("{context} is new: say here how it keeps accounts apart"),
        }
        assert_eq!(
            accounts.snapshot().await,
            before,
            "{context} changed something of another account"
        );
    }
    key.delete("/api/key").await.expect(204);
    assert_eq!(
        accounts.snapshot().await,
        before,
        "DELETE /api/key changed something of another account"
    );
}

#[tokio::test]
async fn server_functions_never_expose_or_change_another_account() {
    let accounts = two_accounts().await;
    let before = accounts.snapshot().await;
    let (victim_key, attacker) = (&accounts.victim_key.id, &accounts.attacker);
    let mut paths: Vec<_> = server_fn_paths().map(|(path, _)| path).collect();
    paths.sort_unstable();
    assert!(
        paths.len() >= 3,
        "the registry of calls is empty: {paths:?}"
    );
    for path in paths {
        let call = async |arguments: Value| {
            attacker
                .call(path.trim_start_matches("/call/"), &arguments)
                .await
        };
        let response = match path {
            "/call/keys/list" => call(json!({})).await.expect(200),
            "/call/keys/create" => {
                let form = json!({ "name": "n", "scopes": ["leads:read"], "expires": "7d", "token": "0123456789abcdef" });
                call(json!({ "form": form })).await.expect(200)
            }
            "/call/keys/revoke" => {
                let form = json!({ "reason": "other", "confirm": "Acme Feed" });
                let foreign = call(json!({ "id": victim_key, "form": form }))
                    .await
                    .expect(200);
                let unknown = call(json!({ "id": "none", "form": form }))
                    .await
                    .expect(200);
                assert_eq!(foreign.body, unknown.body);
                assert_eq!(foreign.json()["Err"], "not_found");
                foreign
            }
            _ => panic!("{path} is new: say here how it keeps accounts apart"),
        };
        assert_no_markers(&response, path);
        let anything = json!({ "cursor": null, "id": victim_key, "form": { "name": "n" } });
        let anonymous = accounts.world.anonymous();
        let anonymous_response = anonymous
            .call(path.trim_start_matches("/call/"), &anything)
            .await;
        assert_eq!(
            anonymous_response.json()["Err"],
            "signed_out",
            "{path} answers anybody"
        );
        assert_eq!(
            accounts.snapshot().await,
            before,
            "{path} changed something of another account"
        );
    }
}

const ROTATE: [(&str, &str); 3] = [
    ("grace", "now"),
    ("expires", "7d"),
    ("token", "0123456789abcdef"),
];

const EDIT: [(&str, &str); 4] = [
    ("name", "Taken over"),
    ("scopes", "leads:read"),
    ("last_day", ""),
    ("networks", "203.0.113.0/24"),
];

fn is_page(path: &str) -> bool {
    Page::ALL.iter().any(|page| page.path() == path)
}

/// Requests a path with an id of another account. The response is as long as for an id that nothing
/// has.
async fn foreign(attacker: &Member, path: &str, id: &str) -> TestResponse {
    let response = attacker.get(&path.replace("{id}", id)).await.expect(404);
    let nothing = "0198c2a0-0000-7000-8000-000000000000";
    let unknown = attacker.get(&path.replace("{id}", nothing)).await;
    assert_eq!(
        response.body.len(),
        unknown.expect(404).body.len(),
        "{path}"
    );
    response
}

#[expect(clippy::too_many_lines, reason = "one arm for each route")]
#[tokio::test]
async fn console_pages_and_forms_never_expose_or_change_another_account() {
    let accounts = two_accounts().await;
    let before = accounts.snapshot().await;
    let attacker = &accounts.attacker;
    for Route { method, path, .. } in CONSOLE.iter() {
        // Each snapshot of their data takes two calls with their key.
        accounts.world.clock.advance_seconds(1);
        let context = format!("{method:?} {path}");
        let id = match *path {
            path if path.starts_with("/team") => &accounts.victim_id,
            path if path.starts_with("/inventory/import") => &accounts.victim_import,
            "/inventory/items/{id}" => VICTIM_ITEM,
            _ => &accounts.victim_key.id,
        };
        let at = path.replace("{id}", id);
        let response = match (*method, *path) {
            (
                MethodFilter::GET,
                "/inventory/export.csv"
                | "/inventory/export.jsonl"
                | "/inventory/template.csv"
                | "/leads/export.csv"
                | "/leads/export.jsonl"
                | "/audit/log.csv"
                | "/audit/log.jsonl",
            ) => attacker.get(&at).await.expect(200),
            (MethodFilter::GET, "/requests/new") => {
                // The cursor of a page of their list counts none of their calls.
                let after = format!("{at}?after=0f0000000000000000");
                let response = attacker.get(&after).await.expect(200);
                response.has("No newer rejected requests");
                response
            }
            (MethodFilter::GET, "/keys/events") => {
                // The stream has no end, so the test reads one frame.
                let url = format!("{at}?await={}", accounts.victim_key.id);
                let mut body = attacker.open(&url).await.into_body();
                let frame = body.frame().await.unwrap().unwrap();
                let text = String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap();
                text.has("\"first_call\":null");
                assert!(
                    !MARKERS.iter().any(|marker| text.contains(marker)),
                    "{text}"
                );
                attacker.get("/keys").await.expect(200)
            }
            (MethodFilter::POST, "/keys/found") => {
                // The digest of a key of the other account discloses nothing.
                let digest = sha256(&accounts.victim_key.secret);
                let response = attacker.form(&at, &[("digest", &digest)]).await.expect(200);
                response.has("No key of this account matches");
                response
            }
            (MethodFilter::GET, "/keys/several") => {
                let url = format!("{at}?do=revoke&key={}", accounts.victim_key.id);
                attacker.get(&url).await.expect(200)
            }
            (MethodFilter::POST, "/keys/several") => {
                let fields = [
                    ("do", "revoke"),
                    ("key", &accounts.victim_key.id),
                    ("reason", "other"),
                    ("count", "1"),
                ];
                attacker.form(&at, &fields).await.expect(422)
            }
            (MethodFilter::POST, "/keys/revoke-all") => {
                let fields = [("confirm", "Other Cars"), ("confirm", "Acme Motors")];
                for field in fields {
                    attacker.form(&at, &[field]).await;
                }
                attacker.get("/keys").await.expect(200)
            }
            (MethodFilter::POST, "/settings/key-creation") => {
                attacker.form(&at, &[("stop", "1")]).await.expect(303)
            }
            (MethodFilter::GET, "/sign-in") => attacker.get(&at).await.expect(303),
            (
                MethodFilter::POST,
                "/team/{id}/role"
                | "/team/{id}/deactivate"
                | "/team/{id}/reactivate"
                | "/team/{id}/reset"
                | "/team/{id}/sessions"
                | "/team/{id}/hand-over",
            ) => {
                let fields = [("role", "viewer"), ("confirm", OWNER), ("end", "all")];
                attacker.form(&at, &fields).await.expect(404)
            }
            // An open invitation of the other account stays open.
            (MethodFilter::POST, "/team/withdraw") => {
                let fields = [("email", "guest@example.com")];
                attacker.form(&at, &fields).await.expect(303)
            }
            // An address of a member of the other account is treated like any other.
            (MethodFilter::POST, "/team/invite") => {
                let fields = [("email", "bob@example.com"), ("role", "viewer")];
                attacker.form(&at, &fields).await.expect(200)
            }
            (MethodFilter::POST, "/team/second-factor") => {
                attacker.form(&at, &[("required", "1")]).await.expect(403)
            }
            (MethodFilter::POST, "/account/password") => attacker.form(&at, &[]).await.expect(422),
            (
                MethodFilter::POST,
                "/account/second-factor" | "/account/second-factor/off" | "/account/recovery-codes",
            ) => attacker.form(&at, &[("sealed", "00")]).await,
            (MethodFilter::POST, "/account/sessions") => {
                attacker.form(&at, &[("end", "others")]).await.expect(303)
            }
            (MethodFilter::POST, "/keys/{id}/rotate") => {
                attacker.form(&at, &ROTATE).await.expect(404)
            }
            // A feed with the whole inventory could remove the items of other accounts.
            (MethodFilter::POST, "/inventory/import") => {
                let file = "id,name\nA,a\n";
                attacker
                    .import("feed.csv", file, &[("mode", "replace")])
                    .await
                    .expect(200)
            }
            (
                MethodFilter::GET,
                "/inventory/import/{id}/apply" | "/inventory/import/{id}/faults.csv",
            ) => foreign(attacker, path, id).await,
            (
                MethodFilter::POST,
                "/inventory/import/{id}"
                | "/inventory/import/{id}/apply"
                | "/inventory/import/{id}/discard",
            ) => attacker
                .form(&at, &[("column-0", "name")])
                .await
                .expect(404),
            (
                MethodFilter::POST,
                "/keys/{id}/edit" | "/keys/{id}/pause" | "/keys/{id}/resume" | "/keys/{id}/watch"
                | "/keys/{id}/enforce" | "/keys/{id}/undo",
            ) => attacker.form(&at, &EDIT).await.expect(404),
            (MethodFilter::POST, "/keys/{id}/revoke") => attacker
                .form(&at, &[("reason", "other"), ("confirm", "Acme Feed")])
                .await
                .expect(404),
            (MethodFilter::POST, "/keys") => attacker.form(&at, &[("name", "n")]).await.expect(422),
            (MethodFilter::POST, "/keys/new") => {
                attacker.form(&at, &[("preset", "crm")]).await.expect(200)
            }
            (MethodFilter::POST, "/settings") => attacker.form(&at, &SETTINGS).await.expect(303),
            (MethodFilter::POST, "/theme") => attacker.form(&at, &[]).await.expect(303),
            // A link has no account until it is used, and then it creates its own.
            (_, "/setup/{token}") => attacker.get("/setup/none").await.expect(404),
            // The calls are tested one by one above.
            (_, "/call/{*function}") => attacker.get("/call/none").await.expect(405),
            // These are tested last, since they end or replace the session.
            (
                MethodFilter::POST,
                "/sign-in" | "/sign-in/account" | "/sign-in/code" | "/sign-out",
            ) => continue,
            // All other pages of the table, with an id of the other account if they have one.
            (MethodFilter::GET, _) if is_page(path) && path.contains("{id}") => {
                foreign(attacker, path, id).await
            }
            (MethodFilter::GET, _) if is_page(path) => attacker.get(&at).await.expect(200),
            _ => panic!("{context} is new: say here how it keeps accounts apart"),
        };
        assert_no_markers(&response, &context);
        assert_eq!(
            accounts.snapshot().await,
            before,
            "{context} changed something of another account"
        );
    }
    attacker.form("/sign-out", &[]).await.expect(303);
    accounts.victim.get("/keys").await.expect(200);
}
