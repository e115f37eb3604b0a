//! A full disk: which requests are refused, which still work, and what happens to a revocation that
//! cannot be stored.

use crate::installation::wait_for;
use crate::small_disk::SmallDisk;
use crate::support::{Client, PASSWORD, Server, run, voxum};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::process::Command;
use std::sync::Arc;
use testkit::Text as _;
use testkit::postgres::{Database, start};

const PEPPER: &str = "7b1f0c55a6d94e20b3c8f17de2904a66c1d2e3f405162738495a6b7c8d9e0f10";
/// Keys that revoke themselves one after the other, until one of these changes cannot be written.
const SPARE: usize = 20;
/// Far more changes than fit in the space that a database has reserved for itself.
const CHANGES: usize = 3_000;
const NOT_STORED: &str = "Rejected on this node, not yet stored";

struct Key {
    id: String,
    client: Client,
}

struct World<'a> {
    disk: &'a SmallDisk,
    command: Command,
    server: Server,
    owner: Client,
    /// Writes a feed and leads.
    writer: Client,
    keys: Vec<Key>,
}

impl<'a> World<'a> {
    fn new(disk: &'a SmallDisk, database: &str) -> Self {
        let mut command = voxum(disk.path());
        command
            .env("VOXUM_DATABASE_URL", database)
            .env("VOXUM_PEPPER", PEPPER);
        let (server, owner) = Server::spawn_with_owner(&mut disk.run(&command));
        let scopes = ["inventory:write", "leads:write"];
        let secret = owner.create_with("Feed", "form-token-of-the-feed", &scopes);
        let writer = owner.with_key(&secret.unwrap());
        let key = |number: usize| {
            let token = format!("form-token-{number:08}");
            let (id, secret) = owner.issue(&format!("Key {number}"), &token).unwrap();
            let client = owner.with_key(&secret);
            Key { id, client }
        };
        Self {
            disk,
            command,
            writer,
            keys: (0..SPARE + 3).map(key).collect(),
            owner,
            server,
        }
    }

    fn push(&self, round: usize) -> (u16, String) {
        let mut items = String::new();
        for number in 0..100 {
            let text = "x".repeat(1_000);
            let id = format!("{round}-{number}");
            let item = json!({ "id": id, "name": id, "description": text });
            write!(items, "{item},").unwrap();
        }
        let body = format!(r#"{{ "items": [{}] }}"#, items.trim_end_matches(','));
        code(&self.writer, "POST", "/api/inventory", &body)
    }

    fn new_lead(&self) -> (u16, String) {
        code(
            &self.writer,
            "POST",
            "/api/leads",
            r#"{ "email": "a@example.com" }"#,
        )
    }

    /// Checks that signing in, pausing and revoking still work.
    fn assert_members_can_act(&self) {
        let form = format!(
            "email=ada%40example.com&password={}",
            PASSWORD.replace(' ', "+")
        );
        let visitor = self.server.client(None);
        assert_eq!(visitor.form("/sign-in", &form).unwrap().status, 303);
        let [.., paused, revoked] = &self.keys[..] else {
            panic!("there are keys")
        };
        let pause = format!("/keys/{}/pause", paused.id);
        assert_eq!(self.owner.form(&pause, "").unwrap().status, 303);
        let response = code(&paused.client, "GET", "/api/key", "");
        assert_eq!(response, (401, "paused_key".to_owned()));
        let form = json!({ "reason": "leaked", "confirm": "" });
        let arguments = json!({ "id": revoked.id, "form": form });
        let response = self.owner.call("keys/revoke", &arguments).unwrap();
        assert_eq!(response["Ok"]["status"], "revoked", "{response}");
        let response = code(&revoked.client, "GET", "/api/key", "");
        assert_eq!(response, (401, "revoked_key".to_owned()));
    }

    /// Fills the disk, and the space that the database has reserved, until a revocation cannot be
    /// written. Returns the keys that are refused from memory alone.
    fn fill_until_revocations_fail(&self) -> Vec<&Key> {
        self.disk.fill(0);
        let busy = &self.keys[0];
        let change = |verb| {
            let path = format!("/keys/{}/{verb}", busy.id);
            self.owner.form(&path, "").unwrap().status
        };
        // Either of the two meets the full disk first, since pausing a key that is already paused
        // writes nothing.
        let is_full = (0..CHANGES).any(|_| change("pause") == 503 || change("resume") == 503);
        assert!(is_full, "the database never ran out of space");
        let mut spare = self.keys[1..=SPARE].iter();
        let revoked = spare.find(|key| {
            let response = code(&key.client, "DELETE", "/api/key", "");
            assert!(
                response.0 == 204 || response == (503, "not_stored".to_owned()),
                "{response:?}"
            );
            let after = code(&key.client, "GET", "/api/key", "");
            assert_eq!(after, (401, "revoked_key".to_owned()));
            response.0 == 503
        });
        let by_holder = revoked.expect("all revocations could be written");
        let by_form = spare.next().expect("a key that is left");
        let path = format!("/keys/{}/revoke", by_form.id);
        let page = self.owner.form(&path, "reason=leaked&confirm=").unwrap();
        assert_eq!(page.status, 503, "{}", page.body);
        page.has(NOT_STORED);
        let by_call = spare.next().expect("a key that is left");
        let form = json!({ "reason": "leaked", "confirm": "" });
        let arguments = json!({ "id": by_call.id, "form": form });
        let response = self.owner.call("keys/revoke", &arguments).unwrap();
        assert_eq!(response, json!({ "Err": "not_stored" }));
        let pending = vec![by_holder, by_form, by_call];
        for key in &pending {
            let response = code(&key.client, "GET", "/api/key", "");
            assert_eq!(response, (401, "revoked_key".to_owned()));
            let page = self.owner.get(&format!("/keys/{}", key.id)).unwrap();
            page.has(NOT_STORED);
        }
        for page in ["/", "/keys", "/settings"] {
            assert_eq!(self.owner.status(page), 200, "{page}");
        }
        // A holder who repeats the request must not take the refusal for a stored revocation.
        let repeat = code(&by_holder.client, "DELETE", "/api/key", "");
        assert_eq!(repeat, (503, "not_stored".to_owned()));
        pending
    }

    fn assert_operators_are_warned(&self) {
        let ready = self.server.client(None).get("/readyz").unwrap();
        assert_eq!(ready.status, 200, "{}", ready.body);
        ready.has("storage_low\n");
        ready.has("not_stored: ");
        let address = self.server.address();
        let mut doctor = self.disk.run(&self.command);
        let (status, out, err) = run(doctor.env("VOXUM_LISTEN", address).arg("doctor"));
        assert_eq!(status, Some(1), "{out}{err}");
        assert!(
            out.contains("not stored yet and in force on this node only"),
            "{out}{err}"
        );
        assert!(out.contains("storage is low"), "{out}{err}");
    }

    /// Frees the space, and checks that everything is then stored and stays stored.
    fn assert_everything_is_stored(self, pending: &[String]) {
        self.disk.free();
        let anonymous = self.server.client(None);
        wait_for("it is stored", || {
            anonymous.get("/readyz").unwrap().body == "ok\n"
        });
        let by_holder = self.keys.iter().find(|key| key.id == pending[0]).unwrap();
        let response = code(&by_holder.client, "DELETE", "/api/key", "");
        assert_eq!(response, (401, "revoked_key".to_owned()));
        assert_eq!(self.push(usize::MAX).0, 200);
        assert_eq!(self.new_lead().0, 201);
        let (exit_status, log, _) = self.server.stop();
        assert!(exit_status.success() && !log.contains("panicked"), "{log}");
        log.has("could not be stored; this node rejects");
        let server = Server::spawn(&mut self.disk.run(&self.command), false);
        let owner = server.reconnect(&self.owner);
        for key in owner.keys() {
            let is_pending = pending.iter().any(|id| key["id"] == id.as_str());
            assert!(!is_pending || key["status"] == "revoked", "{key}");
        }
        server.stop();
    }
}

/// Returns the status of a response, and the code of a refusal.
#[track_caller]
fn code(client: &Client, method: &str, path: &str, body: &str) -> (u16, String) {
    let response = client.send(method, path, "application/json", body).unwrap();
    let json: Value = serde_json::from_str(&response.body).unwrap_or_default();
    let code = json["code"].as_str().unwrap_or_default();
    (response.status, code.to_owned())
}

fn storage_low() -> (u16, String) {
    (503, "storage_low".to_owned())
}

#[test]
fn full_disk_stops_feeds_but_never_a_revocation_on_sqlite() {
    let disk = SmallDisk::new();
    let database = format!("sqlite:{}/data/voxum.db", disk.path().display());
    let world = World::new(&disk, &database);
    disk.fill(14 << 20);
    // 5 % of 30 MiB are kept free, plus room for the write-ahead log.
    let refusal = (0..200).find_map(|round| match world.push(round) {
        (200, _) => None,
        refusal => Some((round, refusal)),
    });
    let (round, refusal) = refusal.expect("the disk was never full");
    assert!(round > 0, "the first feed was refused");
    assert_eq!(refusal, storage_low());
    assert_eq!(world.new_lead(), storage_low());
    world.assert_members_can_act();

    let pending = world.fill_until_revocations_fail();
    let pending: Vec<_> = pending.iter().map(|key| key.id.clone()).collect();
    world.assert_operators_are_warned();
    world.assert_everything_is_stored(&pending);
}

#[test]
fn full_disk_stops_feeds_but_never_a_revocation_on_postgresql() {
    let disk = SmallDisk::new();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = runtime.block_on(async {
        let server = Arc::new(start(None, &disk.namespace_prefix_as_user()));
        let tables = disk.path().join("tables");
        let small = format!("CREATE TABLESPACE small LOCATION '{}'", tables.display());
        server.command(&small).await;
        Database::create_on(server, "template1", "TABLESPACE small").await
    });
    let world = World::new(&disk, database.url().as_str());
    disk.fill(0);
    let refusal = (0..200)
        .map(|round| world.push(round))
        .find(|response| response.0 != 200);
    assert_eq!(refusal, Some(storage_low()));
    // PostgreSQL has just reported a full disk, so it is not tried again for a lead.
    assert_eq!(world.new_lead(), storage_low());
    disk.fill(4 << 20);
    world.assert_members_can_act();

    let pending = world.fill_until_revocations_fail();
    let pending: Vec<_> = pending.iter().map(|key| key.id.clone()).collect();
    world.assert_operators_are_warned();
    world.assert_everything_is_stored(&pending);
    runtime.block_on(database.drop());
}
