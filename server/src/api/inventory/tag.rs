//! Entity tags of items (RFC 9110): each names one state of an item.

use crate::api::possible_refusals::Refuses;
use axum::extract::FromRequestParts;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use domain::Timestamp;
use service::inventory::{Condition, Version};
use service::refusal::Refusal;
use std::convert::Infallible;
use std::future::ready;

/// Content codings that proxies append to the tags of answers that they compress.
const CODINGS: [&str; 4] = ["gzip", "br", "zstd", "deflate"];

/// The value of the header `ETag`.
pub fn write(version: Version) -> HeaderValue {
    let Version {
        updated_at,
        revision,
    } = version;
    let text = format!("\"{:x}-{revision:x}\"", updated_at.millis());
    HeaderValue::from_str(&text).expect("digits between quotes are a header's value")
}

/// Returns the version that one of our tags names, even if a proxy has altered the tag on its way.
///
/// A proxy that compresses an answer makes its tag weak (nginx: `W/"…"`) or appends the coding
/// (Apache: `"…-gzip"`), and the client sends back what it got. Items are never stored compressed,
/// so the revision inside still names one state of the item exactly. Compared as it is, such a tag
/// would fail for ever, however often the client reads the item.
fn read(tag: &str) -> Option<Version> {
    let strong = tag.strip_prefix("W/").unwrap_or(tag);
    let opaque = strong.strip_prefix('"')?.strip_suffix('"')?;
    let (millis, revision) = strip_coding(opaque).split_once('-')?;
    Some(Version {
        updated_at: Timestamp::from_millis(i64::from_str_radix(millis, 16).ok()?),
        revision: u64::from_str_radix(revision, 16).ok()?,
    })
}

fn strip_coding(opaque: &str) -> &str {
    CODINGS
        .iter()
        .find_map(|coding| opaque.strip_suffix(coding))
        .map_or(opaque, |tag| tag.trim_end_matches(['-', ';', ':', '+']))
}

/// The condition that a change was sent with, or the refusal of its headers.
pub struct ItemCondition(pub Result<Condition, Refusal>);

impl<S: Sync> FromRequestParts<S> for ItemCondition {
    type Rejection = Infallible;

    fn from_request_parts(
        parts: &mut Parts,
        _: &S,
    ) -> impl Future<Output = Result<Self, Infallible>> {
        ready(Ok(Self(condition(&parts.headers))))
    }
}

impl Refuses for ItemCondition {
    fn refusals(samples: &mut Vec<Refusal>) {
        samples.push(Refusal::PreconditionFailed);
    }
}

/// Reads the condition of a change.
///
/// # Errors
/// Both headers at once, or a list of tags in `If-None-Match`: no client means either of a change.
fn condition(headers: &HeaderMap) -> Result<Condition, Refusal> {
    match (
        header_list(headers, &IF_MATCH),
        header_list(headers, &IF_NONE_MATCH),
    ) {
        (None, None) => Ok(Condition::Always),
        (Some(tags), None) if tags == ["*"] => Ok(Condition::Present),
        // Tags that this server did not issue match nothing.
        (Some(tags), None) => Ok(Condition::OneOf(
            tags.iter().filter_map(|tag| read(tag)).collect(),
        )),
        (None, Some(tags)) if tags == ["*"] => Ok(Condition::Absent),
        _ => Err(Refusal::InvalidParameter(
            "Send either `If-Match` with entity tags, or `If-None-Match: *`.".into(),
        )),
    }
}

/// The refusal of a change whose condition did not hold.
pub fn refusal(condition: &Condition) -> Refusal {
    match condition {
        Condition::OneOf(versions) if versions.is_empty() => Refusal::ForeignTag,
        _ => Refusal::PreconditionFailed,
    }
}

/// Whether a reader has this version already.
pub fn is_not_modified(headers: &HeaderMap, version: Version) -> bool {
    header_list(headers, &IF_NONE_MATCH).is_some_and(|tags| {
        tags.iter()
            .any(|tag| *tag == "*" || read(tag) == Some(version))
    })
}

/// The members of a list that may be spread over several lines. Our tags contain no commas, so
/// foreign ones may be cut at theirs.
fn header_list<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Vec<&'a str>> {
    let mut lines = headers.get_all(name).iter().peekable();
    lines.peek()?;
    let texts = lines.map(|line| line.to_str().unwrap_or_default());
    let members = texts.flat_map(|line| line.split(',')).map(str::trim);
    Some(members.filter(|member| !member.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: Version = Version {
        updated_at: Timestamp::from_millis(1_790_000_000_123),
        revision: 17,
    };

    fn headers(lines: &[(HeaderName, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn entity_tag_round_trips_to_its_version_and_other_texts_are_rejected() {
        let tag = write(VERSION);
        assert_eq!(read(tag.to_str().unwrap()), Some(VERSION));
        for other in [
            "",
            "\"\"",
            "\"1\"",
            "1-1",
            "\"1-g\"",
            "\"-\"",
            "\"1-gzip\"",
            "w/\"1-1\"",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }

    #[test]
    fn entity_tag_altered_by_a_proxy_names_the_same_version() {
        let tag = write(VERSION);
        let tag = tag.to_str().unwrap();
        let opaque = tag.trim_matches('"');
        for coding in [
            "-gzip", "--gzip", ";gzip", "-br", "-zstd", ":deflate", "+gzip",
        ] {
            for altered in [
                format!("\"{opaque}{coding}\""),
                format!("W/\"{opaque}{coding}\""),
            ] {
                assert_eq!(read(&altered), Some(VERSION), "{altered}");
                let parsed = condition(&headers(&[(IF_MATCH, &altered)])).ok();
                assert_eq!(parsed, Some(Condition::OneOf(vec![VERSION])), "{altered}");
                let known = headers(&[(IF_NONE_MATCH, &altered)]);
                assert!(is_not_modified(&known, VERSION), "{altered}");
            }
        }
        assert_eq!(read(&format!("W/{tag}")), Some(VERSION));
    }

    #[test]
    fn change_accepts_one_condition_and_conflicting_headers_are_rejected() {
        let tag = write(VERSION);
        let tag = tag.to_str().unwrap();
        let of = |lines: &[(HeaderName, &str)]| condition(&headers(lines)).ok();
        assert_eq!(of(&[]), Some(Condition::Always));
        assert_eq!(of(&[(IF_MATCH, "*")]), Some(Condition::Present));
        assert_eq!(of(&[(IF_NONE_MATCH, "*")]), Some(Condition::Absent));
        let known = Some(Condition::OneOf(vec![VERSION]));
        assert_eq!(of(&[(IF_MATCH, tag)]), known);
        assert_eq!(of(&[(IF_MATCH, &format!("\"a\", {tag}"))]), known);
        assert_eq!(of(&[(IF_MATCH, "\"a\""), (IF_MATCH, tag)]), known);
        let nothing = Some(Condition::OneOf(Vec::new()));
        assert_eq!(of(&[(IF_MATCH, &format!("W/{tag}"))]), known);
        for other in ["\"a\"", "", "nonsense"] {
            assert_eq!(of(&[(IF_MATCH, other)]), nothing, "{other}");
        }
        assert_eq!(of(&[(IF_MATCH, "*"), (IF_NONE_MATCH, "*")]), None);
        assert_eq!(of(&[(IF_NONE_MATCH, tag)]), None);
    }

    #[test]
    fn version_is_known_if_a_weak_or_strong_tag_matches() {
        let tag = write(VERSION);
        let tag = tag.to_str().unwrap();
        for (line, is_match) in [
            (tag, true),
            (&format!("W/{tag}"), true),
            ("*", true),
            ("\"a\"", false),
        ] {
            let headers = headers(&[(IF_NONE_MATCH, line)]);
            assert_eq!(is_not_modified(&headers, VERSION), is_match, "{line}");
        }
        assert!(!is_not_modified(&HeaderMap::new(), VERSION));
    }
}
