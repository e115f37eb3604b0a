//! JSON bodies, which are parsed without a second copy in memory and without guesses.

use super::possible_refusals::Refuses;
use super::scoped_body::ApiBody;
use super::text_body::{format, has_identity_coding, of_bodies, text};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use files::feed::Format;
use serde_json::value::RawValue;
use service::refusal::Refusal;

/// Media type of partial updates.
pub const MERGE_PATCH: &str = "application/merge-patch+json";
/// Media types that a partial update accepts, as a refusal lists them between backticks.
const PATCH_MEDIA_TYPES: &str = "application/merge-patch+json` or `application/json";
/// Most bytes of a body that is not a feed.
pub const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;

/// A body that is well-formed JSON and still text.
pub struct JsonText(pub Box<RawValue>);

/// A partial update, which is well-formed JSON and still text.
pub struct JsonPatch(pub Box<RawValue>);

impl ApiBody for JsonText {
    async fn read(request: Request) -> Result<Self, Refusal> {
        const MEDIA_TYPES: &str = "application/json";
        if format(request.headers(), MEDIA_TYPES)? != Format::Json {
            return Err(Refusal::UnsupportedMediaType {
                expected: MEDIA_TYPES,
            });
        }
        json(request).await.map(Self)
    }
}

impl ApiBody for JsonPatch {
    async fn read(request: Request) -> Result<Self, Refusal> {
        let headers = request.headers();
        let merge_patch = is_merge_patch(headers) && has_identity_coding(headers);
        if !merge_patch && format(headers, PATCH_MEDIA_TYPES)? != Format::Json {
            return Err(Refusal::UnsupportedMediaType {
                expected: PATCH_MEDIA_TYPES,
            });
        }
        json(request).await.map(Self)
    }
}

impl Refuses for JsonText {
    fn refusals(samples: &mut Vec<Refusal>) {
        samples.extend(of_bodies("application/json", MAX_BODY_BYTES, "/name"));
    }
}

impl Refuses for JsonPatch {
    fn refusals(samples: &mut Vec<Refusal>) {
        samples.extend(of_bodies(PATCH_MEDIA_TYPES, MAX_BODY_BYTES, "/name"));
    }
}

async fn json(request: Request) -> Result<Box<RawValue>, Refusal> {
    let text = text(request, MAX_BODY_BYTES).await?;
    // `from_string` takes the text over without a copy.
    RawValue::from_string(text).map_err(|error| {
        // The message of the parser contains what it expected and where, and does not quote the
        // body.
        Refusal::MalformedBody(format!("The body is not JSON: {error}."))
    })
}

/// Whether the body is a JSON merge patch (RFC 7396), whose media type has no parameters.
pub fn is_merge_patch(headers: &HeaderMap) -> bool {
    let mut kinds = headers.get_all(CONTENT_TYPE).iter();
    let kind = kinds.next().map(|kind| kind.as_bytes().trim_ascii());
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case(MERGE_PATCH.as_bytes()))
        && kinds.next().is_none()
}
