//! One request and its response: whether the server or the client has to act next.
//!
//! The server closes a connection for a newer one only while the client keeps it waiting (I1), so
//! each exchange records whose move it is:
//!
//! 1. An exchange begins with a move of the server: a handler works on the response.
//! 2. While the handler waits for a piece of the request body, it is the client's move.
//! 3. Once hyper has a piece of the response, it is the client's move to take it. hyper asks for
//!    the next piece when there is room in its buffer (HTTP/1.1) or in the window of the stream
//!    (HTTP/2).
//! 4. While the handler has no next piece, as in a stream of events, it is the server's move.
//! 5. The exchange ends when hyper drops the response.

use super::connection::Connection;
use super::delay::Delay;
use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Instant;

/// Bytes of a response that are handed to HTTP/2 at once.
///
/// hyper accepts a longer piece as a whole when the window has room for a single byte of it, and
/// the response would seem to be taken long before it is.
const PIECE: usize = 16 * 1024;

/// Whose move it is, and for how long it has been the client's.
pub struct Moves {
    began: Instant,
    delay: Delay,
    /// Time of the client's last move, in milliseconds since the beginning of the exchange.
    moved_at: AtomicU64,
    /// Whether the response has begun.
    answering: AtomicBool,
}

impl Moves {
    pub(super) fn new() -> Self {
        Self {
            began: Instant::now(),
            delay: Delay::default(),
            moved_at: AtomicU64::new(0),
            answering: AtomicBool::new(false),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Returns when the client's delay began, or `None` while it is the server's move.
    pub fn delayed_since(&self) -> Option<Instant> {
        // A debt from earlier waits never reaches back before the beginning of the exchange.
        let since = self.delay.since()?;
        Some(self.began + Duration::from_millis(since))
    }

    /// Returns whether the client has taken nothing of the response for longer than the limit.
    pub fn is_stalled(&self, limit: Duration) -> bool {
        let moved_at = self.began + Duration::from_millis(self.moved_at.load(Ordering::Relaxed));
        self.answering.load(Ordering::Relaxed)
            && self.delay.since().is_some()
            && moved_at.elapsed() > limit
    }

    fn client_has_to_move(&self) {
        if self.delay.since().is_none() {
            let now = self.now();
            self.moved_at.store(now, Ordering::Relaxed);
            self.delay.begin(now);
        }
    }

    fn client_has_moved(&self, bytes: usize) {
        if self.delay.since().is_some() {
            self.delay.end(self.now(), bytes);
        }
    }
}

/// Request that is under way until this value is dropped.
pub struct Exchange {
    pub(super) connection: Arc<Connection>,
    pub(super) moves: Arc<Moves>,
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.connection.end(&self.moves);
    }
}

/// Request body. Waiting for it counts as the client's move.
pub struct Incoming<B> {
    pub body: B,
    pub moves: Arc<Moves>,
}

impl<B: HttpBody<Data = Bytes, Error = BoxError> + Unpin> HttpBody for Incoming<B> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Pending => self.moves.client_has_to_move(),
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                self.moves.client_has_moved(bytes);
            }
            Poll::Ready(_) => self.moves.client_has_moved(0),
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for Incoming<B> {
    fn drop(&mut self) {
        // The handler gave up on the body while it was waiting for it.
        self.moves.client_has_moved(0);
    }
}

/// Body of a response. The exchange lasts until all of it has been sent.
pub struct Answer {
    body: Body,
    exchange: Exchange,
    /// Greatest length of a piece.
    most: usize,
    /// Rest of the last piece, which hyper has not been given yet.
    rest: Bytes,
    /// Length of the piece that the client has to take now.
    sent: usize,
}

impl Answer {
    pub fn new(body: Body, exchange: Exchange, http2: bool) -> Self {
        exchange.moves.answering.store(true, Ordering::Relaxed);
        Self {
            body,
            exchange,
            most: if http2 { PIECE } else { usize::MAX },
            rest: Bytes::new(),
            sent: 0,
        }
    }

    fn next_piece(&mut self) -> Frame<Bytes> {
        let length = self.rest.len().min(self.most);
        self.sent = length;
        self.exchange.moves.client_has_to_move();
        Frame::data(self.rest.split_to(length))
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        let taken = std::mem::take(&mut this.sent);
        this.exchange.moves.client_has_moved(taken);
        if !this.rest.is_empty() {
            return Poll::Ready(Some(Ok(this.next_piece())));
        }
        Pin::new(&mut this.body).poll_frame(context).map(|polled| {
            let frame = match polled?.map(Frame::into_data) {
                Ok(Ok(data)) => {
                    this.rest = data;
                    Ok(this.next_piece())
                }
                Ok(Err(trailers)) => Ok(trailers),
                Err(error) => Err(error),
            };
            Some(frame)
        })
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (hint, rest) = (self.body.size_hint(), self.rest.len() as u64);
        let mut whole = SizeHint::new();
        whole.set_lower(hint.lower() + rest);
        if let Some(upper) = hint.upper() {
            whole.set_upper(upper + rest);
        }
        whole
    }
}
