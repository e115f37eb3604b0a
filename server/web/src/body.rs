//! Reading of request bodies up to a limit.

use crate::http::listen::TooSlow;
use crate::memory::NoRoom;
use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadError {
    /// The body is longer than the limit, or declares a greater length.
    TooLarge,
    /// The body did not arrive in time.
    Slow,
    /// There is too little memory for the body at the moment.
    NoRoom,
    /// The body ended early, or its encoding is invalid.
    Broken,
}

impl ReadError {
    /// Returns why a body yielded no next piece, by searching the chain of causes for a known one.
    pub fn of(error: &(dyn Error + 'static)) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if error.is::<TooSlow>() {
                return Self::Slow;
            }
            if error.is::<NoRoom>() {
                return Self::NoRoom;
            }
            cause = error.source();
        }
        Self::Broken
    }
}

/// Reads the whole body, at most `limit` bytes of it.
///
/// # Errors
/// A body whose declared length exceeds the limit is refused unread; a body with a wrong length or
/// none is refused as soon as it exceeds the limit.
pub async fn read(mut body: Body, limit: usize) -> Result<Vec<u8>, ReadError> {
    let expected = axum::body::HttpBody::size_hint(&body).lower();
    let expected = usize::try_from(expected).unwrap_or(usize::MAX);
    if expected > limit {
        return Err(ReadError::TooLarge);
    }
    let mut bytes = Vec::with_capacity(expected);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| ReadError::of(&error))?;
        if let Ok(piece) = frame.into_data() {
            if piece.len() > limit - bytes.len() {
                return Err(ReadError::TooLarge);
            }
            bytes.extend_from_slice(&piece);
        }
    }
    Ok(bytes)
}

/// Body that has already been received. The memory of each piece is released as it is read.
#[derive(Default)]
pub struct ChunkedBody {
    pieces: VecDeque<Vec<u8>>,
    length: u64,
}

impl ChunkedBody {
    /// Bytes of one piece.
    ///
    /// Smaller pieces are joined: a body that arrives as single bytes must not take many times its
    /// length.
    const SIZE: usize = 64 * 1024;

    /// Returns the length of the unread rest, in bytes.
    pub const fn remaining(&self) -> u64 {
        self.length
    }

    pub fn push(&mut self, mut bytes: &[u8]) {
        self.length += bytes.len() as u64;
        while !bytes.is_empty() {
            let room = self.pieces.back().map_or(0, |last| Self::SIZE - last.len());
            if room == 0 {
                self.pieces.push_back(Vec::new());
            } else if let Some(last) = self.pieces.back_mut() {
                let (fits, rest) = bytes.split_at(room.min(bytes.len()));
                last.extend_from_slice(fits);
                bytes = rest;
            }
        }
    }
}

impl HttpBody for ChunkedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.pieces.pop_front().map(Bytes::from);
        self.length -= piece.as_ref().map_or(0, Bytes::len) as u64;
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn body_reads_back_whole_however_it_was_split() {
        let bytes: Vec<u8> = (0..200_000_u32).map(|n| n.to_be_bytes()[3]).collect();
        for size in [1, 7, ChunkedBody::SIZE, bytes.len()] {
            let mut pieces = ChunkedBody::default();
            bytes.chunks(size).for_each(|piece| pieces.push(piece));
            assert_eq!(pieces.pieces.len(), bytes.len().div_ceil(ChunkedBody::SIZE));
            assert_eq!(pieces.remaining(), 200_000);
            assert_eq!(read(Body::new(pieces), 200_000).await.unwrap(), bytes);
        }
    }

    #[tokio::test]
    async fn body_is_accepted_up_to_the_limit_and_rejected_one_byte_above() {
        assert_eq!(read(Body::from(vec![b'x'; 8]), 8).await.unwrap().len(), 8);
        assert_eq!(
            read(Body::from(vec![b'x'; 9]), 8).await,
            Err(ReadError::TooLarge)
        );
    }
}
