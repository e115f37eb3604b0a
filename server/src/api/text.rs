//! Bodies as text: of a length that was agreed, in UTF-8, and in a format that is taken.

use super::problem::Problem;
use super::scoped_body::ApiBody;
use crate::body::read;
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
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        Problem::MalformedBody(format!("The body is not UTF-8 from byte {place} on."))
    })
}

/// Compressed bodies are not taken: what they unpack to is bounded by nothing.
pub fn is_plain(headers: &HeaderMap) -> bool {
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
        let format = Format::of(request.headers()).filter(|_| is_plain(request.headers()));
        let format = format.ok_or(Problem::UnsupportedMediaType {
            taken: crate::feed::TAKEN,
        })?;
        let text = text(request, MAX_BYTES).await?;
        Ok(Self { format, text })
    }
}
