//! A file system that becomes read-only under the server, as after a fault of its disk.

use crate::installation::wait_for;
use crate::power::disk;
use crate::support::{Server, voxum};
use std::fs::File;

const PEPPER: &str = "4d0f2b1e6a8c3957e1d2c3b4a5968778695a4b3c2d1e0f00112233445566778f";

#[test]
fn node_is_not_ready_while_its_sqlite_file_is_read_only_and_recovers_by_itself() {
    let workspace = tempfile::tempdir().unwrap();
    let home = workspace.path().canonicalize().unwrap().join("home");
    std::fs::create_dir(&home).unwrap();
    let switch = workspace.path().join("read-only");
    let mut command = voxum(&home);
    command
        .env("VOXUM_PEPPER", PEPPER)
        .env("LD_PRELOAD", disk::library(workspace.path()))
        .env("DISK_JOURNAL", workspace.path().join("journal"))
        .env("DISK_FOLDER", &home)
        .env("DISK_READ_ONLY", &switch);
    let (server, owner) = Server::spawn_with_owner(&mut command);
    let (id, secret) = owner.issue("CRM Sync", "form-token-crm-00001").unwrap();
    let (anonymous, caller) = (server.client(None), server.key(&secret));
    assert_eq!(anonymous.status("/readyz"), 200);

    File::create(&switch).unwrap();
    wait_for("the node is not ready", || {
        anonymous.status("/readyz") == 503
    });
    // A read-only file cannot change, so its keys can still be verified.
    assert_eq!(caller.status("/api/key"), 200);
    let paused = owner.form(&format!("/keys/{id}/pause"), "").unwrap();
    assert_eq!(paused.status, 503, "{}", paused.body);
    assert_eq!(anonymous.status("/readyz"), 503);

    std::fs::remove_file(&switch).unwrap();
    wait_for("the node is ready again, and the pause is stored", || {
        anonymous.get("/readyz").unwrap().body == "ok\n"
    });
    owner.create("Feed", "form-token-feed-0001").unwrap();
    let (exit_status, log, _) = server.stop();
    assert!(exit_status.success() && !log.contains("panicked"), "{log}");
}
