//! `Accept-Encoding`: the content codings that a client accepts (RFC 9110, section 12.5.3).

use super::headers::list_items;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_ENCODING;

/// Content coding of a response that is compressed when it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    Identity,
    Gzip,
    /// The client refuses a response without a coding.
    GzipOnly,
}

/// Returns the coding that the client prefers. A client that lists gzip without a weight for
/// `identity` prefers gzip.
pub fn preferred(headers: &HeaderMap) -> Coding {
    let gzip = weight(headers, "gzip").unwrap_or_default();
    let identity = weight(headers, "identity");
    let is_preferred = gzip > 0.0 && identity.is_none_or(|identity| gzip >= identity);
    match identity {
        _ if !is_preferred => Coding::Identity,
        Some(identity) if identity <= 0.0 => Coding::GzipOnly,
        _ => Coding::Gzip,
    }
}

/// Returns whether the client accepts a coding.
pub fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    weight(headers, coding).is_some_and(|weight| weight > 0.0)
}

/// Returns the weight of a coding, from 0 to 1: its own, or that of `*` if it is not listed. `None`
/// if there is neither.
fn weight(headers: &HeaderMap, coding: &str) -> Option<f32> {
    let mut wildcard = None;
    for item in list_items(headers, &ACCEPT_ENCODING) {
        let (name, parameters) = item.split_once(';').unwrap_or((item, ""));
        let name = name.trim();
        if name.eq_ignore_ascii_case(coding) {
            return Some(parse_weight(parameters));
        }
        if name == "*" {
            wildcard = Some(parse_weight(parameters));
        }
    }
    wildcard
}

/// Returns 0 for an invalid weight: a response without a coding is never wrong.
fn parse_weight(parameters: &str) -> f32 {
    let weight = parameters
        .split(';')
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    let Some((_, weight)) = weight else {
        return 1.0;
    };
    let weight = weight.trim().parse().ok();
    weight
        .filter(|weight| (0.0..=1.0).contains(weight))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Coding::{Gzip, GzipOnly, Identity};

    #[test]
    fn coding_is_chosen_by_weight() {
        for (accept, coding) in [
            ("gzip, deflate, br, zstd", Gzip),
            ("GZIP", Gzip),
            ("br, gzip;q=0.001", Gzip),
            ("*", Gzip),
            ("gzip;q=0.5, identity;q=0.5", Gzip),
            ("gzip;q=1.0, identity; q=0.5, *;q=0", Gzip),
            ("identity;q=0, gzip", GzipOnly),
            ("gzip, *;q=0", GzipOnly),
            ("identity;q=0, *;q=0.1", GzipOnly),
            ("", Identity),
            ("identity", Identity),
            ("br, deflate", Identity),
            ("gzip;q=0", Identity),
            ("gzip; Q=0.000, *", Identity),
            ("gzip;q=0.4, identity;q=0.5", Identity),
            ("identity, *;q=0.5", Identity),
            ("*;q=0", Identity),
            ("identity;q=0", Identity),
            ("gzip;q=2", Identity),
            ("gzip;q=-1", Identity),
            ("gzip;q=nan", Identity),
            ("gzip;q=", Identity),
            ("gzipped", Identity),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, accept.parse().unwrap());
            assert_eq!(preferred(&headers), coding, "{accept}");
        }
    }

    #[test]
    fn nothing_is_compressed_without_the_header() {
        assert_eq!(preferred(&HeaderMap::new()), Identity);
    }

    #[test]
    fn all_lines_of_the_header_count() {
        let lines = ["br", "identity;q=0, gzip"].map(|line| (ACCEPT_ENCODING, line));
        let mut headers = HeaderMap::new();
        for (name, line) in lines {
            headers.append(name, line.parse().unwrap());
        }
        assert_eq!(preferred(&headers), GzipOnly);
    }
}
