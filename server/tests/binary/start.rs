//! The first start, and every later one.

use crate::support::{PASSWORD, Server, change, run, voxum};
use std::io::Read as _;
use std::process::Stdio;
use testkit::Text as _;

#[test]
fn first_start_creates_all_files_and_each_start_prints_a_new_setup_link() {
    let folder = tempfile::tempdir().unwrap();
    let first = Server::spawn(&mut voxum(folder.path()), true);
    assert!(
        first.url.starts_with("http://127.0.0.1:") && !first.url.ends_with(":0"),
        "{}",
        first.url
    );
    let old_link = first.setup.clone().unwrap();
    assert_eq!(first.client(None).status(&old_link), 200);
    let (_, log, _) = first.stop();
    assert!(!log.contains("/setup/"), "the link is in the log: {log}");
    for name in ["voxum.db", "pepper"] {
        assert!(folder.path().join("data").join(name).exists(), "{name}");
    }
    let second = Server::spawn(&mut voxum(folder.path()), true);
    let new_link = second.setup.clone().unwrap();
    assert_ne!(old_link, new_link);
    assert_eq!(second.client(None).status(&old_link), 404);
    assert_eq!(second.client(None).status(&new_link), 200);
}

#[test]
fn start_prints_only_the_address_once_there_is_an_owner() {
    let (folder, server, _) = Server::with_folder();
    server.stop();
    let mut child = voxum(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1_500));
    child.kill().unwrap();
    child.wait().unwrap();
    let mut text = String::new();
    out.read_to_string(&mut text).unwrap();
    assert!(
        text.starts_with("Listening on http://127.0.0.1:") && text.lines().count() == 1,
        "{text}"
    );
}

#[test]
fn settings_can_create_the_first_owner() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("password");
    std::fs::write(&secret, format!("{PASSWORD}\n")).unwrap();
    let mut command = voxum(folder.path());
    command
        .env("VOXUM_ADMIN_EMAIL", "ada@example.com")
        .env("VOXUM_ADMIN_PASSWORD_FILE", &secret);
    let server = Server::spawn(&mut command, false);
    let form = format!(
        "email=ada@example.com&password={}",
        PASSWORD.replace(' ', "+")
    );
    let response = server.client(None).form("/sign-in", &form).unwrap();
    assert_eq!(response.status, 303);
    let owner = server.client(Some(("cookie", response.cookie)));
    owner.get("/keys").unwrap().has("My account");
    server.stop();
    // The settings may stay: they have no effect once there is an owner.
    let server = Server::spawn(&mut command, false);
    server.stop();
}

#[test]
fn public_address_with_plain_http_logs_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = voxum(folder.path());
    let server = Server::spawn(
        command.env("VOXUM_PUBLIC_URL", "http://192.168.1.7:3000"),
        true,
    );
    let (_, log, _) = server.stop();
    log.has_all(["WARN", "plain http"]);
}

#[test]
fn address_in_use_is_reported_in_one_line_before_anything_is_created() {
    let folder = tempfile::tempdir().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (code, out, err) = run(voxum(folder.path()).env("VOXUM_LISTEN", &address));
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.lines().count() == 1 && err.contains(&address), "{err}");
    assert!(!folder.path().join("data").exists());
}

#[test]
fn vanished_database_is_not_created_again() {
    let (folder, server, _) = Server::with_folder();
    server.stop();
    for name in ["voxum.db", "voxum.db-wal", "voxum.db-shm"] {
        let _ = std::fs::remove_file(folder.path().join("data").join(name));
    }
    let (code, out, err) = run(&mut voxum(folder.path()));
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.lines().count() == 1 && err.contains("missing"), "{err}");
}

#[test]
fn unusable_database_stops_the_start_with_a_reason_and_stays_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let database = data.join("voxum.db");
    let assert_refused = |word: &str| {
        let before = std::fs::read(&database).unwrap();
        let (code, out, err) = run(&mut voxum(folder.path()));
        assert_eq!((code, out.as_str()), (Some(1), ""), "{err}");
        assert!(err.lines().count() == 1 && err.contains(word), "{err}");
        assert!(std::fs::read(&database).unwrap() == before, "{word}");
    };
    std::fs::create_dir(&data).unwrap();
    std::fs::write(&database, "no database at all, by far").unwrap();
    assert_refused("is not an SQLite database");
    std::fs::remove_file(&database).unwrap();

    let (server, _) = Server::with_owner(folder.path());
    server.stop();
    let intact = std::fs::read(&database).unwrap();
    // A write version above the supported ones makes the file read-only, even for root, who ignores
    // file modes.
    let mut bytes = intact.clone();
    bytes[18] = 3;
    std::fs::write(&database, bytes).unwrap();
    assert_refused("cannot be written");
    // A database of another program, by its application id.
    let mut bytes = intact.clone();
    bytes[68..72].copy_from_slice(b"cake");
    std::fs::write(&database, bytes).unwrap();
    assert_refused("of another program");
    std::fs::write(&database, intact).unwrap();
    change(
        folder.path(),
        "UPDATE _sqlx_migrations SET version = version + 9000 WHERE version > 17",
    );
    // The change is in the write-ahead log until a program opens the file.
    run(&mut voxum(folder.path()));
    assert_refused("use the newer version that created it");
}
