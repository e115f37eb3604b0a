//! Bodies as text: of a length that was agreed, in UTF-8, and in a format that is taken.

use super::problem::Problem;
use super::scoped_body::ApiBody;
use crate::body::read;
use crate::encoding;
use crate::feed::{Format, MAX_BYTES};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_ENCODING;

/// The whole body, at most `limit` bytes of it.
///
/// # Errors
/// Longer, cut off, or no text.
pub async fn text(request: Request, limit: usize) -> Result<String, Problem> {
    let bytes = read(request.into_body(), limit)
        .await
        .map_err(|error| Problem::of_body(error, limit))?;
    encoding::text(bytes).map_err(|error| Problem::MalformedBody(error.to_string()))
}

/// The format of a body, by its `Content-Type`.
///
/// # Errors
/// It is none of those that are `taken`, or compressed, or in another encoding than UTF-8.
pub fn format(headers: &HeaderMap, taken: &'static str) -> Result<Format, Problem> {
    let format = Format::of(headers).filter(|_| is_plain(headers));
    let (format, charset) = format.ok_or(Problem::UnsupportedMediaType { taken })?;
    charset.map_err(Problem::UnsupportedEncoding)?;
    Ok(format)
}

/// Compressed bodies are not taken: what they unpack to is bounded by nothing.
pub(super) fn is_plain(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(CONTENT_ENCODING).iter();
    codings.into_iter().all(|coding| {
        let coding = coding.as_bytes().trim_ascii();
        coding.eq_ignore_ascii_case(b"identity")
    })
}

/// The text of an inventory feed, with the format that its `Content-Type` names.
pub struct FeedText {
    pub format: Format,
    pub text: String,
}

impl ApiBody for FeedText {
    async fn read(request: Request) -> Result<Self, Problem> {
        let format = format(request.headers(), crate::feed::TAKEN)?;
        let text = text(request, MAX_BYTES).await?;
        Ok(Self { format, text })
    }
}
