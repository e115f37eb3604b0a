//! Bodies above the limit: the refusal also reaches clients that send everything before they read.

use crate::support::{Client, Server, TOKEN};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

const MIB: usize = 1024 * 1024;
/// The size of a file that a person might have chosen by mistake.
const BODY_SIZE: usize = 40 * MIB;
const BOUNDARY: &str =
    "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cars.csv\"\r\n\r\n";

struct Case {
    path: &'static str,
    /// Lines of the head, each with its line break.
    headers: String,
    /// The beginning of the body.
    start: &'static str,
    /// Expected parts of the response.
    kind: &'static str,
    text: &'static str,
}

fn cases(secret: &str, owner: &Client) -> Vec<Case> {
    let api = |kind: &str| format!("x-api-key: {secret}\r\ncontent-type: {kind}\r\n");
    let console = |kind: &str| {
        let cookie = owner.cookie();
        format!("cookie: {cookie}\r\nsec-fetch-site: same-origin\r\ncontent-type: {kind}\r\n")
    };
    let api_case = |path, headers| Case {
        path,
        headers,
        start: "",
        kind: "application/problem+json",
        text: "\"code\":\"body_too_large\"",
    };
    let json = api("application/json");
    vec![
        api_case("/api/inventory", json.clone()),
        api_case("/api/inventory", api("text/csv")),
        api_case("/api/inventory?dry_run=true", api("application/xml")),
        api_case("/api/inventory", format!("{json}idempotency-key: 1\r\n")),
        api_case("/api/leads", json),
        Case {
            path: "/inventory/import",
            headers: console("multipart/form-data; boundary=x"),
            start: BOUNDARY,
            kind: "text/html",
            text: "larger than 16 MiB",
        },
        Case {
            path: "/settings",
            headers: console("application/x-www-form-urlencoded"),
            start: "",
            kind: "text/plain",
            text: "too large",
        },
        Case {
            path: "/call/keys/list",
            headers: console("application/json"),
            start: "",
            kind: "application/json",
            text: "",
        },
    ]
}

fn key(owner: &Client) -> String {
    let scopes = ["inventory:read", "inventory:write", "leads:write"];
    let created = owner.create_with("Feed", TOKEN, &scopes);
    created.unwrap()
}

fn read(stream: &mut TcpStream) -> String {
    let mut response = Vec::new();
    stream.read_to_end(&mut response).expect("no reset");
    String::from_utf8(response).unwrap()
}

#[test]
fn client_that_sends_a_whole_large_body_before_it_reads_gets_the_refusal() {
    let (_folder, server, owner) = Server::with_folder();
    let secret = key(&owner);
    for case in cases(&secret, &owner) {
        for chunked in [false, true] {
            let Case { path, headers, .. } = &case;
            let length = if chunked {
                "transfer-encoding: chunked".to_owned()
            } else {
                format!("content-length: {BODY_SIZE}")
            };
            let context = format!("{path} with {length}");
            let mut stream = server.connect();
            let head = format!(
                "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}{length}\r\n\r\n"
            );
            let mut body = case.start.as_bytes().to_vec();
            body.resize(BODY_SIZE, b' ');
            if chunked {
                body = [
                    format!("{BODY_SIZE:x}\r\n").as_bytes(),
                    &body,
                    b"\r\n0\r\n\r\n",
                ]
                .concat();
            }
            let sent = stream.write_all(head.as_bytes());
            sent.and_then(|()| stream.write_all(&body))
                .unwrap_or_else(|error| panic!("{context}: {error}"));
            let response = read(&mut stream);
            assert!(
                response.starts_with("HTTP/1.1 413 "),
                "{context}: {response}"
            );
            assert!(response.contains(case.kind), "{context}: {response}");
            assert!(response.contains(case.text), "{context}: {response}");
        }
    }
}

#[test]
fn client_that_expects_100_continue_is_refused_before_it_sends_a_large_body() {
    let (_folder, server, owner) = Server::with_folder();
    let secret = key(&owner);
    for Case { path, headers, .. } in cases(&secret, &owner) {
        let mut stream = server.connect();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\n{headers}content-length: {BODY_SIZE}\r\nexpect: 100-continue\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        // The server closes the connection, since it cannot know whether the body will follow.
        let response = read(&mut stream);
        assert!(response.starts_with("HTTP/1.1 413 "), "{path}: {response}");
    }
}

fn curl(server: &Server, body: &Path, case: &Case, options: &[&str]) -> (bool, String) {
    let mut command = Command::new("curl");
    command.args(["-sS", "-i", "--max-time", "60", "--data-binary"]);
    command.arg(format!("@{}", body.display())).args(options);
    for line in case.headers.lines() {
        command.args(["-H", line]);
    }
    let output = command.arg(format!("{}{}", server.url, case.path)).output();
    let output = output.unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.success(), text + &error)
}

#[test]
fn curl_shows_the_refusal_of_a_large_body_over_http1_and_http2() {
    let (folder, server, owner) = Server::with_folder();
    let secret = key(&owner);
    let body = folder.path().join("body");
    for case in cases(&secret, &owner) {
        let mut bytes = case.start.as_bytes().to_vec();
        bytes.resize(BODY_SIZE, b' ');
        std::fs::write(&body, bytes).unwrap();
        for options in [
            &[][..],
            &["-H", "expect:"],
            &["-H", "expect:", "-H", "transfer-encoding: chunked"],
            &["--http2-prior-knowledge"],
        ] {
            let context = format!("{} with {options:?}", case.path);
            let (mut succeeded, mut response) = curl(&server, &body, &case, options);
            // Over HTTP/2, curl ends its upload when it has read the head of a refusal. That is a
            // protocol error, and if it happens before the text has been sent, curl gets none.
            for _ in 0..3 {
                if response.contains("PROTOCOL_ERROR") {
                    (succeeded, response) = curl(&server, &body, &case, options);
                }
            }
            assert!(succeeded, "{context}: {response}");
            let is_refused = response.contains("HTTP/1.1 413") || response.contains("HTTP/2 413");
            assert!(
                is_refused && response.contains(case.text),
                "{context}: {response}"
            );
        }
    }
}
