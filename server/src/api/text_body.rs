//! Request bodies as text: of limited length, in UTF-8, and in an accepted format.

use super::possible_refusals::{Refuses, malformed_body};
use super::scoped_body::ApiBody;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_ENCODING;
use files::encoding;
use files::feed::{Format, MAX_BYTES};
use service::entry::{EntryCode, EntryError};
use service::refusal::Refusal;
use web::body::{ReadError, read};

/// Reads the whole body, at most `limit` bytes of it.
///
/// # Errors
/// If the body is longer, cut off, or not UTF-8.
pub async fn text(request: Request, limit: usize) -> Result<String, Refusal> {
    let bytes = read(request.into_body(), limit)
        .await
        .map_err(|error| of_body(error, limit))?;
    encoding::decode(bytes).map_err(|error| Refusal::MalformedBody(error.to_string()))
}

/// Converts a failure to read a body that may have at most `limit` bytes.
pub fn of_body(error: ReadError, limit: usize) -> Refusal {
    match error {
        ReadError::TooLarge => Refusal::BodyTooLarge { limit },
        ReadError::Slow => Refusal::RequestTimeout,
        ReadError::NoRoom => Refusal::Busy,
        ReadError::Broken => {
            Refusal::MalformedBody("The body arrived incomplete. Send it again.".into())
        }
    }
}

/// Returns the format of a body, from its `Content-Type`.
///
/// # Errors
/// If the body is not in one of the formats `expected`, or is compressed, or in an encoding other
/// than UTF-8.
pub fn format(headers: &HeaderMap, expected: &'static str) -> Result<Format, Refusal> {
    let format = Format::of(headers).filter(|_| has_identity_coding(headers));
    let (format, charset) = format.ok_or(Refusal::UnsupportedMediaType { expected })?;
    charset.map_err(|error| Refusal::UnsupportedEncoding(error.to_string()))?;
    Ok(format)
}

/// Returns whether a body is uncompressed. Compressed bodies are refused, since their decompressed
/// size has no bound.
pub(super) fn has_identity_coding(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(CONTENT_ENCODING).iter();
    codings.into_iter().all(|coding| {
        let coding = coding.as_bytes().trim_ascii();
        coding.eq_ignore_ascii_case(b"identity")
    })
}

/// Text of an inventory feed, with the format that its `Content-Type` names.
pub struct FeedText {
    pub format: Format,
    pub text: String,
}

impl ApiBody for FeedText {
    async fn read(request: Request) -> Result<Self, Refusal> {
        let format = format(request.headers(), files::feed::MEDIA_TYPES)?;
        let text = text(request, MAX_BYTES).await?;
        Ok(Self { format, text })
    }
}

impl Refuses for FeedText {
    fn refusals(samples: &mut Vec<Refusal>) {
        samples.extend(of_bodies(
            files::feed::MEDIA_TYPES,
            MAX_BYTES,
            "/items/0/name",
        ));
    }
}

/// Returns samples of the refusals of a body, of which one is about the value at `pointer`.
pub(super) fn of_bodies(expected: &'static str, limit: usize, pointer: &str) -> [Refusal; 5] {
    let detail = "Use at most 256 characters.";
    [
        Refusal::UnsupportedMediaType { expected },
        Refusal::BodyTooLarge { limit },
        Refusal::RequestTimeout,
        malformed_body(),
        Refusal::InvalidBody(vec![EntryError::new(pointer, EntryCode::TooLong, detail)]),
    ]
}
