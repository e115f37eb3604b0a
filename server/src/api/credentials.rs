//! Extraction of the API key from the headers of a request.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use service::refusal::Refusal;
use web::http::headers::API_KEY;

/// Returns the one key in the headers, trimmed and otherwise as sent: as bytes, since a header may
/// contain any.
///
/// # Errors
/// If there is no key, or more than one.
pub fn presented_key(headers: &HeaderMap) -> Result<&[u8], Refusal> {
    let mut lines = headers.get_all(API_KEY).iter();
    let line = lines.next();
    if lines.next().is_some() {
        // Proxies and other readers may differ in which of the two they use.
        return Err(Refusal::AmbiguousCredentials);
    }
    let header = line
        .map(|value| trim(value.as_bytes()))
        .filter(|key| !key.is_empty());
    let mut keys = headers
        .get_all(AUTHORIZATION)
        .iter()
        .filter_map(|value| bearer(value.as_bytes()));
    let first = header.or_else(|| keys.next()).ok_or(Refusal::MissingKey)?;
    if keys.any(|key| key != first) {
        Err(Refusal::AmbiguousCredentials)
    } else {
        Ok(first)
    }
}

/// Returns whether a request has an API key, or anything in its place.
pub fn carries_key(headers: &HeaderMap) -> bool {
    let mut tokens = headers.get_all(AUTHORIZATION).iter();
    headers.contains_key(API_KEY) || tokens.any(|value| bearer(value.as_bytes()).is_some())
}

/// Returns the token of `Bearer vx_…`. Other schemes and tokens are ignored, since a proxy in front
/// may use them.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let space = value.iter().position(|b| matches!(b, b' ' | b'\t'))?;
    let (scheme, token) = value.split_at(space);
    let token = trim(token);
    (scheme.eq_ignore_ascii_case(b"bearer") && token.starts_with(b"vx_")).then_some(token)
}

/// Removes spaces and tabs at both ends.
fn trim(value: &[u8]) -> &[u8] {
    let blank = |b: &u8| matches!(b, b' ' | b'\t');
    let start = value.iter().position(|b| !blank(b)).unwrap_or(value.len());
    let end = value
        .iter()
        .rposition(|b| !blank(b))
        .map_or(start, |last| last + 1);
    &value[start..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn read(lines: &[(&'static str, &[u8])]) -> Result<String, Refusal> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_bytes(value).unwrap(),
            );
        }
        presented_key(&headers).map(|key| String::from_utf8_lossy(key).into_owned())
    }

    #[test]
    fn key_is_accepted_from_either_header_or_if_both_contain_the_same() {
        assert_eq!(read(&[("x-api-key", b" vx_a\t")]).unwrap(), "vx_a");
        assert_eq!(
            read(&[("authorization", b"bearer  vx_a ")]).unwrap(),
            "vx_a"
        );
        assert_eq!(
            read(&[("x-api-key", b"vx_a"), ("authorization", b"Bearer vx_a")]).unwrap(),
            "vx_a"
        );
        assert_eq!(
            read(&[("x-api-key", b"vx_a"), ("authorization", b"Basic dXNlcg==")]).unwrap(),
            "vx_a"
        );
        assert_eq!(
            read(&[("x-api-key", b"vx_a"), ("authorization", b"Bearer eyJ")]).unwrap(),
            "vx_a"
        );
    }

    #[test]
    fn two_keys_or_repeated_key_headers_are_ambiguous() {
        for lines in [
            [("x-api-key", b"vx_a".as_slice()), ("x-api-key", b"vx_a")],
            [("x-api-key", b"vx_a"), ("x-api-key", b"")],
            [("x-api-key", b"vx_a"), ("authorization", b"Bearer vx_b")],
            [
                ("authorization", b"Bearer vx_a"),
                ("authorization", b"Bearer vx_b"),
            ],
        ] {
            assert_eq!(
                read(&lines),
                Err(Refusal::AmbiguousCredentials),
                "{lines:?}"
            );
        }
    }

    #[test]
    fn headers_without_one_of_our_keys_count_as_a_missing_key() {
        for line in [
            ("x-api-key", b" \t ".as_slice()),
            ("authorization", b"Bearer eyJ"),
            ("authorization", b"Basic vx_a"),
            ("authorization", b"Bearer"),
            ("accept", b"vx_a"),
        ] {
            assert_eq!(read(&[line]), Err(Refusal::MissingKey), "{line:?}");
        }
    }

    #[test]
    fn bytes_that_are_not_text_are_passed_on_unchanged() {
        assert!(read(&[("x-api-key", &[0x80, 0xFF])]).is_ok());
    }
}
