//! Reads `/readyz` of the server that listens at the configured address.

use super::report::Report;
use crate::api::health::{NOT_STORED, STORAGE_LOW};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

const SUBJECT: &str = "server";
const TIMEOUT: Duration = Duration::from_secs(2);
/// Far more bytes than the response has.
const MAX_RESPONSE_BYTES: u64 = 16 * 1_024;

pub async fn check(report: &mut Report, listen: SocketAddr, tls: bool) {
    // The operating system chose the port, so it is unknown here.
    if listen.port() == 0 {
        return;
    }
    let address = reachable(listen);
    let Ok(Ok(stream)) = timeout(TIMEOUT, TcpStream::connect(address)).await else {
        return;
    };
    if tls {
        let text = format!(
            "https://{address}/readyz reports which changes it could not store, if there are any"
        );
        return report.ok(SUBJECT, &text);
    }
    if let Ok(Ok(answer)) = timeout(TIMEOUT, fetch_readiness(stream, address)).await {
        report_answer(report, &answer);
    }
}

/// Returns an address to connect to. A server on the unspecified address is reached by the loopback
/// address.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, listen.port())
}

async fn fetch_readiness(mut stream: TcpStream, address: SocketAddr) -> io::Result<String> {
    let request = format!("GET /readyz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream
        .take(MAX_RESPONSE_BYTES)
        .read_to_end(&mut answer)
        .await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn report_answer(report: &mut Report, answer: &str) {
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    if answer.starts_with("HTTP/1.1 503 ") {
        return report.error(
            SUBJECT,
            "it is not ready, since it cannot verify keys: its log has the reason",
        );
    }
    for line in body.lines() {
        if line == STORAGE_LOW.trim_end() {
            report.error(
                SUBJECT,
                "it rejects feeds and leads because storage is low: free some space on the database's disk",
            );
        } else if let Some(number) = line.strip_prefix(NOT_STORED) {
            let number = number.trim_start_matches([':', ' ']);
            report.error(
                SUBJECT,
                &format!(
                    "{number} revocations or pauses are not stored yet and in force on this node only: do not restart it, and free \
                     some space on the database's disk"
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unstored_changes_and_low_storage_are_errors() {
        for (answer, errors) in [
            ("HTTP/1.1 200 OK\r\n\r\nok\n", 0),
            ("HTTP/1.1 200 OK\r\n\r\nok\nstorage_low\n", 1),
            ("HTTP/1.1 200 OK\r\n\r\nok\nstorage_low\nnot_stored: 3\n", 2),
            ("HTTP/1.1 503 Service Unavailable\r\n\r\n{}", 1),
            ("220 mail.example.com ESMTP\r\n", 0),
        ] {
            let mut report = Report::default();
            report_answer(&mut report, answer);
            assert_eq!(report.errors, errors, "{answer}");
        }
    }

    #[test]
    fn unspecified_listen_address_is_reached_through_loopback() {
        for (listen, reached) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("192.0.2.1:80", "192.0.2.1:80"),
        ] {
            assert_eq!(reachable(listen.parse().unwrap()), reached.parse().unwrap());
        }
    }
}
