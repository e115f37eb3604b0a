//! Bodies that never end, have a wrong length, nest deeply or decompress to much more.
//!
//! Each is refused with a documented code, leaves nothing behind, and takes no more memory than a
//! body of the maximum size.

mod full;
mod support;

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;
use std::time::Duration;
use support::{BODY, CSV, FEED, JSON, MIB, ONE, Tried, XML, filled};

/// Sends a request that must be refused, and checks the server's data and memory afterwards.
fn refused(tried: &Tried, name: &str, wanted: (u16, &str), send: impl FnOnce() -> (u16, String)) {
    let before = tried.stored();
    tried.forget_peak();
    let (status, code) = send();
    let grown = tried.peak().saturating_sub(tried.idle);
    println!("{name}: {status} {code}, {grown} MiB");
    assert_eq!((status, &*code), wanted, "{name}");
    assert_eq!(tried.stored(), before, "{name} left something behind");
    assert!(grown <= ONE, "{name} took {grown} MiB");
    tried.still_well();
}

#[test]
fn endless_body_is_refused_at_its_size_limit() {
    let tried = Tried::new();
    for (path, kind) in [
        ("/api/inventory", JSON),
        ("/api/inventory", XML),
        ("/api/inventory", CSV),
        ("/api/leads", JSON),
    ] {
        let chunk = [b"10000\r\n".as_slice(), &vec![b' '; 0x10000], b"\r\n"].concat();
        // With an idempotency key, the body is read in before anything parses it.
        for once in ["", "\r\nidempotency-key: one"] {
            let headers = format!("content-type: {kind}\r\ntransfer-encoding: chunked{once}");
            let head = tried.head(path, &headers);
            refused(&tried, kind, (413, "body_too_large"), || {
                tried.send(&head, std::iter::repeat(chunk.clone()), false)
            });
        }
    }
}

#[test]
fn body_with_a_false_content_length_is_refused() {
    let tried = Tried::new();
    let item = r#"{"items":[{"id":"A","name":"n"}]}"#;
    let lead = r#"{"name":"Grace","phone":"1"}"#;
    for (path, body) in [("/api/inventory", item), ("/api/leads", lead)] {
        for (length, wanted) in [
            // Truncated by the sender, truncated by its length, and with a length that is never
            // sent.
            (body.len() + 1, (400, "malformed_body")),
            (FEED.min(BODY), (400, "malformed_body")),
            (body.len() - 1, (400, "malformed_body")),
            (1 << 50, (413, "body_too_large")),
        ] {
            let headers = format!("content-type: {JSON}\r\ncontent-length: {length}");
            refused(&tried, &format!("{path} of {length}"), wanted, || {
                let cut_off = length > body.len();
                tried.send(&tried.head(path, &headers), [body.into()], cut_off)
            });
        }
    }
}

#[test]
fn deep_nesting_and_expanding_entities_stay_within_the_memory_limit() {
    const LAUGHS: &str = "<!DOCTYPE inventory [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
        <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]><inventory><item><id>A</id><name>&c;</name></item></inventory>";
    let tried = Tried::new();
    let malformed = (400, "malformed_body");
    let invalid = (422, "invalid_body");
    let item = "<inventory><item><id>A</id><name>n</name>";
    for (name, path, kind, body, wanted) in [
        (
            "deep feed",
            "/api/inventory",
            JSON,
            filled("", "[", "", MIB),
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
            filled("", "{\"a\":", "", MIB),
            malformed,
        ),
        (
            "deep XML",
            "/api/inventory",
            XML,
            filled("", "<a>", "", 200_000 * 3),
            malformed,
        ),
        (
            "deep item",
            "/api/inventory",
            XML,
            filled(item, "<a>", "", FEED),
            malformed,
        ),
        ("entities", "/api/inventory", XML, LAUGHS.into(), malformed),
    ] {
        refused(&tried, name, wanted, || tried.post(path, kind, body));
    }
}

#[test]
fn compressed_body_is_refused_without_being_decompressed() {
    let mut zip = GzEncoder::new(Vec::new(), Compression::fast());
    zip.write_all(&vec![0; MIB]).unwrap();
    // Concatenated, these are a single file of one gigabyte.
    let bomb = zip.finish().unwrap().repeat(1024);
    assert!(bomb.len() < FEED);
    let tried = Tried::new();
    let malformed = (400, "malformed_body");
    for (path, kind, wanted) in [
        ("/api/inventory", JSON, malformed),
        ("/api/inventory", XML, malformed),
        ("/api/inventory", CSV, malformed),
        ("/api/leads", JSON, (413, "body_too_large")),
    ] {
        for coding in ["gzip", "x-gzip", "deflate", "br", "zstd", "identity, gzip"] {
            refused(
                &tried,
                &format!("{kind} in {coding}"),
                (415, "unsupported_media_type"),
                || {
                    let length = bomb.len();
                    let headers = format!(
                        "content-type: {kind}\r\ncontent-encoding: {coding}\r\ncontent-length: {length}"
                    );
                    tried.send(&tried.head(path, &headers), [bomb.clone()], false)
                },
            );
        }
        // Nor is it decompressed without a `Content-Encoding`.
        refused(&tried, kind, wanted, || {
            tried.post(path, kind, bomb.clone())
        });
    }
}

/// Bodies for which too little memory is free are refused, and accepted when sent again.
#[test]
fn concurrent_large_bodies_stay_within_the_shared_memory_limit() {
    const SENDERS: usize = 16;
    let rows = format!("N,n,{}\n", "x".repeat(3_300)).repeat(5_000);
    let feed = format!("id,name,description\n{rows}").into_bytes();
    assert!((FEED - MIB..=FEED).contains(&feed.len()));
    let lead = filled("{\"phone\":\"1\",\"message\":\"", "x", "\"}", BODY);
    for (path, kind, body) in [("/api/inventory", CSV, feed), ("/api/leads", JSON, lead)] {
        let tried = Tried::new();
        let before = tried.stored();
        tried.forget_peak();
        std::thread::scope(|threads| {
            for _ in 0..SENDERS {
                threads.spawn(|| {
                    let mut answer = tried.post(path, kind, body.clone());
                    while answer == (503, "unavailable".to_owned()) {
                        std::thread::sleep(Duration::from_millis(100));
                        answer = tried.post(path, kind, body.clone());
                    }
                    assert_eq!(answer, (422, "invalid_body".to_owned()), "{path}");
                });
            }
        });
        let grown = tried.peak().saturating_sub(tried.idle);
        println!("{path}: {grown} MiB");
        let bound = ONE + 256.min((SENDERS * body.len() * 2 / MIB) as u64);
        assert!(grown <= bound, "{path} took {grown} MiB");
        assert_eq!(tried.stored(), before);
        tried.still_well();
    }
}
