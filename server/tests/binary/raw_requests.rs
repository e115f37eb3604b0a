//! Requests as raw bytes: requests that no well-behaved client sends, and refusals that reach a
//! client while it is still sending.

use crate::support::{Server, TOKEN, count};
use std::io::{Read as _, Write as _};
use std::net::Shutdown;

/// Sends bytes, optionally closes the sending side, and reads everything that comes back.
fn exchange(server: &Server, request: &[u8], end: bool) -> String {
    let mut stream = server.connect();
    stream.write_all(request).unwrap();
    if end {
        stream.shutdown(Shutdown::Write).unwrap();
    }
    let mut response = Vec::new();
    stream.read_to_end(&mut response).unwrap();
    String::from_utf8(response).unwrap()
}

fn post(secret: &str, headers: &str, body: &str) -> Vec<u8> {
    let head = "POST /api/inventory HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n";
    format!("{head}x-api-key: {secret}\r\n{headers}\r\n\r\n{body}").into_bytes()
}

#[test]
fn truncated_body_stores_nothing() {
    let (folder, server, owner) = Server::with_folder();
    let secret = owner.create("CRM Sync", TOKEN).unwrap();
    let body = r#"{"items":[{"id":"A","name":"n"}]}"#;
    let right_length = format!("content-length: {}", body.len());
    let wrong_length = format!("content-length: {}", body.len() + 1);
    let chunk = format!("{:x}\r\n{body}\r\n", body.len());
    for (headers, body) in [
        (&*wrong_length, body),
        ("transfer-encoding: chunked", &*chunk),
    ] {
        let response = exchange(&server, &post(&secret, headers, body), true);
        assert!(!response.starts_with("HTTP/1.1 200"), "{response}");
        assert_eq!(count(folder.path(), "SELECT count(*) FROM items"), 0);
    }
    let response = exchange(&server, &post(&secret, &right_length, body), false);
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
}

#[test]
fn invalid_http_gets_an_error_response_without_a_body() {
    let (_folder, server, _) = Server::with_folder();
    let get =
        |path: &str, headers: &str| format!("GET {path} HTTP/1.1\r\nhost: x\r\n{headers}\r\n");
    for (request, status) in [
        ("nonsense\r\n\r\n".to_owned(), 400),
        (get("/api/key", "bad header\r\n"), 400),
        (get("/api/key", "x-api-key: a\0b\r\n"), 400),
        (get(&format!("/api/{}", "x".repeat(70_000)), ""), 414),
        (get("/api/key", &"a: b\r\n".repeat(200)), 431),
    ] {
        let response = exchange(&server, request.as_bytes(), false);
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
        assert_eq!(body, "");
    }
}

/// Most clients read the response only after they have sent everything.
#[test]
fn client_refused_in_the_middle_of_a_feed_receives_the_reason() {
    let (_folder, server, owner) = Server::with_folder();
    let secret = owner.create("CRM Sync", TOKEN).unwrap();
    let key = server.key(&secret);
    let feed = |bytes: usize| {
        key.send(
            "POST",
            "/api/inventory",
            "application/json",
            &" ".repeat(bytes),
        )
    };
    assert_eq!(feed(20_000_000).unwrap().status, 413);
    key.send("DELETE", "/api/key", "text/plain", "").unwrap();
    for _ in 0..5 {
        let response = feed(10_000_000).unwrap();
        assert!(
            response.status == 401 && response.body.contains("revoked_key"),
            "{}",
            response.body
        );
    }
}

/// A head that a proxy could interpret differently ends its connection, so what follows it is not
/// treated as a request.
#[test]
fn ambiguous_heads_are_refused_and_the_bytes_after_them_get_no_response() {
    let (_folder, server, _) = Server::with_folder();
    let next = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    let chunks = "0\r\n\r\n";
    let api = "application/problem+json";
    let cases = [
        ("GET /api/key HTTP/1.1\r\n", "", api),
        ("GET /api/key HTTP/1.1\r\nhost: a\r\nhost: b\r\n", "", api),
        ("GET /api/key HTTP/1.0\r\nhost: a\r\nhost: a\r\n", "", api),
        ("GET /sign-in HTTP/1.1\r\n", "", "text/plain"),
        (
            "POST /api/leads HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n",
            chunks,
            api,
        ),
        (
            "POST /api/leads HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\ntransfer-encoding: chunked\r\n",
            chunks,
            api,
        ),
        (
            "POST /sign-in HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked, chunked\r\n",
            chunks,
            "text/plain",
        ),
    ];
    for (head, body, kind) in cases {
        let request = format!("{head}\r\n{body}{next}");
        let response = exchange(&server, request.as_bytes(), false);
        assert!(
            response.starts_with("HTTP/1.1 400") || response.starts_with("HTTP/1.0 400"),
            "{head}: {response}"
        );
        assert!(response.contains(kind), "{head}: {response}");
        assert_eq!(response.matches("HTTP/1.").count(), 1, "{head}: {response}");
    }
    // If a body has both lengths, the chunked encoding counts, and the connection is closed.
    for lengths in [
        "content-length: 5\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 5",
    ] {
        let head = "POST /api/leads HTTP/1.1\r\nhost: a\r\n";
        let request = format!("{head}{lengths}\r\n\r\n{chunks}{next}");
        let response = exchange(&server, request.as_bytes(), false);
        assert!(
            response.starts_with("HTTP/1.1 401"),
            "{lengths}: {response}"
        );
        assert_eq!(
            response.matches("HTTP/1.1").count(),
            1,
            "{lengths}: {response}"
        );
    }
    // These heads are unambiguous.
    for head in [
        "GET /healthz HTTP/1.0\r\n",
        "GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\nTransfer-Encoding: Chunked\r\n",
    ] {
        let body = if head.contains("Chunked") { chunks } else { "" };
        let request = format!("{head}\r\n{body}");
        let response = exchange(&server, request.as_bytes(), false);
        assert!(response.contains(" 200 OK"), "{head}: {response}");
    }
}

#[test]
fn invalid_host_is_refused_with_a_problem_document() {
    let (_folder, server, _) = Server::with_folder();
    let get = |host: &str| {
        let request = format!("GET /healthz HTTP/1.1\r\n{host}connection: close\r\n\r\n");
        exchange(&server, request.as_bytes(), false)
    };
    for host in [
        "",
        " ",
        "a b",
        "http://a",
        "a/b",
        "a@b",
        "a:b",
        "a:1:2",
        ":80",
        "a:99999",
        "[::1",
        "caf\u{E9}",
    ] {
        let response = get(&format!("host: {host}\r\n"));
        assert!(response.starts_with("HTTP/1.1 400 "), "{host}: {response}");
        assert!(
            response.contains("Set the header `Host` to a host"),
            "{host}: {response}"
        );
    }
    assert!(get("").contains("Name the host of the request"));
    assert!(get("host: a\r\nhost: a\r\n").contains("Send one header `Host`."));
    for host in [
        "a",
        "a:80",
        "a:",
        "127.0.0.1:3000",
        "[::1]:3000",
        "a_b.example",
        "xn--caf-dma.example",
    ] {
        let response = get(&format!("host: {host}\r\n"));
        assert!(response.starts_with("HTTP/1.1 200 "), "{host}: {response}");
    }
}
