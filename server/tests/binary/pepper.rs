//! The pepper and the keys that were created under it.

use crate::support::{Server, run, voxum};
use std::path::Path;
use std::process::Command;

/// Sets up an installation with one key and stops it. Returns the key's secret.
fn with_a_key(folder: &Path) -> String {
    let (server, owner) = Server::fresh(folder);
    let secret = owner.create("CRM Sync", "0123456789abcdef").unwrap();
    server.stop();
    secret
}

#[track_caller]
fn refused(command: &mut Command) -> String {
    let (code, out, err) = run(command);
    assert_eq!(
        (code, out.as_str(), err.lines().count()),
        (Some(1), "", 1),
        "{err}"
    );
    err
}

#[test]
fn keys_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let secret = with_a_key(folder.path());
    let server = Server::start(folder.path());
    assert_eq!(server.key(&secret).get("/api/key").unwrap().status, 200);
}

#[test]
fn missing_or_different_pepper_stops_the_start_once_there_are_keys() {
    let folder = tempfile::tempdir().unwrap();
    let secret = with_a_key(folder.path());
    let file = folder.path().join("data/pepper");
    let pepper = std::fs::read_to_string(&file).unwrap();

    std::fs::remove_file(&file).unwrap();
    let line = refused(&mut voxum(folder.path()));
    assert!(
        line.contains("missing") && line.contains("VOXUM_PEPPER"),
        "{line}"
    );
    assert!(!file.exists(), "another pepper was made");

    let other = "00".repeat(32);
    let line = refused(voxum(folder.path()).env("VOXUM_PEPPER", &other));
    assert!(
        line.contains("not the one") && !line.contains(&other),
        "{line}"
    );

    // If the environment contains the pepper, no file is needed.
    let server = Server::of(
        voxum(folder.path()).env("VOXUM_PEPPER", pepper.trim()),
        false,
    );
    assert_eq!(server.key(&secret).get("/api/key").unwrap().status, 200);
    assert!(!file.exists());
}

#[test]
fn missing_pepper_is_replaced_by_a_new_one_if_there_are_no_keys() {
    let folder = tempfile::tempdir().unwrap();
    let (server, _) = Server::fresh(folder.path());
    server.stop();
    std::fs::remove_file(folder.path().join("data/pepper")).unwrap();
    Server::start(folder.path()).stop();
}
