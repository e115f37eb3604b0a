//! Rate-limit headers in every response to a call with a key: the fields of
//! draft-ietf-httpapi-ratelimit-headers.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use domain::RateLimit;
use service::Allowance;
use std::fmt::Arguments;
use std::io::{Cursor, Write as _};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STATE: HeaderName = HeaderName::from_static("ratelimit");

/// Policy of most keys.
static DEFAULT_POLICY: HeaderValue = HeaderValue::from_static("\"default\";q=100;w=10");

/// Writes the headers for a key that was accepted.
pub fn write(headers: &mut HeaderMap, allowance: &Allowance) {
    let Allowance {
        limit,
        remaining,
        seconds,
        ..
    } = allowance;
    let policy = if *limit == RateLimit::DEFAULT {
        Some(DEFAULT_POLICY.clone())
    } else {
        policy(*limit)
    };
    let state = value(format_args!("\"default\";r={remaining};t={seconds}"));
    for (name, value) in [(POLICY, policy), (STATE, state)] {
        if let Some(value) = value {
            headers.insert(name, value);
        }
    }
}

fn policy(limit: RateLimit) -> Option<HeaderValue> {
    let (depth, window) = (limit.depth(), limit.window_seconds());
    value(format_args!("\"default\";q={depth};w={window}"))
}

/// Creates a value, which is allocated once and at its exact size.
fn value(text: Arguments<'_>) -> Option<HeaderValue> {
    let mut buffer = Cursor::new([0; 64]);
    buffer.write_fmt(text).ok()?;
    let length = usize::try_from(buffer.position()).ok()?;
    HeaderValue::from_bytes(buffer.get_ref().get(..length)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prepared_policy_is_that_of_the_default_limit() {
        assert_eq!(policy(RateLimit::DEFAULT), Some(DEFAULT_POLICY.clone()));
    }
}
