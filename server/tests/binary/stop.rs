//! The end, orderly or not, and what is known afterwards of when a key was used.

use crate::support::{Server, count};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

const USED: &str = "SELECT count(*) FROM api_keys WHERE last_used_at IS NOT NULL";

#[test]
fn a_signal_stops_the_server_with_every_use_written() {
    let folder = tempfile::tempdir().unwrap();
    let (server, owner) = Server::fresh(folder.path());
    let secret = owner.create("CRM Sync", "0123456789abcdef").unwrap();
    assert_eq!(server.key(&secret).get("/api/key").unwrap().status, 200);
    let (status, log, took) = server.stop();
    assert!(status.success(), "{log}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(count(folder.path(), USED), 1);
}

#[test]
fn a_crash_loses_at_most_five_seconds_of_uses() {
    let folder = tempfile::tempdir().unwrap();
    let (mut server, owner) = Server::fresh(folder.path());
    let secret = owner.create("CRM Sync", "0123456789abcdef").unwrap();
    assert_eq!(server.key(&secret).get("/api/key").unwrap().status, 200);
    std::thread::sleep(Duration::from_secs(5));
    server.kill();
    assert_eq!(count(folder.path(), USED), 1);
}

#[test]
fn a_request_that_never_ends_does_not_keep_the_server_from_stopping() {
    let folder = tempfile::tempdir().unwrap();
    let (server, owner) = Server::fresh(folder.path());
    let secret = owner.create("CRM Sync", "0123456789abcdef").unwrap();
    let mut slow = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let head = format!(
        "POST /api/inventory HTTP/1.1\r\nhost: x\r\nx-api-key: {secret}\r\n\
         content-type: application/json\r\ncontent-length: 1000\r\n\r\n{{"
    );
    slow.write_all(head.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let (status, log, took) = server.stop();
    assert!(status.success(), "{log}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert_eq!(count(folder.path(), USED), 1);
}

#[test]
fn a_body_that_ends_early_stores_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (server, owner) = Server::fresh(folder.path());
    let secret = owner.create("CRM Sync", "0123456789abcdef").unwrap();
    let body = r#"{"items":[{"id":"A","name":"n"}]}"#;
    let mut lying = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
    let head = format!(
        "POST /api/inventory HTTP/1.1\r\nhost: x\r\nx-api-key: {secret}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len() + 1
    );
    lying.write_all(head.as_bytes()).unwrap();
    lying.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    let _ = lying.read_to_string(&mut answer);
    assert!(!answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(count(folder.path(), "SELECT count(*) FROM items"), 0);
}

#[test]
fn what_is_no_http_gets_an_empty_answer() {
    let folder = tempfile::tempdir().unwrap();
    let (server, _) = Server::fresh(folder.path());
    for request in [
        "nonsense\r\n\r\n",
        "GET /api/key HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n",
    ] {
        let mut raw = TcpStream::connect(server.url.trim_start_matches("http://")).unwrap();
        raw.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        raw.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(
            head.starts_with("HTTP/1.1 400") && body.is_empty(),
            "{answer}"
        );
    }
}
