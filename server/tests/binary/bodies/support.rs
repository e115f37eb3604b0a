//! A server whose memory is measured, and requests to it written byte by byte.

use crate::support::{Client, Server, change, count, voxum};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use tempfile::TempDir;

pub const MIB: usize = 1024 * 1024;
/// Maximum size of an inventory feed, and of any other body.
pub const MAX_FEED: usize = 16 * MIB;
pub const MAX_BODY: usize = 2 * MIB;

/// Memory that one request may take, in MiB.
///
/// Without a known length, the body is held in a buffer of up to twice its size while it grows. To
/// this come the parsed data and one value that is being read.
pub const REQUEST_MEMORY: u64 = 4 * (MAX_FEED / MIB) as u64;

pub struct MeasuredServer {
    pub folder: TempDir,
    pub server: Server,
    pub secret: String,
    pub idle_memory: u64,
}

impl MeasuredServer {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut program = voxum(folder.path());
        // Otherwise the allocator keeps some of the memory of large bodies, more or less by chance,
        // and the peaks of two requests could not be compared.
        program.env("MALLOC_MMAP_THRESHOLD_", "65536");
        program.env("MALLOC_TRIM_THRESHOLD_", "65536");
        let (server, owner) = Server::spawn_with_owner(&mut program);
        let scopes = [
            "inventory:read",
            "inventory:write",
            "leads:read",
            "leads:write",
        ];
        let form = json!({ "name": "CRM Sync", "scopes": scopes, "expires": "90d", "token": "0123456789abcdef" });
        let response = owner.call("keys/create", &json!({ "form": form })).unwrap();
        change(
            folder.path(),
            "UPDATE accounts SET limit_depth = 100000, limit_per_second = 1000",
        );
        let mut target = Self {
            secret: response["Ok"]["secret"].as_str().unwrap().to_owned(),
            folder,
            server,
            idle_memory: 0,
        };
        // Hashing the owner's password raised the peak.
        target.reset_peak();
        target.assert_healthy();
        target.idle_memory = target.peak();
        target
    }

    pub fn key(&self) -> Client {
        self.server.key(&self.secret)
    }

    /// Checks that valid requests succeed. They change nothing.
    pub fn assert_healthy(&self) {
        for path in ["/api/inventory", "/api/leads", "/api/key"] {
            let response = self.key().get(path).unwrap();
            assert_eq!(response.status, 200, "{path}: {}", response.body);
        }
    }

    pub fn count_rows(&self) -> i64 {
        let all = "SELECT (SELECT count(*) FROM items) + (SELECT count(*) FROM leads) + (SELECT count(*) FROM audit_events)";
        count(self.folder.path(), all)
    }

    /// Returns the server's peak memory since it was last reset, in MiB.
    pub fn peak(&self) -> u64 {
        let file = format!("/proc/{}/status", self.server.pid());
        let status = std::fs::read_to_string(file).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.unwrap().trim().trim_end_matches(" kB");
        kib.parse::<u64>().unwrap() / 1024
    }

    pub fn reset_peak(&self) {
        let file = format!("/proc/{}/clear_refs", self.server.pid());
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
        let response = std::thread::scope(|threads| {
            let pieces = pieces.into_iter();
            threads.spawn(move || {
                let mut all = std::iter::once(head.as_bytes().to_vec()).chain(pieces);
                if all.all(|piece| sending.write_all(&piece).is_ok()) && end {
                    let _ = sending.shutdown(Shutdown::Write);
                }
            });
            let mut response = Vec::new();
            let mut piece = [0; 4096];
            while let Ok(length @ 1..) = stream.read(&mut piece) {
                response.extend_from_slice(&piece[..length]);
            }
            String::from_utf8(response).unwrap()
        });
        let (head, body) = response.split_once("\r\n\r\n").unwrap_or_default();
        let status = head.split(' ').nth(1).unwrap_or("0").parse().unwrap();
        let problem: Value = serde_json::from_str(body).unwrap_or_default();
        if status >= 400 {
            let lower = head.to_ascii_lowercase();
            assert!(
                lower.contains("content-type: application/problem+json"),
                "{response}"
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
pub fn fill(start: &str, part: &str, end: &str, length: usize) -> Vec<u8> {
    let repetitions = (length - start.len() - end.len()) / part.len();
    [start, &part.repeat(repetitions), end]
        .concat()
        .into_bytes()
}
