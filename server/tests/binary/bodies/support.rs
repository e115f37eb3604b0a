//! A server whose memory is measured, and requests to it written byte by byte.

use crate::support::{Client, Server, change, count, voxum};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use tempfile::TempDir;

pub const MIB: usize = 1024 * 1024;
/// Maximum size of an inventory feed, and of any other body.
pub const FEED: usize = 16 * MIB;
pub const BODY: usize = 2 * MIB;

/// Memory that one request may take, in MiB.
///
/// Without a known length, the body is held in a buffer of up to twice its size while it grows. To
/// this come the parsed data and one value that is being read.
pub const ONE: u64 = 4 * (FEED / MIB) as u64;

pub struct Tried {
    pub folder: TempDir,
    pub server: Server,
    pub secret: String,
    pub idle: u64,
}

impl Tried {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut program = voxum(folder.path());
        // Otherwise the allocator keeps some of the memory of large bodies, more or less by chance,
        // and the peaks of two requests could not be compared.
        program.env("MALLOC_MMAP_THRESHOLD_", "65536");
        program.env("MALLOC_TRIM_THRESHOLD_", "65536");
        let (server, owner) = Server::with_owner(&mut program);
        let scopes = [
            "inventory:read",
            "inventory:write",
            "leads:read",
            "leads:write",
        ];
        let form = json!({ "name": "CRM Sync", "scopes": scopes, "expires": "90d", "token": "0123456789abcdef" });
        let made = owner.call("keys/create", &json!({ "form": form })).unwrap();
        change(
            folder.path(),
            "UPDATE accounts SET limit_depth = 100000, limit_per_second = 1000",
        );
        let mut tried = Self {
            secret: made["Ok"]["secret"].as_str().unwrap().to_owned(),
            folder,
            server,
            idle: 0,
        };
        // Hashing the owner's password raised the peak.
        tried.forget_peak();
        tried.still_well();
        tried.idle = tried.peak();
        tried
    }

    pub fn key(&self) -> Client {
        self.server.key(&self.secret)
    }

    /// Checks that valid requests succeed. They change nothing.
    pub fn still_well(&self) {
        for path in ["/api/inventory", "/api/leads", "/api/key"] {
            let answer = self.key().get(path).unwrap();
            assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        }
    }

    pub fn stored(&self) -> i64 {
        let all = "SELECT (SELECT count(*) FROM items) + (SELECT count(*) FROM leads) + (SELECT count(*) FROM audit_events)";
        count(self.folder.path(), all)
    }

    /// Returns the server's peak memory since it was last reset, in MiB.
    pub fn peak(&self) -> u64 {
        let file = format!("/proc/{}/status", self.server.process());
        let status = std::fs::read_to_string(file).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.unwrap().trim().trim_end_matches(" kB");
        kib.parse::<u64>().unwrap() / 1024
    }

    pub fn forget_peak(&self) {
        let file = format!("/proc/{}/clear_refs", self.server.process());
        std::fs::write(file, "5").unwrap();
    }

    pub fn head(&self, path: &str, headers: &str) -> String {
        let secret = &self.secret;
        format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-api-key: {secret}\r\n{headers}\r\n\r\n"
        )
    }

    /// Sends a request piece by piece, until the server stops reading or all pieces are sent, and
    /// returns the status and the code of the response. `end` closes the sending side after the
    /// last piece.
    pub fn send(
        &self,
        head: &str,
        pieces: impl IntoIterator<Item = Vec<u8>, IntoIter: Send>,
        end: bool,
    ) -> (u16, String) {
        let mut stream = self.server.connect();
        let mut sending = stream.try_clone().unwrap();
        let answer = std::thread::scope(|threads| {
            let pieces = pieces.into_iter();
            threads.spawn(move || {
                let mut all = std::iter::once(head.as_bytes().to_vec()).chain(pieces);
                if all.all(|piece| sending.write_all(&piece).is_ok()) && end {
                    let _ = sending.shutdown(Shutdown::Write);
                }
            });
            let mut answer = Vec::new();
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = stream.read(&mut piece) {
                answer.extend_from_slice(&piece[..length]);
            }
            String::from_utf8(answer).unwrap()
        });
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        let status = head.split(' ').nth(1).unwrap_or("0").parse().unwrap();
        let problem: Value = serde_json::from_str(body).unwrap_or_default();
        if status >= 400 {
            let lower = head.to_ascii_lowercase();
            assert!(
                lower.contains("content-type: application/problem+json"),
                "{answer}"
            );
        }
        (
            status,
            problem["code"].as_str().unwrap_or_default().to_owned(),
        )
    }

    pub fn post(&self, path: &str, kind: &str, body: Vec<u8>) -> (u16, String) {
        let headers = format!("content-type: {kind}\r\ncontent-length: {}", body.len());
        self.send(&self.head(path, &headers), [body], false)
    }
}

pub const JSON: &str = "application/json";
pub const XML: &str = "application/xml";
pub const CSV: &str = "text/csv";

/// Repeats `part` between a beginning and an end, to `length` bytes in total.
pub fn filled(start: &str, part: &str, end: &str, length: usize) -> Vec<u8> {
    let count = (length - start.len() - end.len()) / part.len();
    [start, &part.repeat(count), end].concat().into_bytes()
}
