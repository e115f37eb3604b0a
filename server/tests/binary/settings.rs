//! Invalid settings, and the program's own texts about itself.

use crate::support::{Server, refusal, run, voxum};
use std::process::Command;
use testkit::Text as _;

/// Runs a program that a setting stops, and returns its single line on standard error.
#[track_caller]
fn run_failing(command: &mut Command) -> String {
    refusal(run(command), 2)
}

#[test]
fn unknown_setting_is_reported_with_the_nearest_known_one() {
    let folder = tempfile::tempdir().unwrap();
    for (name, nearest) in [
        ("VOXUM_LISEN", "VOXUM_LISTEN"),
        ("VOXUM_DATABASE", "VOXUM_DATABASE_URL"),
        ("VOXUM_PASSWORD_FILE", "VOXUM_ADMIN_PASSWORD_FILE"),
        ("VOXUM_LOGS", "VOXUM_LOG"),
    ] {
        let line = run_failing(voxum(folder.path()).env(name, "swordfish"));
        line.has_all([name, nearest]);
        line.lacks("swordfish");
    }
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        0,
        "nothing was made"
    );
}

#[test]
fn invalid_setting_is_named_without_quoting_a_secret() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value) in [
        ("VOXUM_LISTEN", "nowhere"),
        ("VOXUM_LISTEN", ""),
        ("VOXUM_PUBLIC_URL", "console.example.com"),
        ("VOXUM_PUBLIC_URL", "https://console.example.com/path"),
        ("VOXUM_TRUSTED_PROXIES", "nginx"),
        ("VOXUM_TLS_CERT", "cert.pem"),
        ("VOXUM_TLS_KEY", "key.pem"),
        ("VOXUM_MAX_CONNECTIONS", "0"),
        ("VOXUM_DISK_RESERVE", "5%"),
        ("VOXUM_ACCOUNT_ITEMS", "many"),
        ("VOXUM_ACCOUNT_CALLS", "10001"),
        ("VOXUM_SHUTDOWN_DELAY", "-1"),
        ("VOXUM_METRICS_LISTEN", "9464"),
        ("VOXUM_LOG", "server=loud"),
        ("VOXUM_LOG", "inof"),
        ("VOXUM_LOG_FORMAT", "xml"),
        ("VOXUM_ROLLING_UPGRADE", "perhaps"),
        ("VOXUM_PEPPER", "swordfish"),
        ("VOXUM_PEPPER_FILE", "/nowhere/at/all"),
        ("VOXUM_PEPPER_OLD", "swordfish"),
        ("VOXUM_DATABASE_URL", "mysql://u:swordfish@h/d"),
        ("VOXUM_ADMIN_EMAIL", "ada@example.com"),
        ("VOXUM_SMTP_URL", "smtp://u:swordfish@mail.example.com"),
        ("VOXUM_SMTP_FROM", "voxum@example.com"),
        ("VOXUM_ADMIN_PASSWORD", "swordfish swordfish"),
    ] {
        let line = run_failing(voxum(folder.path()).env(name, value));
        assert!(
            line.contains(name) && !line.contains("swordfish"),
            "{name}: {line}"
        );
    }
    let line = run_failing(
        voxum(folder.path())
            .env("VOXUM_SMTP_URL", "smtp://u:swordfish@mail.example.com")
            .env("VOXUM_SMTP_FROM", "voxum@example.com"),
    );
    line.has_all(["VOXUM_SMTP_URL", "without encryption"]);
    line.lacks("swordfish");
    let line = run_failing(
        voxum(folder.path())
            .env("VOXUM_ADMIN_EMAIL", "a\u{200b}da@example.com")
            .env("VOXUM_ADMIN_PASSWORD", "swordfish swordfish"),
    );
    line.has_all(["VOXUM_ADMIN_EMAIL", "letters without accents"]);
    let line = run_failing(voxum(folder.path()).args(["--listen", "nowhere"]));
    line.has("--listen");
}

#[test]
fn invalid_postgresql_url_is_refused_without_being_quoted() {
    let folder = tempfile::tempdir().unwrap();
    let url = "postgres://voxum:swordfish@db:port/voxum";
    let line = run_failing(voxum(folder.path()).env("VOXUM_DATABASE_URL", url));
    line.has_all(["VOXUM_DATABASE_URL", "postgres://"]);
    line.lacks("swordfish");
}

#[test]
fn key_on_the_command_line_is_not_repeated_and_advice_is_printed() {
    const KEY: &str = "vx_00000000000000000000000000000000000000000003Ekpv5";
    let folder = tempfile::tempdir().unwrap();
    let (option, value) = (format!("--{KEY}"), format!("--reason={KEY}"));
    let assignment = format!("key={KEY}");
    for arguments in [
        &["key", "identify", KEY][..],
        &["key", "identify", &KEY[3..]],
        &["key", "identify", &KEY[..20]],
        &["key", "identify", &assignment],
        &["key", "identify", &option],
        &["key", "list", KEY],
        &["key", "pause", "vx_abc123", KEY],
        &["key", "revoke", "vx_abc123", &value],
        &["key", KEY],
        &["admin", KEY],
        &["serve", KEY],
        &[KEY],
    ] {
        let line = run_failing(voxum(folder.path()).args(arguments));
        line.lacks(&KEY[3..20]);
        line.has_all(["voxum key identify < FILE", "history", "rotate or revoke"]);
    }
    // An argument that is not a key is still quoted.
    for (arguments, word) in [
        (["key", "identify", "vx_abc123"], "'vx_abc123'"),
        (["key", "identfy", KEY], "'identfy'"),
    ] {
        let (code, _, err) = run(voxum(folder.path()).args(arguments));
        assert_eq!(code, Some(2), "{err}");
        err.has_all([word, "Usage"]);
    }
}

#[test]
fn help_names_every_command_and_setting() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["--help"][..], &["serve", "--help"]] {
        let (code, out, _) = run(voxum(folder.path()).args(arguments));
        assert_eq!(code, Some(0));
        for name in [
            "VOXUM_LISTEN",
            "VOXUM_PUBLIC_URL",
            "VOXUM_LOG",
            "VOXUM_ADMIN_EMAIL",
            "VOXUM_DATABASE_URL",
            "VOXUM_PEPPER",
            "VOXUM_PEPPER_OLD",
            "VOXUM_ADMIN_PASSWORD",
            "VOXUM_SMTP_URL",
            "VOXUM_SMTP_FROM",
            "VOXUM_ROLLING_UPGRADE",
            "_FILE",
            "127.0.0.1:3000",
            "sqlite:./data/voxum.db",
        ] {
            assert!(out.contains(name), "{arguments:?} does not name {name}");
        }
    }
    let (_, out, _) = run(voxum(folder.path()).arg("--help"));
    out.has_all(["serve", "admin"]);
    let (_, out, _) = run(voxum(folder.path()).args(["admin", "--help"]));
    out.has_all(["setup-link", "create-account", "reset"]);
}

#[test]
fn version_is_that_of_the_package() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, _) = run(voxum(folder.path()).arg("--version"));
    assert_eq!(
        (code, out),
        (Some(0), format!("voxum {}\n", env!("CARGO_PKG_VERSION")))
    );
}

#[test]
fn unknown_or_incomplete_commands_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["sevre"][..],
        &["--pepper", "x"],
        &["admin"],
        &["admin", "reset"],
    ] {
        let (code, _, err) = run(voxum(folder.path()).args(arguments));
        assert_eq!(code, Some(2), "{arguments:?}: {err}");
    }
}

#[test]
fn json_log_has_one_object_per_line_with_its_request() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = voxum(folder.path());
    command
        .env("VOXUM_LOG_FORMAT", "json")
        .env("VOXUM_LOG", "info,server=debug");
    let server = Server::spawn(&mut command, true);
    assert_eq!(server.client(None).status("/api/key"), 401);
    let (_, log, _) = server.stop();
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
        .collect();
    let entry = lines.iter().find(|line| line["fields"]["status"] == 401);
    let entry = entry.unwrap_or_else(|| panic!("{log}"));
    assert_eq!(entry["span"]["route"], "/api/key", "{entry}");
    assert_eq!(
        entry["span"]["id"].as_str().map(str::len),
        Some(32),
        "{entry}"
    );
}
