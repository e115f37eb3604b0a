//! Content negotiation: the encoding in which a file is sent.

use crate::http::accept_encoding::accepts;
use crate::http::headers::list_items;
use axum::http::HeaderMap;
use axum::http::header::IF_NONE_MATCH;

/// Encoding in which the bundle stores a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ContentCoding {
    Brotli,
    Gzip,
    Identity,
}

impl ContentCoding {
    /// Returns the value of `Content-Encoding`.
    pub(super) const fn header_value(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    /// Returns the suffix that the bundle appends to the file's name.
    pub(super) const fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
            Self::Identity => "",
        }
    }
}

/// Returns the smallest encoding that the client accepts.
///
/// Weights are ignored: they only express that the client can decode an encoding, and the file is
/// the same.
pub(super) fn negotiate(headers: &HeaderMap, brotli: bool, gzip: bool) -> ContentCoding {
    if brotli && accepts(headers, "br") {
        ContentCoding::Brotli
    } else if gzip && accepts(headers, "gzip") {
        ContentCoding::Gzip
    } else {
        ContentCoding::Identity
    }
}

/// Returns whether the client already has the file with this `etag` (RFC 9110, section 13.1.2). The
/// site's tags contain no commas.
pub(super) fn is_not_modified(headers: &HeaderMap, etag: &str) -> bool {
    list_items(headers, &IF_NONE_MATCH).any(|tag| {
        let tag = tag.trim();
        tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header::ACCEPT_ENCODING;

    fn chosen(accept: &str) -> ContentCoding {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, accept.parse().unwrap());
        negotiate(&headers, true, true)
    }

    #[test]
    fn smallest_accepted_encoding_is_chosen() {
        for accept in [
            "gzip, deflate, br, zstd",
            "BR",
            "*",
            "br;q=0.1, gzip;q=1",
            "identity, *;q=0.5",
        ] {
            assert_eq!(chosen(accept), ContentCoding::Brotli, "{accept}");
        }
        for accept in [
            "gzip",
            "gzip, deflate",
            "br;q=0, gzip",
            "*, br;q=0",
            "br; Q=0.000, *",
        ] {
            assert_eq!(chosen(accept), ContentCoding::Gzip, "{accept}");
        }
        for accept in [
            "",
            "identity",
            "deflate",
            "*;q=0",
            "br;q=0, gzip;q=0.0",
            "brotli",
            "x",
        ] {
            assert_eq!(chosen(accept), ContentCoding::Identity, "{accept}");
        }
    }

    #[test]
    fn file_is_served_uncompressed_without_an_accept_encoding_header() {
        assert_eq!(
            negotiate(&HeaderMap::new(), true, true),
            ContentCoding::Identity
        );
    }

    #[test]
    fn encoding_that_does_not_exist_is_never_chosen() {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, "gzip, br".parse().unwrap());
        assert_eq!(negotiate(&headers, false, true), ContentCoding::Gzip);
        assert_eq!(negotiate(&headers, false, false), ContentCoding::Identity);
    }

    #[test]
    fn entity_tag_matches_alone_in_a_list_if_weak_or_by_a_star() {
        for (value, is_match) in [
            (r#""a""#, true),
            (r#""b", W/"a""#, true),
            ("*", true),
            (r#""b""#, false),
            ("a", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, value.parse().unwrap());
            assert_eq!(is_not_modified(&headers, r#""a""#), is_match, "{value}");
        }
    }
}
