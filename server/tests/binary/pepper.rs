//! The pepper and the keys that were created under it.

use crate::support::{Server, TOKEN, refusal, run, voxum};
use std::path::Path;
use testkit::Text as _;

/// Sets up an installation with one key and stops it. Returns the key's secret.
fn create_key_and_stop(folder: &Path) -> String {
    let (server, owner) = Server::with_owner(folder);
    let secret = owner.create("CRM Sync", TOKEN).unwrap();
    server.stop();
    secret
}

#[test]
fn keys_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let secret = create_key_and_stop(folder.path());
    let server = Server::start(folder.path());
    assert_eq!(server.key(&secret).status("/api/key"), 200);
}

#[test]
fn missing_or_different_pepper_stops_the_start_once_there_are_keys() {
    let folder = tempfile::tempdir().unwrap();
    let secret = create_key_and_stop(folder.path());
    let file = folder.path().join("data/pepper");
    let pepper = std::fs::read_to_string(&file).unwrap();

    std::fs::remove_file(&file).unwrap();
    let line = refusal(run(&mut voxum(folder.path())), 1);
    line.has_all(["missing", "VOXUM_PEPPER"]);
    assert!(!file.exists(), "another pepper was made");

    let other = "00".repeat(32);
    let line = refusal(run(voxum(folder.path()).env("VOXUM_PEPPER", &other)), 1);
    line.has("not the one");
    line.lacks(&other);

    // If the environment contains the pepper, no file is needed.
    let server = Server::spawn(
        voxum(folder.path()).env("VOXUM_PEPPER", pepper.trim()),
        false,
    );
    assert_eq!(server.key(&secret).status("/api/key"), 200);
    assert!(!file.exists());
}

#[test]
fn missing_pepper_is_replaced_by_a_new_one_if_there_are_no_keys() {
    let (folder, server, _) = Server::with_folder();
    server.stop();
    std::fs::remove_file(folder.path().join("data/pepper")).unwrap();
    Server::start(folder.path()).stop();
}
