//! One request and its answer: whether the server or the client has to act next.
//!
//! The server closes a connection for a newer one only while the client keeps it waiting, so that each exchange records
//! whose move it is:
//!
//! 1. An exchange begins with a move of the server: a handler works on the answer.
//! 2. While the handler waits for a piece of the request's body, it is the client's move.
//! 3. Once hyper has a piece of the answer, it is the client's move, which has to take that piece: hyper asks for the
//!    next one when there is room for it in its buffer (HTTP/1.1) or in the stream's window (HTTP/2).
//! 4. While the handler has no next piece, as in a stream of events, it is the server's move.
//! 5. The exchange ends when hyper drops the answer.

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

/// Bytes of an answer that HTTP/2 gets at once. hyper hands a longer piece over whole when the window has room for a
/// single byte of it; the answer would then seem to be taken long before it is.
const PIECE: usize = 16 * 1024;

/// Whose move it is, and for how long it has been the client's.
pub struct Moves {
    began: Instant,
    delay: Delay,
    /// The time of the last move of the client, in milliseconds since the beginning of the exchange.
    moved_at: AtomicU64,
    /// The answer has begun.
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

    /// The beginning of the client's delay; `None` while it is the server's move.
    pub fn delayed_since(&self) -> Option<Instant> {
        // A debt from earlier waits never reaches back behind the beginning.
        let since = self.delay.since()?;
        Some(self.began + Duration::from_millis(since))
    }

    /// Whether the client has taken nothing of the answer for longer than the limit.
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

/// A request that is under way until this is dropped.
pub struct Exchange {
    pub(super) connection: Arc<Connection>,
    pub(super) moves: Arc<Moves>,
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.connection.end(&self.moves);
    }
}

/// The body of a request, for which the client is waited for.
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
        // The handler gave up on the body while it waited for it.
        self.moves.client_has_moved(0);
    }
}

/// The body of an answer. The exchange lasts until all of it was sent.
pub struct Answer {
    body: Body,
    exchange: Exchange,
    /// The length of the longest piece.
    most: usize,
    /// What of the last piece is not handed over yet.
    rest: Bytes,
    /// The length of the piece that the client has to take now.
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
