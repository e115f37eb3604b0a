//! Reading bodies, never more of them than was agreed.

use axum::body::Body;
use http_body_util::BodyExt as _;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadError {
    /// Longer than the limit, or it says so itself.
    TooLarge,
    /// It ended early, or was no body at all.
    Broken,
}

/// The whole body, at most `limit` bytes of it.
///
/// # Errors
/// A body that says it is too long is refused unread; one that lies, or does not say, as soon as it is.
pub async fn read(mut body: Body, limit: usize) -> Result<Vec<u8>, ReadError> {
    let expected = axum::body::HttpBody::size_hint(&body).lower();
    let expected = usize::try_from(expected).unwrap_or(usize::MAX);
    if expected > limit {
        return Err(ReadError::TooLarge);
    }
    let mut whole = Vec::with_capacity(expected);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| ReadError::Broken)?;
        if let Ok(piece) = frame.into_data() {
            if piece.len() > limit - whole.len() {
                return Err(ReadError::TooLarge);
            }
            whole.extend_from_slice(&piece);
        }
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_of_the_limit_passes_and_one_byte_more_does_not() {
        assert_eq!(read(Body::from(vec![b'x'; 8]), 8).await.unwrap().len(), 8);
        assert_eq!(
            read(Body::from(vec![b'x'; 9]), 8).await,
            Err(ReadError::TooLarge)
        );
    }
}
