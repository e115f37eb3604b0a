//! JSON bodies, which are parsed without a second copy in memory and without guesses.

use super::scoped_body::ApiBody;
use super::text::{format, is_plain, text};
use crate::feed::Format;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method};
use serde_json::value::RawValue;
use service::refusal::Refusal;

/// Media type of partial updates.
pub const MERGE_PATCH: &str = "application/merge-patch+json";
/// Media types that a partial update accepts, as a refusal lists them between backticks.
pub const PATCHES: &str = "application/merge-patch+json` or `application/json";
/// Most bytes of a body that is not a feed.
pub const BODY: usize = 2 * 1024 * 1024;
/// A body that is well-formed JSON and still text.
pub struct JsonText<const LIMIT: usize>(pub Box<RawValue>);

impl<const LIMIT: usize> ApiBody for JsonText<LIMIT> {
    async fn read(request: Request) -> Result<Self, Refusal> {
        let patch = request.method() == Method::PATCH;
        let taken = if patch { PATCHES } else { "application/json" };
        let merge_patch = patch && is_merge_patch(request.headers()) && is_plain(request.headers());
        if !merge_patch && format(request.headers(), taken)? != Format::Json {
            return Err(Refusal::UnsupportedMediaType { taken });
        }
        let text = text(request, LIMIT).await?;
        // `from_string` takes the text over without a copy.
        let value = RawValue::from_string(text).map_err(|error| {
            // The message of the parser contains what it expected and where, and does not quote the
            // body.
            Refusal::MalformedBody(format!("The body is not JSON: {error}."))
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
