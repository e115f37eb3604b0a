//! What every answer to a key says of its limit: the fields of draft-ietf-httpapi-ratelimit-headers.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use service::Allowance;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STATE: HeaderName = HeaderName::from_static("ratelimit");

/// Writes the fields where a key was let in.
pub fn write(headers: &mut HeaderMap, allowance: &Allowance) {
    let Allowance {
        limit,
        remaining,
        seconds,
        ..
    } = allowance;
    let (depth, window) = (limit.depth(), limit.window_seconds());
    for (name, text) in [
        (POLICY, format!("\"default\";q={depth};w={window}")),
        (STATE, format!("\"default\";r={remaining};t={seconds}")),
    ] {
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(name, value);
        }
    }
}
