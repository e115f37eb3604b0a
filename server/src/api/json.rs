//! JSON bodies, which are parsed without a second copy in memory and without guesses.

use super::problem::Problem;
use super::scoped_body::ApiBody;
use super::text::{format, is_plain, text};
use crate::feed::Format;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method};
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::fmt;

/// Media type of partial updates.
pub const MERGE_PATCH: &str = "application/merge-patch+json";
/// Media types that a partial update accepts, as a refusal lists them between backticks.
pub const PATCHES: &str = "application/merge-patch+json` or `application/json";
/// Most bytes of a body that is not a feed.
pub const BODY: usize = 2 * 1024 * 1024;
/// A body that is well-formed JSON and still text.
pub struct JsonText<const LIMIT: usize>(pub Box<RawValue>);

impl<const LIMIT: usize> ApiBody for JsonText<LIMIT> {
    async fn read(request: Request) -> Result<Self, Problem> {
        let patch = request.method() == Method::PATCH;
        let taken = if patch { PATCHES } else { "application/json" };
        let merge_patch = patch && is_merge_patch(request.headers()) && is_plain(request.headers());
        if !merge_patch && format(request.headers(), taken)? != Format::Json {
            return Err(Problem::UnsupportedMediaType { taken });
        }
        let text = text(request, LIMIT).await?;
        // `from_string` takes the text over without a copy.
        let value = RawValue::from_string(text).map_err(|error| {
            // The message of the parser contains what it expected and where, and does not quote the
            // body.
            Problem::MalformedBody(format!("The body is not JSON: {error}."))
        })?;
        Ok(Self(value))
    }
}

/// Whether the body is a JSON merge patch (RFC 7396), whose media type has no parameters.
pub fn is_merge_patch(headers: &HeaderMap) -> bool {
    let mut kinds = headers.get_all(CONTENT_TYPE).iter();
    let kind = kinds.next().map(|kind| kind.as_bytes().trim_ascii());
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case(MERGE_PATCH.as_bytes()))
        && kinds.next().is_none()
}

/// The members of an object in the order in which they were sent, with repeated names.
pub struct Members<'a> {
    pub members: Vec<(String, &'a RawValue)>,
    /// Whether there are more members, which were dropped.
    pub more: bool,
}

/// The elements of an array.
pub struct Elements<'a> {
    pub elements: Vec<&'a RawValue>,
    pub more: bool,
}

/// Most members of an object that are kept.
///
/// No object of the API has more, and a body full of members must not fill the memory.
pub const MAX_MEMBERS: usize = 64;
/// Most items in one feed.
pub const MAX_ELEMENTS: usize = 5_000;

/// Returns `None` if the value is not an object, or if one of its names is not a text.
pub fn object(value: &RawValue) -> Option<Members<'_>> {
    serde_json::from_str(value.get()).ok()
}

/// Returns `None` if the value is not an array.
pub fn array(value: &RawValue) -> Option<Elements<'_>> {
    serde_json::from_str(value.get()).ok()
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while members.len() < MAX_MEMBERS {
                    let Some(member) = map.next_entry::<String, &RawValue>()? else {
                        return Ok(Members {
                            members,
                            more: false,
                        });
                    };
                    members.push(member);
                }
                let mut more = false;
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
                    more = true;
                }
                Ok(Members { members, more })
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Elements<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Elements<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut elements = Vec::new();
                while elements.len() < MAX_ELEMENTS {
                    let Some(element) = seq.next_element::<&RawValue>()? else {
                        return Ok(Elements {
                            elements,
                            more: false,
                        });
                    };
                    elements.push(element);
                }
                let mut more = false;
                while seq.next_element::<IgnoredAny>()?.is_some() {
                    more = true;
                }
                Ok(Elements { elements, more })
            }
        }
        deserializer.deserialize_seq(Reader)
    }
}
