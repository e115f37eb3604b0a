//! `voxum doctor`.

use crate::installation::wait_for;
use crate::support::{Server, TOKEN, change, refusal, run, voxum};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use testkit::Text as _;
use testkit::postgres::{Database, PASSWORD as DATABASE_PASSWORD};

/// Runs `doctor` and returns its report, after checking that it contains no secret.
#[track_caller]
fn report(command: &mut Command, code: i32) -> String {
    let (exit_code, out, err) = run(command.arg("doctor"));
    assert_eq!(exit_code, Some(code), "{out}{err}");
    assert_eq!(err.lines().count(), usize::from(code == 1), "{err}");
    out.lacks_all([DATABASE_PASSWORD, "hunter2"]);
    for line in out.lines() {
        let labels = ["ok       ", "warning  ", "error    "].iter();
        assert_eq!(
            labels.filter(|word| line.starts_with(*word)).count(),
            1,
            "{line}"
        );
    }
    assert_eq!(
        out.lines().any(|line| line.starts_with("error ")),
        code == 1,
        "{out}"
    );
    out
}

/// The absence of a server is not an error.
const NO_SERVER: &str = "ok       server       no server is running on this database";

fn names(folder: &Path) -> Vec<std::ffi::OsString> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn doctor_reports_no_errors_before_during_and_after_a_server_run() {
    let folder = tempfile::tempdir().unwrap();
    let out = report(&mut voxum(folder.path()), 0);
    out.has("the first start creates it");
    out.has(NO_SERVER);
    assert_eq!(names(folder.path()).len(), 0, "it made something");

    let (server, owner) = Server::with_owner(folder.path());
    owner.create("CRM Sync", TOKEN).unwrap();
    let data = folder.path().join("data");
    let before = names(&data);
    let out = report(&mut voxum(folder.path()), 0);
    out.has_all([
        "SQLite 3.",
        "data/voxum.db was read completely and is not damaged",
        "as this program needs it",
        "is the pepper of the stored keys",
        "can be written",
        "MiB are free",
        "is not behind the latest audit event",
        "http://127.0.0.1",
        "ok       server       a server is running on this database",
    ]);
    assert!(
        !out.contains("warning  ") || out.contains("MiB are free"),
        "{out}"
    );
    assert_eq!(names(&data), before);
    server.stop();
    let before = names(&data);
    let out = report(&mut voxum(folder.path()), 0);
    out.has(NO_SERVER);
    assert_eq!(names(&data), before);
    // The operating system releases the lock of a killed server.
    Server::start(folder.path()).kill();
    let out = report(&mut voxum(folder.path()), 0);
    out.has(NO_SERVER);
}

#[test]
fn doctor_names_each_problem() {
    let (folder, server, owner) = Server::with_folder();
    owner.create("CRM Sync", TOKEN).unwrap();
    server.stop();
    let data = folder.path().join("data");
    let doctor = || voxum(folder.path());
    let assert_error = |command: &mut Command, word: &str| {
        let out = report(command, 1);
        let lines = out.lines().filter(|line| line.starts_with("error "));
        let lines: Vec<_> = lines.collect();
        assert!(lines.len() == 1 && lines[0].contains(word), "{word}: {out}");
    };
    let pepper = data.join("pepper");
    set_mode(&pepper, 0o644);
    assert_error(&mut doctor(), "has mode 644");
    set_mode(&pepper, 0o600);
    set_mode(&data.join("voxum.db"), 0o640);
    assert_error(&mut doctor(), "has mode 640");
    set_mode(&data.join("voxum.db"), 0o600);
    assert_error(
        doctor().env("VOXUM_PEPPER", "00".repeat(32)),
        "is not the pepper",
    );
    std::fs::rename(&pepper, data.join("kept")).unwrap();
    assert_error(&mut doctor(), "is missing");
    assert!(!pepper.exists(), "it made a pepper");
    std::fs::rename(data.join("kept"), &pepper).unwrap();

    // Nothing listens on this port.
    assert_error(
        doctor()
            .env("VOXUM_SMTP_URL", "smtp://user:hunter2@127.0.0.1:1")
            .env("VOXUM_SMTP_FROM", "voxum@example.com"),
        "mail cannot be sent",
    );
    let (code, _, err) = run(doctor()
        .env("VOXUM_SMTP_URL", "smtp://user:hunter2@mail.example.com")
        .env("VOXUM_SMTP_FROM", "voxum@example.com")
        .arg("doctor"));
    assert_eq!(code, Some(2), "{err}");
    err.has("without encryption");
    err.lacks("hunter2");
    let tls = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/binary/tls");
    let out = report(
        doctor()
            .env("VOXUM_TLS_CERT", tls.join("cert.pem"))
            .env("VOXUM_TLS_KEY", tls.join("key.pem")),
        0,
    );
    out.has("it expires on 2126-10-30");
    assert_error(
        doctor()
            .env("VOXUM_TLS_CERT", tls.join("cert.pem"))
            .env("VOXUM_TLS_KEY", tls.join("other-key.pem")),
        "VOXUM_TLS_KEY",
    );
    let out = report(
        doctor().env("VOXUM_PUBLIC_URL", "http://192.168.1.7:3000"),
        0,
    );
    out.has_all(["warning  address", "unencrypted"]);

    change(
        folder.path(),
        "INSERT INTO audit_events (account_id, at, actor_kind, action, subject, detail)
        SELECT id, 9000000000000, 'system', 'account.updated', id, '{}' FROM accounts",
    );
    assert_error(&mut doctor(), "behind the latest audit event");
    change(folder.path(), "DROP TRIGGER audit_events_are_never_deleted");
    change(
        folder.path(),
        "DELETE FROM audit_events WHERE at = 9000000000000",
    );
    change(
        folder.path(),
        "UPDATE _sqlx_migrations SET version = version + 9000 WHERE version > 17",
    );
    assert_error(&mut doctor(), "is newer than this program");
    std::fs::remove_file(data.join("voxum.db")).unwrap();
    assert_error(&mut doctor(), "restore it from a backup");
}

#[test]
fn addresses_that_others_can_reach_are_warnings() {
    let (folder, server, _) = Server::with_folder();
    server.stop();
    let doctor = || voxum(folder.path());
    for (name, value, line) in [
        (
            "VOXUM_PUBLIC_URL",
            "https://console.example.com",
            "a proxy that VOXUM_TRUSTED_PROXIES does not list",
        ),
        (
            "VOXUM_LISTEN",
            "0.0.0.0:3000",
            "from other machines by plain http, on which API keys travel unencrypted",
        ),
        ("VOXUM_METRICS_LISTEN", "0.0.0.0:9464", "needs no key"),
    ] {
        let out = report(doctor().env(name, value), 0);
        let warnings = out.lines().filter(|line| line.starts_with("warning  "));
        let warnings: Vec<_> = warnings
            .filter(|line| !line.contains("MiB are free"))
            .collect();
        assert!(warnings.len() == 1 && warnings[0].contains(line), "{out}");
    }
}

#[test]
fn doctor_makes_no_claims_about_an_unreadable_database() {
    let (folder, server, owner) = Server::with_folder();
    owner.create("CRM Sync", TOKEN).unwrap();
    server.stop();
    let file = folder.path().join("data/voxum.db");
    let intact = std::fs::read(&file).unwrap();
    std::fs::write(&file, "Dear diary, ".repeat(1_000)).unwrap();
    let out = report(&mut voxum(folder.path()), 1);
    out.has_all([
        "is not an SQLite database",
        "warning  pepper",
        "warning  clock",
    ]);
    out.lacks("no API key");
    let mut damaged = intact;
    let length = damaged.len();
    damaged[length / 4..length / 2].fill(0x5a);
    std::fs::write(&file, damaged).unwrap();
    let out = report(&mut voxum(folder.path()), 1);
    out.has("error    database");
}

#[test]
fn doctor_checks_a_postgresql_installation() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let database = runtime.block_on(Database::new());
    let folder = tempfile::tempdir().unwrap();
    let url = database.url().to_string();
    let node = || {
        let mut command = voxum(folder.path());
        command
            .env("VOXUM_DATABASE_URL", &url)
            .env("VOXUM_PEPPER", "11".repeat(32));
        command
    };
    let out = report(&mut node(), 0);
    out.has("the first start creates the tables");
    let (server, owner) = Server::spawn_with_owner(&mut node());
    owner.create("CRM Sync", TOKEN).unwrap();
    let out = report(&mut node(), 0);
    out.has_all([
        "answers in",
        "the connection stays on this machine",
        "this machine's",
        "as this program needs it",
        "stored keys",
    ]);
    // A node registers shortly after it starts to listen.
    let wait_for_line = |line: &str| wait_for(line, || report(&mut node(), 0).contains(line));
    wait_for_line("ok       server       1 node is running on this database");
    let second_node = Server::spawn(&mut node(), false);
    wait_for_line("ok       server       2 nodes are running on this database");
    second_node.stop();
    let out = report(node().env("VOXUM_PEPPER", "00".repeat(32)), 1);
    out.has("is not the pepper");
    let out = report(node().env_remove("VOXUM_PEPPER"), 1);
    out.has("VOXUM_PEPPER is not set");
    server.stop();
    let out = report(&mut node(), 0);
    out.has(NO_SERVER);
    // A start refuses an unknown schema as well.
    runtime.block_on(async {
        let newer = "UPDATE _sqlx_migrations SET version = version + 9000 WHERE version > 17";
        let newer = sqlx::raw_sql(newer);
        newer.execute(&mut database.raw().await).await.unwrap();
    });
    let out = report(&mut node(), 1);
    out.has("is newer than this program");
    let err = refusal(run(&mut node()), 1);
    err.has("use the newer version that created it");
    runtime.block_on(database.drop());
    let out = report(&mut node(), 1);
    out.has("there is no database");
}
