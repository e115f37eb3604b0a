//! Stopping, orderly or not, and what is known afterwards about the uses of a key.

use crate::installation::{Installation, signal, wait_for};
use crate::slow_clients::is_closed;
use crate::support::{Client, Server, TOKEN, change, count, voxum};
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;
use testkit::Text as _;

const USED: &str = "SELECT count(*) FROM api_keys WHERE last_used_at IS NOT NULL";
const CALLS: &str = "SELECT coalesce(sum(calls), 0) FROM key_calls WHERE outcome = 'accepted'";

#[test]
fn signal_stops_the_server_after_every_use_and_call_is_stored_once() {
    let (folder, server, owner) = Server::with_folder();
    let secret = owner.create("CRM Sync", TOKEN).unwrap();
    for _ in 0..50 {
        assert_eq!(server.key(&secret).status("/api/key"), 200);
    }
    let (status, log, elapsed) = server.stop();
    assert!(status.success(), "{log}");
    assert!(elapsed < Duration::from_secs(5), "{elapsed:?}");
    assert_eq!(count(folder.path(), USED), 1);
    assert_eq!(count(folder.path(), CALLS), 50);
}

#[test]
fn crash_loses_at_most_five_seconds_of_uses() {
    let (folder, mut server, owner) = Server::with_folder();
    let secret = owner.create("CRM Sync", TOKEN).unwrap();
    assert_eq!(server.key(&secret).status("/api/key"), 200);
    std::thread::sleep(Duration::from_secs(5));
    server.kill();
    assert_eq!(count(folder.path(), USED), 1);
}

#[test]
fn endless_request_does_not_prevent_the_server_from_stopping() {
    let (folder, server, owner) = Server::with_folder();
    let secret = owner.create("CRM Sync", TOKEN).unwrap();
    let slow = open_endless_request(&server, &secret);
    let (status, log, elapsed) = server.stop();
    assert!(status.success(), "{log}");
    assert!(elapsed < Duration::from_secs(10), "{elapsed:?}");
    assert_eq!(count(folder.path(), USED), 1);
    drop(slow);
}

/// Opens a request whose body never ends, and which the server is working on.
fn open_endless_request(server: &Server, secret: &str) -> TcpStream {
    let mut slow = server.connect();
    let head = format!(
        "POST /api/inventory HTTP/1.1\r\nhost: x\r\nx-api-key: {secret}\r\n\
         content-type: application/json\r\ncontent-length: 1000\r\n\r\n{{"
    );
    slow.write_all(head.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    slow
}

fn status(client: &Client, path: &str) -> Option<u16> {
    Some(client.get(path).ok()?.status)
}

#[test]
fn stopping_server_is_not_ready_but_answers_until_the_shutdown_delay_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = voxum(folder.path());
    let server = Server::spawn(command.env("VOXUM_SHUTDOWN_DELAY", "3"), true);
    assert_eq!(status(&server.client(None), "/readyz"), Some(200));
    server.terminate();
    wait_for("it is not ready", || {
        status(&server.client(None), "/readyz") == Some(503)
    });
    // Over a new connection.
    assert_eq!(status(&server.client(None), "/healthz"), Some(200));
    wait_for("the listener is closed", || {
        status(&server.client(None), "/healthz").is_none()
    });
    let (status, log, _) = server.stop();
    assert!(status.success(), "{log}");
}

#[test]
fn hanging_mail_server_does_not_prevent_the_database_from_being_closed() {
    let (folder, server, owner) = Server::with_folder();
    let secret = owner.create("CRM Sync", TOKEN).unwrap();
    server.stop();
    change(
        folder.path(),
        "UPDATE api_keys SET created_at = created_at - 86400000 * 80,
            expires_at = CAST(unixepoch() AS INTEGER) * 1000 + 86400000 * 5 + 3600000",
    );
    let mail = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = voxum(folder.path());
    command
        .env(
            "VOXUM_SMTP_URL",
            format!("smtp://{}", mail.local_addr().unwrap()),
        )
        .env("VOXUM_SMTP_FROM", "voxum@example.com");
    let server = Server::spawn(&mut command, false);
    let _hanging = mail.accept().unwrap();
    assert_eq!(server.key(&secret).status("/api/key"), 200);
    let (status, log, elapsed) = server.stop();
    assert!(status.success(), "{log}");
    assert!(elapsed < Duration::from_secs(10), "{elapsed:?}");
    log.has_all(["was aborted", "task=\"mail\""]);
    log.lacks("the database was not closed");
    assert_eq!(count(folder.path(), USED), 1);
}

#[test]
fn stopping_node_deregisters_while_its_last_requests_are_in_progress() {
    let installation = Installation::new();
    let (node_a, owner) = Server::spawn_with_owner(&mut installation.node());
    let node_b = Server::spawn(&mut installation.node(), false);
    let nodes = || installation.count("SELECT count(*) FROM nodes");
    wait_for("both nodes are registered", || nodes() == 2);
    let secret = owner.create("CRM Sync", TOKEN).unwrap();
    let slow = open_endless_request(&node_b, &secret);
    node_b.terminate();
    wait_for("the node left", || nodes() == 1);
    assert!(!is_closed(&slow), "its last request was cut off before");
    drop(slow);
    installation.end([node_a, node_b]);
}

#[test]
fn sighup_does_not_stop_a_server_without_a_certificate() {
    let (_folder, server, _) = Server::with_folder();
    signal(&server, "-HUP");
    assert_eq!(status(&server.client(None), "/healthz"), Some(200));
    let (status, log, _) = server.stop();
    assert!(status.success(), "{log}");
    log.has("SIGHUP changed nothing");
}
