//! Checks for heads of requests that a proxy and this server could read as different requests (F4).
//!
//! The HTTP library answers a head that it cannot parse with 400, and closes a connection on which
//! a request had both a `Content-Length` and a `Transfer-Encoding`. It accepts the heads that are
//! refused here (RFC 9112, sections 3.2 and 6.1).

use axum::http::header::{HOST, TRANSFER_ENCODING};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Request, Version};

/// Reason why the head is refused, as an extension of its request.
///
/// The connection ends with the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadHead(pub &'static str);

/// Whether the value is a host with or without a port (RFC 9110, sections 4.2.1 and 7.2).
fn is_host(value: &HeaderValue) -> bool {
    if is_plain_host(value.as_bytes()) {
        return true;
    }
    let text = value.to_str().unwrap_or_default();
    let Ok(authority) = text.parse::<Authority>() else {
        return false;
    };
    // Nothing may precede the host, such as the name of a user.
    let Some(port) = text.strip_prefix(authority.host()) else {
        return false;
    };
    let digits = port.strip_prefix(':').unwrap_or(port);
    let is_port = digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits.is_empty() || authority.port_u16().is_some());
    is_port && !authority.host().is_empty()
}

/// Whether the value is a name or an IPv4 address, without a port or with one of one to four
/// digits.
///
/// Nearly every request has such a host, which is checked without the parser and its copy.
fn is_plain_host(value: &[u8]) -> bool {
    let end = value.iter().position(|byte| *byte == b':');
    let (host, port) = value.split_at(end.unwrap_or(value.len()));
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let is_port = match port {
        [] => true,
        [_, digits @ ..] => matches!(digits.len(), 1..=4) && digits.iter().all(u8::is_ascii_digit),
    };
    is_port && !host.is_empty() && host.iter().all(plain)
}

/// Checks the head for ambiguities.
///
/// # Errors
/// If the request has no `Host`, several, or one that is not a host, or a `Transfer-Encoding` other
/// than `chunked`.
pub fn check<B>(request: &Request<B>) -> Result<(), BadHead> {
    let headers = request.headers();
    let mut hosts = headers.get_all(HOST).iter();
    match hosts.next() {
        // HTTP/2 names the host in a pseudo-header, and HTTP/1.0 may leave it out.
        None if request.version() == Version::HTTP_11 => {
            return Err(BadHead(
                "Name the host of the request in the header `Host`.",
            ));
        }
        Some(host) if !is_host(host) => {
            return Err(BadHead(
                "Set the header `Host` to a host, such as `console.example.com`, with or without a port.",
            ));
        }
        _ => {}
    }
    if hosts.next().is_some() {
        return Err(BadHead("Send one header `Host`."));
    }
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    let is_chunked = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"chunked");
    if codings.next().is_some_and(|value| !is_chunked(value)) || codings.next().is_some() {
        return Err(BadHead(
            "Send the body with `Content-Length`, or with `Transfer-Encoding: chunked` and no other coding.",
        ));
    }
    Ok(())
}
