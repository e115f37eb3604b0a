//! Rate-limit headers in every response to a call with a key: the fields of
//! draft-ietf-httpapi-ratelimit-headers.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use service::Allowance;
use std::io::{Cursor, Write as _};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STATE: HeaderName = HeaderName::from_static("ratelimit");

/// Writes the headers for a key that was accepted.
pub fn write(headers: &mut HeaderMap, allowance: &Allowance) {
    let Allowance {
        limit,
        remaining,
        seconds,
        ..
    } = allowance;
    let (depth, window) = (limit.depth(), limit.window_seconds());
    for (name, text) in [
        (POLICY, format_args!("\"default\";q={depth};w={window}")),
        (STATE, format_args!("\"default\";r={remaining};t={seconds}")),
    ] {
        // Every response has these two headers, so their values are allocated at their exact size.
        let mut written = Cursor::new([0; 64]);
        let done = written.write_fmt(text);
        let (length, written) = (written.position(), written.get_ref());
        let text = usize::try_from(length).map_or(&[][..], |length| &written[..length]);
        if let (Ok(()), Ok(value)) = (done, HeaderValue::from_bytes(text)) {
            headers.insert(name, value);
        }
    }
}
