//! Rate-limit headers in every response to a call with a key: the fields of
//! draft-ietf-httpapi-ratelimit-headers.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use domain::RateLimit;
use service::Allowance;

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
    let state = value(";r=", *remaining, ";t=", *seconds);
    for (name, value) in [(POLICY, policy), (STATE, state)] {
        if let Some(value) = value {
            headers.insert(name, value);
        }
    }
}

fn policy(limit: RateLimit) -> Option<HeaderValue> {
    value(";q=", limit.depth(), ";w=", limit.window_seconds().into())
}

/// Creates the value with two parameters, which is allocated once and at its exact size.
fn value(name: &str, tokens: u32, other: &str, seconds: u64) -> Option<HeaderValue> {
    let (mut tokens_text, mut seconds_text) = (itoa::Buffer::new(), itoa::Buffer::new());
    let tokens = tokens_text.format(tokens);
    let seconds = seconds_text.format(seconds);
    let text = ["\"default\"", name, tokens, other, seconds].concat();
    HeaderValue::try_from(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prepared_policy_is_that_of_the_default_limit() {
        assert_eq!(policy(RateLimit::DEFAULT), Some(DEFAULT_POLICY.clone()));
    }

    #[test]
    fn headers_contain_the_limit_and_the_allowance() {
        for (depth, remaining, seconds, expected) in [
            (
                100,
                99,
                1,
                ["\"default\";q=100;w=10", "\"default\";r=99;t=1"],
            ),
            (
                1_000,
                0,
                u64::MAX,
                [
                    "\"default\";q=1000;w=100",
                    "\"default\";r=0;t=18446744073709551615",
                ],
            ),
        ] {
            let mut headers = HeaderMap::new();
            let allowance = Allowance {
                limit: RateLimit::new(depth, 10).unwrap(),
                allowed: true,
                remaining,
                seconds,
                account_wait: None,
            };
            write(&mut headers, &allowance);
            assert_eq!([&headers[POLICY], &headers[STATE]], expected);
        }
    }
}
