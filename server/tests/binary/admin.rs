//! `voxum admin …`

use crate::support::{PASSWORD, Server, TOKEN, count, refusal, run, voxum};
use std::path::Path;
use testkit::Text as _;

fn admin(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = voxum(folder);
    run(command
        .env("VOXUM_PUBLIC_URL", "https://console.example.com")
        .arg("admin")
        .args(arguments))
}

/// Runs a command and returns the path of the link that it printed.
#[track_caller]
fn link(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, err) = admin(folder, arguments);
    assert_eq!((code, out.lines().count()), (Some(0), 1), "{err}");
    assert!(!err.contains("/setup/"), "the link is in the log");
    let (_, path) = out
        .trim()
        .split_once("https://console.example.com")
        .expect("the link is complete");
    assert_eq!(path.len(), "/setup/".len() + 64, "{path}");
    path.to_owned()
}

#[test]
fn setup_link_replaces_the_previous_one_and_is_refused_once_there_is_an_owner() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::spawn(&mut voxum(folder.path()), true);
    let new_link = link(folder.path(), &["setup-link"]);
    let old_link = server.setup.clone().unwrap();
    assert_eq!(server.client(None).status(&old_link), 404);
    server.set_up(&new_link, "ada@example.com");
    let err = refusal(admin(folder.path(), &["setup-link"]), 1);
    err.has("admin reset");
}

#[test]
fn create_account_adds_a_separate_account_while_the_server_runs() {
    let (folder, server, ada) = Server::with_folder();
    ada.create("CRM Sync", TOKEN).unwrap();
    let eve = server.set_up(
        &link(folder.path(), &["create-account", "Other Cars"]),
        "eve@example.org",
    );
    assert_eq!((ada.keys().len(), eve.keys().len()), (1, 0));
}

#[test]
fn reset_link_sets_a_new_password_and_ends_old_sessions() {
    let (folder, server, ada) = Server::with_folder();
    let path = link(folder.path(), &["reset", "Ada@Example.com"]);
    let response = server
        .client(None)
        .form(&path, "password=another+horse+battery")
        .unwrap();
    assert_eq!(response.status, 303, "{}", response.body);
    assert_eq!(ada.status("/keys"), 303, "the old session goes on");
    let form = format!(
        "email=ada@example.com&password={}",
        PASSWORD.replace(' ', "+")
    );
    assert_eq!(
        server.client(None).form("/sign-in", &form).unwrap().status,
        401
    );
}

#[test]
fn reset_of_an_address_in_several_accounts_requires_the_account() {
    let (folder, server, _) = Server::with_folder();
    let setup = link(folder.path(), &["create-account", "Other Cars"]);
    let form = "account_name=Other+Cars&email=ada@example.com&password=three+gulls+on+a+roof";
    let response = server.client(None).form(&setup, form).unwrap();
    assert_eq!(response.status, 303, "{}", response.body);
    let (code, _, err) = run(voxum(folder.path()).args(["admin", "reset", "ada@example.com"]));
    assert_eq!(code, Some(1), "{err}");
    err.has_all(["--account", "Other Cars"]);
    let (before, _) = err.split_once(" (“Other Cars”)").unwrap();
    let id = before.rsplit(' ').next().unwrap();
    let path = link(
        folder.path(),
        &["reset", "ada@example.com", "--account", id],
    );
    let form = "password=another+horse+battery";
    let response = server.client(None).form(&path, form).unwrap();
    assert_eq!(response.status, 303, "{}", response.body);
    let owner = server.client(Some(("cookie", response.cookie)));
    owner.get("/settings").unwrap().has("Other Cars");
}

#[test]
fn reset_link_is_in_the_audit_log_of_its_account_before_it_is_used() {
    let (folder, server, ada) = Server::with_folder();
    let eve = server.set_up(
        &link(folder.path(), &["create-account", "Other Cars"]),
        "eve@example.org",
    );
    let path = link(folder.path(), &["reset", "ada@example.com"]);
    let log = ada.get("/audit?what=sign-ins&who=operator").unwrap().body;
    log.has_all([
        "password.reset_offered</code>",
        "The operator",
        "ada@example.com",
    ]);
    log.lacks(path.trim_start_matches("/setup/"));
    let other = eve.get("/audit?what=sign-ins&who=operator").unwrap().body;
    other.lacks("password.reset_offered</code>");
    // A refused command creates no link.
    let events = "SELECT count(*) FROM audit_events WHERE action = 'password.reset_offered'";
    admin(folder.path(), &["reset", "nobody@example.com"]);
    assert_eq!(count(folder.path(), events), 1);
}

#[test]
fn failed_admin_commands_print_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, err) = admin(folder.path(), &["setup-link"]);
    assert_eq!((code, err.lines().count()), (Some(1), 1), "{err}");
    err.has("there is no database");
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        0,
        "a database was made"
    );
    let (server, _) = Server::with_owner(folder.path());
    for arguments in [
        &["reset", "nobody@example.com"][..],
        &["reset", "nobody"],
        &["create-account", " "],
    ] {
        refusal(admin(folder.path(), arguments), 1);
    }
    drop(server);
}

/// Runs `voxum key identify` with `input` on its standard input.
fn identify(folder: &Path, input: &str) -> (Option<i32>, String, String) {
    use std::io::Write as _;
    use std::process::Stdio;
    let mut command = voxum(folder);
    command.args(["key", "identify"]).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn key_identify_reads_standard_input_and_never_prints_the_key() {
    let (folder, _server, ada) = Server::with_folder();
    let secret = ada.create("CRM Sync", TOKEN).unwrap();
    let (code, out, err) = identify(folder.path(), &format!("  {secret}\n"));
    assert_eq!((code, out.lines().count()), (Some(0), 1), "{err}");
    for text in [
        "“CRM Sync”",
        "active",
        "ada@example.com",
        "/revoke",
        &secret[..9],
    ] {
        assert!(out.contains(text), "{text} in {out}");
    }
    let other = if secret.ends_with('x') { 'y' } else { 'x' };
    for (input, message) in [
        (secret[..38].to_owned(), "38 characters instead of 52"),
        (format!("{}{other}", &secret[..51]), "one of them is wrong"),
        (
            "vx_00000000000000000000000000000000000000000003Ekpv5".to_owned(),
            "this installation has no such key",
        ),
        (String::new(), "0 characters instead of 52"),
    ] {
        let (code, out, err) = identify(folder.path(), &input);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{input}");
        err.has(message);
        assert!(input.is_empty() || !err.contains(&input), "{err}");
    }
    assert!(!out.contains(&secret) && !err.contains(&secret));
    let revoked = ada
        .with_key(&secret)
        .send("DELETE", "/api/key", "text/plain", "");
    assert_eq!(revoked.unwrap().status, 204);
    let (_, out, _) = identify(folder.path(), &secret);
    out.has("revoked, created by");
    out.lacks("/revoke");
}
