//! The end, orderly or not, and what is known afterwards of when a key was used, and how often.

use crate::support::{Server, count};
use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

const USED: &str = "SELECT count(*) FROM api_keys WHERE last_used_at IS NOT NULL";
const CALLS: &str = "SELECT coalesce(sum(calls), 0) FROM key_calls WHERE outcome = 'accepted'";

#[test]
fn a_signal_stops_the_server_with_every_use_and_call_written_once() {
    let folder = tempfile::tempdir().unwrap();
    let (server, owner) = Server::fresh(folder.path());
    let secret = owner.create("CRM Sync", "0123456789abcdef").unwrap();
    for _ in 0..50 {
        assert_eq!(server.key(&secret).get("/api/key").unwrap().status, 200);
    }
    let (status, log, took) = server.stop();
    assert!(status.success(), "{log}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(count(folder.path(), USED), 1);
    assert_eq!(count(folder.path(), CALLS), 50);
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
