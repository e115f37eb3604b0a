//! Bodies that never end, have a wrong length, nest deeply or decompress to much more.
//!
//! Each is refused with a documented code, leaves nothing behind, and takes no more memory than a
//! body of the maximum size.

mod max_size;
mod support;

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;
use std::time::Duration;
use support::{CSV, JSON, MAX_BODY, MAX_FEED, MIB, MeasuredServer, REQUEST_MEMORY, XML, fill};

/// Sends a request that must be refused, and checks the server's data and memory afterwards.
fn assert_refused(
    target: &MeasuredServer,
    name: &str,
    expected: (u16, &str),
    send: impl FnOnce() -> (u16, String),
) {
    let before = target.count_rows();
    target.reset_peak();
    let (status, code) = send();
    let growth = target.peak().saturating_sub(target.idle_memory);
    println!("{name}: {status} {code}, {growth} MiB");
    assert_eq!((status, &*code), expected, "{name}");
    assert_eq!(target.count_rows(), before, "{name} left something behind");
    assert!(growth <= REQUEST_MEMORY, "{name} took {growth} MiB");
    target.assert_healthy();
}

#[test]
fn endless_body_is_refused_at_its_size_limit() {
    let target = MeasuredServer::new();
    for (path, kind) in [
        ("/api/inventory", JSON),
        ("/api/inventory", XML),
        ("/api/inventory", CSV),
        ("/api/leads", JSON),
    ] {
        let chunk = [b"10000\r\n".as_slice(), &vec![b' '; 0x10000], b"\r\n"].concat();
        // With an idempotency key, the body is read in before anything parses it.
        for idempotency_header in ["", "\r\nidempotency-key: one"] {
            let headers =
                format!("content-type: {kind}\r\ntransfer-encoding: chunked{idempotency_header}");
            let head = target.head(path, &headers);
            assert_refused(&target, kind, (413, "body_too_large"), || {
                target.send(&head, std::iter::repeat(chunk.clone()), false)
            });
        }
    }
}

#[test]
fn body_with_a_false_content_length_is_refused() {
    let target = MeasuredServer::new();
    let item = r#"{"items":[{"id":"A","name":"n"}]}"#;
    let lead = r#"{"name":"Grace","phone":"1"}"#;
    for (path, body) in [("/api/inventory", item), ("/api/leads", lead)] {
        for (length, expected) in [
            // Truncated by the sender, truncated by its length, and with a length that is never
            // sent.
            (body.len() + 1, (400, "malformed_body")),
            (MAX_FEED.min(MAX_BODY), (400, "malformed_body")),
            (body.len() - 1, (400, "malformed_body")),
            (1 << 50, (413, "body_too_large")),
        ] {
            let headers = format!("content-type: {JSON}\r\ncontent-length: {length}");
            assert_refused(&target, &format!("{path} of {length}"), expected, || {
                let cut_off = length > body.len();
                target.send(&target.head(path, &headers), [body.into()], cut_off)
            });
        }
    }
}

#[test]
fn deep_nesting_and_expanding_entities_stay_within_the_memory_limit() {
    const LAUGHS: &str = "<!DOCTYPE inventory [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
        <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]><inventory><item><id>A</id><name>&c;</name></item></inventory>";
    let target = MeasuredServer::new();
    let malformed = (400, "malformed_body");
    let invalid = (422, "invalid_body");
    let item = "<inventory><item><id>A</id><name>n</name>";
    for (name, path, kind, body, expected) in [
        (
            "deep feed",
            "/api/inventory",
            JSON,
            fill("", "[", "", MIB),
            malformed,
        ),
        (
            "deep feed, closed",
            "/api/inventory",
            JSON,
            [vec![b'['; MIB], vec![b']'; MIB]].concat(),
            invalid,
        ),
        (
            "deep lead",
            "/api/leads",
            JSON,
            fill("", "{\"a\":", "", MIB),
            malformed,
        ),
        (
            "deep XML",
            "/api/inventory",
            XML,
            fill("", "<a>", "", 200_000 * 3),
            malformed,
        ),
        (
            "deep item",
            "/api/inventory",
            XML,
            fill(item, "<a>", "", MAX_FEED),
            malformed,
        ),
        ("entities", "/api/inventory", XML, LAUGHS.into(), malformed),
    ] {
        assert_refused(&target, name, expected, || target.post(path, kind, body));
    }
}

#[test]
fn compressed_body_is_refused_without_being_decompressed() {
    let mut zip = GzEncoder::new(Vec::new(), Compression::fast());
    zip.write_all(&vec![0; MIB]).unwrap();
    // Concatenated, these are a single file of one gigabyte.
    let bomb = zip.finish().unwrap().repeat(1024);
    assert!(bomb.len() < MAX_FEED);
    let target = MeasuredServer::new();
    let malformed = (400, "malformed_body");
    for (path, kind, expected) in [
        ("/api/inventory", JSON, malformed),
        ("/api/inventory", XML, malformed),
        ("/api/inventory", CSV, malformed),
        ("/api/leads", JSON, (413, "body_too_large")),
    ] {
        for coding in ["gzip", "x-gzip", "deflate", "br", "zstd", "identity, gzip"] {
            assert_refused(
                &target,
                &format!("{kind} in {coding}"),
                (415, "unsupported_media_type"),
                || {
                    let length = bomb.len();
                    let headers = format!(
                        "content-type: {kind}\r\ncontent-encoding: {coding}\r\ncontent-length: {length}"
                    );
                    target.send(&target.head(path, &headers), [bomb.clone()], false)
                },
            );
        }
        // Nor is it decompressed without a `Content-Encoding`.
        assert_refused(&target, kind, expected, || {
            target.post(path, kind, bomb.clone())
        });
    }
}

/// Bodies for which too little memory is free are refused, and accepted when sent again.
#[test]
fn concurrent_large_bodies_stay_within_the_shared_memory_limit() {
    const SENDERS: usize = 16;
    let rows = format!("N,n,{}\n", "x".repeat(3_300)).repeat(5_000);
    let feed = format!("id,name,description\n{rows}").into_bytes();
    assert!((MAX_FEED - MIB..=MAX_FEED).contains(&feed.len()));
    let lead = fill("{\"phone\":\"1\",\"message\":\"", "x", "\"}", MAX_BODY);
    for (path, kind, body) in [("/api/inventory", CSV, feed), ("/api/leads", JSON, lead)] {
        let target = MeasuredServer::new();
        let before = target.count_rows();
        target.reset_peak();
        std::thread::scope(|threads| {
            for _ in 0..SENDERS {
                threads.spawn(|| {
                    let mut response = target.post(path, kind, body.clone());
                    while response == (503, "unavailable".to_owned()) {
                        std::thread::sleep(Duration::from_millis(100));
                        response = target.post(path, kind, body.clone());
                    }
                    assert_eq!(response, (422, "invalid_body".to_owned()), "{path}");
                });
            }
        });
        let growth = target.peak().saturating_sub(target.idle_memory);
        println!("{path}: {growth} MiB");
        let bound = REQUEST_MEMORY + 256.min((SENDERS * body.len() * 2 / MIB) as u64);
        assert!(growth <= bound, "{path} took {growth} MiB");
        assert_eq!(target.count_rows(), before);
        target.assert_healthy();
    }
}
