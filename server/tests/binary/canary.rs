//! No secret appears where it must not: in the most verbose log, the database file, its write-ahead
//! log, or pages.

use crate::installation::wait_for;
use crate::pepper_change::REHASHED;
use crate::support::{Client, PASSWORD, Server, TOKEN, change, count, run, voxum};
use std::path::Path;

const WRONG_PASSWORD: &str = "canary wrong password";
const OLD_PEPPER: &str = "c0ffee00112233445566778899aabbccddeeff00112233445566778899aabbcc";

/// Secret texts, each with a name for the failure message.
struct Canaries(Vec<(&'static str, String)>);

impl Canaries {
    #[track_caller]
    fn assert_absent_from(&self, place: &str, bytes: &[u8]) {
        assert!(
            !bytes.is_empty(),
            "{place} is empty: this would prove nothing"
        );
        for (context, secret) in &self.0 {
            let is_present = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            assert!(!is_present, "{place} holds {context}");
        }
    }
}

/// Sends the secret in every place where a caller might put it, correctly or not.
fn misuse(server: &Server, secret: &str, owner: &Client) {
    let anonymous = server.client(None);
    let other = if secret.ends_with('x') { 'y' } else { 'x' };
    let mistyped = format!("{}{other}", &secret[..51]);
    for client in [
        server.key(secret),
        server.key(&mistyped),
        server.key(&format!("{secret},{secret}")),
        server.client(Some(("authorization", format!("Bearer {secret}")))),
        server.client(Some(("authorization", format!("Basic {secret}")))),
        server.client(Some(("cookie", format!("__Host-voxum_session={secret}")))),
        server.client(Some(("x-request-id", secret.to_owned()))),
    ] {
        for path in ["/api/key", "/api/inventory", "/keys", "/nothing"] {
            client.get(path).unwrap();
        }
    }
    for path in [
        format!("/api/key?api_key={secret}"),
        format!("/api/inventory?{secret}=1"),
        format!("/api/inventory?cursor={secret}"),
        format!("/api/{secret}"),
        format!("/{secret}"),
        format!("/setup/{secret}"),
        format!("/keys/{secret}/revoke"),
        format!("/sign-in?next=/{secret}"),
        format!("/requests?id={secret}"),
    ] {
        anonymous.get(&path).unwrap();
        server.key(secret).get(&path).unwrap();
        owner.get(&path).unwrap();
    }
    let key = server.key(secret);
    for body in [
        secret,
        &format!("{{\"{secret}\":1}}"),
        &format!("{{\"items\":[{{\"id\":\"\\u0000{secret}\"}}]}}"),
    ] {
        key.send("POST", "/api/inventory", "application/json", body)
            .unwrap();
        key.send("POST", "/api/inventory", secret, body).unwrap();
        owner
            .send("POST", "/call/keys/create", "application/json", body)
            .unwrap();
        owner.form("/keys", body).unwrap();
    }
    key.send(secret, "/api/key", "text/plain", "").unwrap();
    key.send(
        "PUT",
        "/api/inventory/x",
        "application/json",
        &format!("{{\"{secret}\":\"{secret}\"}}"),
    )
    .unwrap();
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let data = std::fs::read_dir(folder.join("data"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    data.filter(|path| !path.ends_with("pepper") && path.is_file())
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .filter(|(_, bytes)| !bytes.is_empty())
        .collect()
}

#[test]
fn no_secret_is_logged_stored_or_shown_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = voxum(folder.path());
    command.env("VOXUM_LOG", "trace");
    let server = Server::spawn(command.env("VOXUM_PEPPER", OLD_PEPPER), true);
    let setup = server.setup.clone().unwrap();
    let anonymous = server.client(None);
    anonymous
        .form(
            &setup,
            "account_name=Acme&email=bad&password=canary+short+but+long",
        )
        .unwrap();
    let owner = server.set_up(&setup, "ada@example.com");
    let secret = owner.create("CRM Sync", TOKEN).unwrap();
    for password in [WRONG_PASSWORD, WRONG_PASSWORD] {
        let form = format!(
            "email=ada@example.com&password={}",
            password.replace(' ', "+")
        );
        anonymous.form("/sign-in", &form).unwrap();
    }
    // The password in the wrong field.
    anonymous
        .form(
            "/sign-in",
            &format!("email={}&password=x", WRONG_PASSWORD.replace(' ', "+")),
        )
        .unwrap();
    let (_, log_before, _) = server.stop();

    // The rest happens during a change of the pepper.
    command.env_remove("VOXUM_PEPPER");
    command.env("VOXUM_PEPPER_OLD", OLD_PEPPER);
    let server = Server::spawn(&mut command, false);
    let owner = server.reconnect(&owner);
    misuse(&server, &secret, &owner);
    let key = server.key(&secret);
    wait_for("the key is re-hashed", || {
        key.get("/api/key").unwrap();
        count(folder.path(), REHASHED) == 1
    });

    let mut canaries = Canaries(vec![
        ("the key", secret.clone()),
        ("most of the key", secret[..40].to_owned()),
        ("the password", PASSWORD.to_owned()),
        ("the password as sent", PASSWORD.replace(' ', "+")),
        ("a wrong password", WRONG_PASSWORD.to_owned()),
        ("a wrong password as sent", WRONG_PASSWORD.replace(' ', "+")),
        ("a refused password", "canary short but long".to_owned()),
        (
            "the session",
            owner.cookie().split_once('=').unwrap().1.to_owned(),
        ),
        (
            "the set-up link",
            setup.trim_start_matches("/setup/").to_owned(),
        ),
        (
            "the pepper",
            std::fs::read_to_string(folder.path().join("data/pepper"))
                .unwrap()
                .trim()
                .to_owned(),
        ),
        ("the old pepper", OLD_PEPPER.to_owned()),
    ]);
    for path in ["/keys", "/keys/new", "/inventory", "/nothing"] {
        canaries.assert_absent_from(path, owner.get(path).unwrap().body.as_bytes());
    }
    let (_, out, err) = run(command.arg("doctor"));
    canaries.assert_absent_from("the report of doctor", format!("{out}{err}").as_bytes());
    // Internal errors are logged with all the details that the server has.
    change(folder.path(), "ALTER TABLE items RENAME TO things");
    misuse(&server, &secret, &owner);
    change(folder.path(), "ALTER TABLE api_keys RENAME TO secrets");
    misuse(&server, &secret, &owner);
    // The write-ahead log exists while the server is running; after it stops, everything is in the
    // file.
    let running = files(folder.path());
    assert!(
        running.iter().any(|(name, _)| name.ends_with("-wal")),
        "there is no write-ahead log to look at"
    );
    let (_, log, _) = server.stop();
    for (name, bytes) in running.into_iter().chain(files(folder.path())) {
        canaries.assert_absent_from(&name, &bytes);
    }
    assert!(
        log.contains("TRACE") && log.contains("sqlx"),
        "the log is not at its most verbose"
    );
    canaries.assert_absent_from("the log before the change", log_before.as_bytes());
    canaries.assert_absent_from("the log", log.as_bytes());
    // A canary that is present is found, which proves that the test can fail.
    canaries.0 = vec![("a statement", "SELECT".to_owned())];
    assert!(
        std::panic::catch_unwind(|| canaries.assert_absent_from("the log", log.as_bytes()))
            .is_err()
    );
}
