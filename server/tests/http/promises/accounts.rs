//! No account sees or changes the data of another, in any route or call. The tests walk the lists
//! of the server itself, and a route that is not known here fails them: its author must show here
//! how it keeps accounts apart.

use crate::support::{ALL_SCOPES, Answer, Key, Member, OWNER, Text as _, World, sha256};
use axum::routing::MethodFilter;
use http_body_util::BodyExt as _;
use leptos::server_fn::axum::server_fn_paths;
use serde_json::{Value, json};
use server::Route;
use server::router::{API, CONSOLE, OPEN};

/// Texts in all data of the first account, which must not occur in any response to the second.
const MARKS: [&str; 3] = ["Acme", "ACME-1", "ada@example.com"];

/// Settings of the second account after its owner has changed all of them.
const SETTINGS: [(&str, &str); 5] = [
    ("account_name", "Mine"),
    ("currency", "CHF"),
    ("limit_depth", "77"),
    ("limit_per_second", "7"),
    ("time_zone", "Europe/Zurich"),
];

struct Two {
    world: World,
    theirs: Member,
    their_key: Key,
    /// The id of their owner.
    their_id: String,
    /// The path of their lead.
    their_lead: String,
    their_import: String,
    mine: Member,
    my_key: Key,
}

async fn two() -> Two {
    let world = World::new().await;
    let theirs = world.owner().await;
    let their_key = theirs.create("Acme Feed", &ALL_SCOPES).await;
    let item = json!({ "id": "ACME-1", "name": "Acme Car", "category": "Acme" });
    their_key
        .post("/api/inventory", &json!({ "items": [item] }))
        .await
        .expect(200);
    let lead = json!({ "name": "Acme Buyer", "email": "buyer@acme.example", "source": "Acme" });
    let answer = their_key.post("/api/leads", &lead).await.expect(201);
    let their_lead = answer.header("location").to_owned();
    world.join(&theirs, "bob@example.com", "admin").await;
    let fields = [("email", "guest@example.com"), ("role", "viewer")];
    theirs.form("/team/invite", &fields).await.expect(200);
    let their_id = world.member_id(OWNER).await;
    let file = "id,name\nACME-1,Acme Car\n";
    let begun = theirs.upload("/inventory/import", "acme.csv", file, &[]);
    let begun = begun.await.expect(303).header("location").to_owned();
    let their_import = begun.trim_start_matches("/inventory/import/").to_owned();
    let mine = world.stranger().await;
    let my_key = mine.create("Feed", &ALL_SCOPES).await;
    Two {
        world,
        theirs,
        their_key,
        their_id,
        their_lead,
        their_import,
        mine,
        my_key,
    }
}

impl Two {
    /// Everything of the first account, as its own members see it.
    async fn snapshot(&self) -> Value {
        let keys = self.theirs.keys().await["keys"].clone();
        let items = self.their_key.get_json("/api/inventory").await;
        let leads = self.their_key.get_json("/api/leads").await;
        let audit = self.world.count("SELECT count(*) FROM audit_events WHERE account_id = (SELECT id FROM accounts WHERE name = 'Acme Motors')").await;
        let settings = self.theirs.get_text("/settings").await;
        let settings: Vec<_> = ["CHF", "Europe/Zurich"]
            .map(|own| settings.contains(&format!("value=\"{own}\" selected")))
            .into();
        let status: Vec<_> = keys
            .as_array()
            .unwrap()
            .iter()
            .map(|key| key["status"].clone())
            .collect();
        let team = self.theirs.get_text("/team").await;
        let team: Vec<_> = [
            "bob@example.com",
            "guest@example.com",
            "Deactivated",
            "Viewer",
        ]
        .map(|word| team.matches(word).count())
        .into();
        let imports = format!("/inventory/import/{}", self.their_import);
        let imported = self.theirs.get(&imports).await.expect(200).selected();
        json!([status, items, leads, audit, settings, team, imported])
    }
}

#[track_caller]
fn silent(answer: &Answer, what: &str) {
    for mark in MARKS {
        assert!(
            !answer.body.contains(mark),
            "{what} tells of {mark}: {}",
            answer.body
        );
    }
}

/// Compares two responses without the fields that differ from one request to the next.
fn same(one: &Answer, other: &Answer, what: &str) {
    let plain = |answer: &Answer| {
        let mut document = answer.json();
        document["instance"] = Value::Null;
        (answer.status, document)
    };
    assert_eq!(plain(one), plain(other), "{what}");
}

#[tokio::test]
async fn api_routes_never_expose_or_change_another_account() {
    let two = two().await;
    let before = two.snapshot().await;
    let key = &two.my_key;
    let put = json!({ "name": "Mine" });
    for Route { method, path, .. } in API.iter().chain(OPEN) {
        let what = format!("{method:?} {path}");
        let id = |id: &str| path.replace("{id}", id);
        match (*method, *path) {
            // The response for their item must be the same as for an item that does not exist.
            (MethodFilter::GET, "/api/inventory/{id}") => {
                same(
                    &key.get(&id("ACME-1")).await,
                    &key.get(&id("NONE")).await,
                    &what,
                );
            }
            (MethodFilter::DELETE, "/api/inventory/{id}") => {
                same(
                    &key.delete(&id("ACME-1")).await,
                    &key.delete(&id("NONE")).await,
                    &what,
                );
            }
            (MethodFilter::PATCH, "/api/inventory/{id}") => {
                same(
                    &key.patch(&id("ACME-1"), &put).await,
                    &key.patch(&id("NONE"), &put).await,
                    &what,
                );
            }
            (MethodFilter::PUT, "/api/inventory/{id}") => {
                // The same id in another account is another item.
                key.put(&id("ACME-1"), &put).await.expect(201);
                key.delete(&id("ACME-1")).await.expect(204);
            }
            (MethodFilter::POST, "/api/inventory") => {
                let items = json!({ "items": [{ "id": "ACME-1", "name": "Mine" }] });
                let answer = key.post(path, &items).await.expect(200);
                assert_eq!(answer.json()["created"], 1, "{what}");
                key.delete("/api/inventory/ACME-1").await.expect(204);
            }
            // The response for their lead must be the same as for a lead that does not exist.
            (MethodFilter::GET, "/api/leads/{id}") => {
                same(
                    &key.get(&two.their_lead).await,
                    &key.get(&id("none")).await,
                    &what,
                );
            }
            (MethodFilter::DELETE, "/api/leads/{id}") => {
                same(
                    &key.delete(&two.their_lead).await,
                    &key.delete(&id("none")).await,
                    &what,
                );
            }
            (MethodFilter::PATCH, "/api/leads/{id}") => {
                let edit = json!({ "status": "lost", "note": "Mine" });
                same(
                    &key.patch(&two.their_lead, &edit).await,
                    &key.patch(&id("none"), &edit).await,
                    &what,
                );
            }
            (MethodFilter::POST, "/api/leads") => {
                let lead = json!({ "email": "buyer@acme.example" });
                let answer = key.post(path, &lead).await.expect(201);
                assert_ne!(answer.header("location"), two.their_lead, "{what}");
                key.delete(answer.header("location")).await.expect(204);
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
                silent(&key.get(path).await.expect(200), &what);
            }
            // This route is tested last, since it revokes the key.
            (MethodFilter::DELETE, "/api/key") => {}
            _ => panic!("{what} is new: say here how it keeps accounts apart"),
        }
        assert_eq!(
            two.snapshot().await,
            before,
            "{what} changed something of another account"
        );
    }
    key.delete("/api/key").await.expect(204);
    assert_eq!(
        two.snapshot().await,
        before,
        "DELETE /api/key changed something of another account"
    );
}

#[tokio::test]
async fn server_functions_never_expose_or_change_another_account() {
    let two = two().await;
    let before = two.snapshot().await;
    let (their_key, mine) = (&two.their_key.id, &two.mine);
    let mut paths: Vec<_> = server_fn_paths().map(|(path, _)| path).collect();
    paths.sort_unstable();
    assert!(
        paths.len() >= 3,
        "the registry of calls is empty: {paths:?}"
    );
    for path in paths {
        let call = async |arguments: Value| {
            mine.call(path.trim_start_matches("/call/"), &arguments)
                .await
        };
        let answer = match path {
            "/call/keys/list" => call(json!({})).await.expect(200),
            "/call/keys/create" => {
                let form = json!({ "name": "n", "scopes": ["leads:read"], "expires": "7d", "token": "0123456789abcdef" });
                call(json!({ "form": form })).await.expect(200)
            }
            "/call/keys/revoke" => {
                let form = json!({ "reason": "other", "confirm": "Acme Feed" });
                let foreign = call(json!({ "id": their_key, "form": form }))
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
        silent(&answer, path);
        let anything = json!({ "cursor": null, "id": their_key, "form": { "name": "n" } });
        let nobody = two.world.nobody();
        let bare = nobody
            .call(path.trim_start_matches("/call/"), &anything)
            .await;
        assert_eq!(bare.json()["Err"], "signed_out", "{path} answers anybody");
        assert_eq!(
            two.snapshot().await,
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

#[expect(clippy::too_many_lines, reason = "one arm for each route")]
#[tokio::test]
async fn console_pages_and_forms_never_expose_or_change_another_account() {
    let two = two().await;
    let before = two.snapshot().await;
    let mine = &two.mine;
    for Route { method, path, .. } in CONSOLE {
        // Each snapshot of their data takes two calls with their key.
        two.world.clock.advance_seconds(1);
        let what = format!("{method:?} {path}");
        let id = if path.starts_with("/team") {
            &two.their_id
        } else {
            &two.their_key.id
        };
        let at = path.replace("{id}", id);
        let answer = match (*method, *path) {
            (
                MethodFilter::GET,
                "/"
                | "/keys"
                | "/keys/new"
                | "/keys/revoke-all"
                | "/keys/found"
                | "/inventory"
                | "/inventory/export.csv"
                | "/inventory/export.jsonl"
                | "/inventory/template.csv"
                | "/inventory/import"
                | "/leads"
                | "/leads/export.csv"
                | "/leads/export.jsonl"
                | "/docs"
                | "/audit"
                | "/audit/log.csv"
                | "/audit/log.jsonl"
                | "/team"
                | "/team/invite"
                | "/account"
                | "/account/second-factor"
                | "/settings"
                | "/refusals",
            ) => mine.get(&at).await.expect(200),
            (MethodFilter::GET, "/keys/events") => {
                // The stream has no end, so the test reads one frame.
                let asked = format!("{at}?await={}", two.their_key.id);
                let mut body = mine.open(&asked).await.into_body();
                let frame = body.frame().await.unwrap().unwrap();
                let told = String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap();
                told.has("\"first_call\":null");
                assert!(!MARKS.iter().any(|mark| told.contains(mark)), "{told}");
                mine.get("/keys").await.expect(200)
            }
            (MethodFilter::POST, "/keys/found") => {
                // The digest of a key of the other account discloses nothing.
                let digest = sha256(&two.their_key.secret);
                let answer = mine.form(&at, &[("digest", &digest)]).await.expect(200);
                answer.has("It is no key of this account");
                answer
            }
            (MethodFilter::GET, "/keys/several") => {
                let asked = format!("{at}?do=revoke&key={}", two.their_key.id);
                mine.get(&asked).await.expect(200)
            }
            (MethodFilter::POST, "/keys/several") => {
                let fields = [
                    ("do", "revoke"),
                    ("key", &two.their_key.id),
                    ("reason", "other"),
                    ("count", "1"),
                ];
                mine.form(&at, &fields).await.expect(422)
            }
            (MethodFilter::POST, "/keys/revoke-all") => {
                let fields = [("confirm", "Other Cars"), ("confirm", "Acme Motors")];
                for field in fields {
                    mine.form(&at, &[field]).await;
                }
                mine.get("/keys").await.expect(200)
            }
            (MethodFilter::POST, "/settings/key-creation") => {
                mine.form(&at, &[("stop", "1")]).await.expect(303)
            }
            (MethodFilter::GET, "/sign-in") => mine.get(&at).await.expect(303),
            (
                MethodFilter::POST,
                "/team/{id}/role"
                | "/team/{id}/deactivate"
                | "/team/{id}/reactivate"
                | "/team/{id}/hand-over",
            ) => {
                let fields = [("role", "viewer"), ("confirm", OWNER)];
                mine.form(&at, &fields).await.expect(404)
            }
            // An open invitation of the other account stays open.
            (MethodFilter::POST, "/team/withdraw") => {
                let fields = [("email", "guest@example.com")];
                mine.form(&at, &fields).await.expect(303)
            }
            // An address of a member of the other account is treated like any other.
            (MethodFilter::POST, "/team/invite") => {
                let fields = [("email", "bob@example.com"), ("role", "viewer")];
                mine.form(&at, &fields).await.expect(200)
            }
            (MethodFilter::POST, "/account/password") => mine.form(&at, &[]).await.expect(422),
            (MethodFilter::POST, "/account/second-factor" | "/account/second-factor/off") => {
                mine.form(&at, &[("sealed", "00")]).await
            }
            (MethodFilter::POST, "/account/sessions") => {
                mine.form(&at, &[("end", "others")]).await.expect(303)
            }
            (
                MethodFilter::GET,
                "/team/{id}"
                | "/keys/{id}"
                | "/keys/{id}/edit"
                | "/keys/{id}/revoke"
                | "/keys/{id}/rotate"
                | "/keys/{id}/first-call",
            ) => mine.get(&at).await.expect(404),
            (MethodFilter::POST, "/keys/{id}/rotate") => mine.form(&at, &ROTATE).await.expect(404),
            // A feed with the whole inventory could remove the items of other accounts.
            (MethodFilter::POST, "/inventory/import") => {
                let file = "id,name\nA,a\n";
                mine.import("feed.csv", file, &[("mode", "replace")])
                    .await
                    .expect(200)
            }
            // The response for their import is as long as for one that does not exist.
            (
                MethodFilter::GET,
                "/inventory/import/{id}"
                | "/inventory/import/{id}/preview"
                | "/inventory/import/{id}/apply"
                | "/inventory/import/{id}/faults.csv",
            ) => {
                let theirs = path.replace("{id}", &two.their_import);
                let foreign = mine.get(&theirs).await.expect(404);
                assert_eq!(
                    foreign.body.len(),
                    mine.get(&at).await.expect(404).body.len()
                );
                foreign
            }
            (
                MethodFilter::POST,
                "/inventory/import/{id}"
                | "/inventory/import/{id}/apply"
                | "/inventory/import/{id}/discard",
            ) => {
                let theirs = path.replace("{id}", &two.their_import);
                mine.form(&theirs, &[("column-0", "name")])
                    .await
                    .expect(404)
            }
            (
                MethodFilter::POST,
                "/keys/{id}/edit" | "/keys/{id}/pause" | "/keys/{id}/resume" | "/keys/{id}/watch"
                | "/keys/{id}/enforce",
            ) => mine.form(&at, &EDIT).await.expect(404),
            (MethodFilter::POST, "/keys/{id}/revoke") => mine
                .form(&at, &[("reason", "other"), ("confirm", "Acme Feed")])
                .await
                .expect(404),
            (MethodFilter::POST, "/keys") => mine.form(&at, &[("name", "n")]).await.expect(422),
            (MethodFilter::POST, "/settings") => mine.form(&at, &SETTINGS).await.expect(303),
            (MethodFilter::POST, "/theme") => mine.form(&at, &[]).await.expect(303),
            // A link has no account until it is used, and then it creates its own.
            (_, "/setup/{token}") => mine.get("/setup/none").await.expect(404),
            // The calls are tested one by one above.
            (_, "/call/{*function}") => mine.get("/call/none").await.expect(405),
            // These are tested last, since they end or replace the session.
            (
                MethodFilter::POST,
                "/sign-in" | "/sign-in/account" | "/sign-in/code" | "/sign-out",
            ) => continue,
            _ => panic!("{what} is new: say here how it keeps accounts apart"),
        };
        silent(&answer, &what);
        assert_eq!(
            two.snapshot().await,
            before,
            "{what} changed something of another account"
        );
    }
    mine.form("/sign-out", &[]).await.expect(303);
    two.theirs.get("/keys").await.expect(200);
}
