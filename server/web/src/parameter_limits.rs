//! Maximum length of parameters: one rule for every route, of the API and of the console.
//!
//! A parameter is a value that the caller chooses and that is not a body: a pair of the query, the
//! variable segment of a path, a condition in a header, or a field of a form. Its name determines
//! its maximum length, in characters after decoding. A longer one is refused before anything reads
//! it: by the API with 400 `invalid_parameter`, by the console with a page. A parameter that occurs
//! twice is refused in the same way.

use crate::http::Segment;
use axum::http::header::{IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use service::refusal::Refusal;
use std::collections::HashSet;
use url::form_urlencoded;

/// Maximum length of a name.
const MAX_NAME: usize = 64;
/// Maximum length of a form's field, far above those that each form has for its fields.
const MAX_FIELD: usize = 16 * 1024;
/// Maximum length of `next`: an address of the console, to which a person returns after signing in.
pub const MAX_NEXT: usize = 4 * 1024;

/// Returns the maximum length of a parameter outside of forms.
const fn max_chars(name: &str) -> usize {
    match name.as_bytes() {
        // Maximum length of an item's id, and more than other ids have.
        b"id" => 128,
        // Hexadecimal digits of a position in a list, which may contain a key's name.
        b"cursor" => 2 * 1024,
        b"next" => MAX_NEXT,
        // The note of a key that is not created yet, if a preset of its form is pressed without a
        // script, and the list of its networks.
        b"note" | b"allow_list" => 5 * 1024,
        // Lists of entity tags.
        b"If-Match" | b"If-None-Match" => 4 * 1024,
        _ => 256,
    }
}

/// Error for a parameter that is too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TooLong {
    /// Name of the parameter, cut to a length that can be shown.
    pub name: String,
    /// Maximum length in characters.
    pub max_chars: usize,
}

impl TooLong {
    fn check(name: &str, value: &str, max_chars: usize) -> Result<(), Self> {
        // Most names and values are short, and then their bytes need not be counted as characters.
        let longer =
            |text: &str, max_chars| text.len() > max_chars && text.chars().nth(max_chars).is_some();
        if longer(name, MAX_NAME) || longer(value, max_chars) {
            let name = name.chars().take(MAX_NAME).collect();
            return Err(Self { name, max_chars });
        }
        Ok(())
    }

    /// Checks the query of an address.
    pub fn check_query(query: &str) -> Result<(), Self> {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.try_for_each(|(name, value)| Self::check(&name, &value, max_chars(&name)))
    }

    /// Checks the fields of a form.
    pub fn check_fields<'a>(
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<(), Self> {
        let mut fields = fields.into_iter();
        fields.try_for_each(|(name, value)| Self::check(name, value, MAX_FIELD))
    }

    /// Checks all parameters in the head of a request.
    pub fn check_head(parts: &Parts) -> Result<(), Self> {
        Self::check_query(parts.uri.query().unwrap_or_default())?;
        // Every route has at most one variable segment, which is not longer than the path.
        if parts.uri.path().len() > max_chars("id") {
            Self::check(
                "id",
                &Segment::read(parts).unwrap_or_default(),
                max_chars("id"),
            )?;
        }
        Self::check_headers(&parts.headers)
    }

    fn check_headers(headers: &HeaderMap) -> Result<(), Self> {
        for (header, name) in [(IF_MATCH, "If-Match"), (IF_NONE_MATCH, "If-None-Match")] {
            let lines = headers.get_all(header).iter();
            let length: usize = lines.map(HeaderValue::len).sum();
            if length > max_chars(name) {
                return Err(Self {
                    name: name.to_owned(),
                    max_chars: max_chars(name),
                });
            }
        }
        Ok(())
    }
}

impl From<TooLong> for Refusal {
    fn from(TooLong { name, max_chars }: TooLong) -> Self {
        Self::InvalidParameter(format!("Use at most {max_chars} characters for `{name}`."))
    }
}

/// Returns the name of a page's parameter that occurs more than once, cut to a length that can be
/// shown.
///
/// If one of its values were read, the others would be ignored.
pub fn repeated(query: &str) -> Option<String> {
    // The keys that a person selected in a list.
    const REPEATABLE: &str = "key";
    let mut names = HashSet::new();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let repeated = pairs.find(|(name, _)| name != REPEATABLE && !names.insert(name.clone()));
    repeated.map(|(name, _)| name.chars().take(MAX_NAME).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn length_error(query: &str) -> Option<(String, usize)> {
        let too_long = TooLong::check_query(query).err()?;
        Some((too_long.name, too_long.max_chars))
    }

    #[test]
    fn parameter_is_rejected_if_it_exceeds_its_length_in_characters() {
        for (name, max_chars) in [
            ("q", 256),
            ("category", 256),
            ("anything", 256),
            ("id", 128),
            ("cursor", 2_048),
            ("next", 4_096),
        ] {
            // One character that has two bytes, and six characters in an address.
            let query = |chars: usize| format!("a=b&{name}={}", "%C3%A9".repeat(chars));
            assert_eq!(length_error(&query(max_chars)), None, "{name}");
            assert_eq!(
                length_error(&query(max_chars + 1)),
                Some((name.to_owned(), max_chars))
            );
        }
        let name = "n".repeat(65);
        assert_eq!(length_error(&name), Some(("n".repeat(64), 256)));
        assert_eq!(length_error(&"a=b&".repeat(1_000)), None);
    }

    #[test]
    fn repeated_parameter_is_detected_unless_it_may_repeat() {
        for query in [
            "who=keys&who=operator",
            "cursor=&cursor=",
            "a=1&%61=2",
            "a&b&a",
        ] {
            assert!(repeated(query).is_some(), "{query}");
        }
        for query in [
            "",
            "who=keys&what=keys",
            "do=pause&key=a&key=b",
            "a=1&A=1",
            "&&",
        ] {
            assert_eq!(repeated(query), None, "{query}");
        }
    }

    #[test]
    fn length_of_entity_tags_is_limited_over_all_header_lines() {
        let headers = |lines: usize| {
            let mut headers = HeaderMap::new();
            for _ in 0..lines {
                headers.append(IF_MATCH, HeaderValue::from_str(&"x".repeat(1_024)).unwrap());
            }
            headers
        };
        assert_eq!(TooLong::check_headers(&headers(4)), Ok(()));
        let length_error = TooLong::check_headers(&headers(5)).unwrap_err();
        assert_eq!(length_error.name, "If-Match");
    }

    #[test]
    fn form_field_may_be_longer_than_a_parameter() {
        let long = "x".repeat(MAX_FIELD);
        assert_eq!(TooLong::check_fields([("q", &*long)]), Ok(()));
        let long = format!("{long}x");
        let length_error = TooLong::check_fields([("a", "b"), ("note", &*long)]);
        assert_eq!(length_error.unwrap_err().name, "note");
    }
}
