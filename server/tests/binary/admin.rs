//! `voxum admin …`

use crate::support::{PASSWORD, Server, run, voxum};
use std::path::Path;

fn admin(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = voxum(folder);
    run(command
        .env("VOXUM_PUBLIC_URL", "https://console.example.com")
        .arg("admin")
        .args(arguments))
}

/// The path of the link that a command printed.
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
fn setup_link_ends_the_link_before_and_is_refused_once_there_is_an_owner() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::of(&mut voxum(folder.path()), true);
    let fresh = link(folder.path(), &["setup-link"]);
    let old = server.setup.clone().unwrap();
    assert_eq!(server.client(None).get(&old).unwrap().status, 404);
    server.set_up(&fresh, "ada@example.com");
    let (code, out, err) = admin(folder.path(), &["setup-link"]);
    assert_eq!(
        (code, out.as_str(), err.lines().count()),
        (Some(1), "", 1),
        "{err}"
    );
    assert!(err.contains("admin reset"), "{err}");
}

#[test]
fn a_further_account_is_made_while_the_server_runs_and_sees_nothing_of_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let (server, ada) = Server::fresh(folder.path());
    ada.create("CRM Sync", "0123456789abcdef").unwrap();
    let eve = server.set_up(
        &link(folder.path(), &["create-account", "Other Cars"]),
        "eve@example.org",
    );
    assert_eq!((ada.keys().len(), eve.keys().len()), (1, 0));
}

#[test]
fn a_reset_link_lets_a_member_in_again() {
    let folder = tempfile::tempdir().unwrap();
    let (server, ada) = Server::fresh(folder.path());
    let path = link(folder.path(), &["reset", "Ada@Example.com"]);
    let answer = server
        .client(None)
        .form(&path, "password=another+horse+battery")
        .unwrap();
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(
        ada.get("/keys").unwrap().status,
        303,
        "the old session goes on"
    );
    let form = format!(
        "email=ada@example.com&password={}",
        PASSWORD.replace(' ', "+")
    );
    assert_eq!(
        server.client(None).form("/sign-in", &form).unwrap().status,
        200
    );
}

#[test]
fn what_cannot_be_done_is_told_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, err) = admin(folder.path(), &["setup-link"]);
    assert_eq!((code, err.lines().count()), (Some(1), 1), "{err}");
    assert!(err.contains("there is no database"), "{err}");
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        0,
        "a database was made"
    );
    let (server, _) = Server::fresh(folder.path());
    for arguments in [
        &["reset", "nobody@example.com"][..],
        &["reset", "nobody"],
        &["create-account", " "],
    ] {
        let (code, out, err) = admin(folder.path(), arguments);
        assert_eq!(
            (code, out.as_str(), err.lines().count()),
            (Some(1), "", 1),
            "{arguments:?}: {err}"
        );
    }
    drop(server);
}
