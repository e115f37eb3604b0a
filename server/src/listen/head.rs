//! Checks for heads of requests that a proxy and this server could read as different requests (F4).
//!
//! The HTTP library answers a head that it cannot parse with 400, and closes a connection on which
//! a request had both a `Content-Length` and a `Transfer-Encoding`. It accepts the heads that are
//! refused here (RFC 9112, sections 3.2 and 6.1).

use axum::http::header::{HOST, TRANSFER_ENCODING};
use axum::http::{HeaderValue, Request, Version};

/// Reason why the head is refused, as an extension of its request.
///
/// The connection ends with the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadHead(pub &'static str);

/// Checks the head for ambiguities.
///
/// # Errors
/// If the request has no `Host` or several, or a `Transfer-Encoding` other than `chunked`.
pub fn check<B>(request: &Request<B>) -> Result<(), BadHead> {
    let headers = request.headers();
    let mut hosts = headers.get_all(HOST).iter();
    // HTTP/2 names the host in a pseudo-header, and HTTP/1.0 may leave it out.
    if hosts.next().is_none() && request.version() == Version::HTTP_11 {
        return Err(BadHead(
            "Name the host of the request in the header `Host`.",
        ));
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
