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

use super::client_progress::ClientProgress;
use super::connection::Connection;
use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Maximum number of bytes of a response that are passed to HTTP/2 in one piece.
///
/// hyper accepts a longer piece as a whole when the window has room for a single byte of it, and
/// the response would seem to be taken long before it is.
const PIECE: usize = 16 * 1024;

/// Request that is under way until this value is dropped.
pub struct Exchange {
    connection: Arc<Connection>,
    pub(super) progress: Arc<ClientProgress>,
}

impl Exchange {
    /// Begins an exchange, since a complete head has arrived.
    pub fn begin(connection: &Arc<Connection>, http2: bool) -> Self {
        Self {
            progress: connection.begin(http2),
            connection: Arc::clone(connection),
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.connection.end(&self.progress);
    }
}

/// Request body. Waiting for it counts as the client's move.
pub struct RequestBody<B> {
    pub body: B,
    pub progress: Arc<ClientProgress>,
}

impl<B: HttpBody<Data = Bytes, Error = BoxError> + Unpin> HttpBody for RequestBody<B> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match &polled {
            Poll::Pending => self.progress.wait_for_client(),
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                self.progress.note_client_progress(bytes);
            }
            Poll::Ready(_) => self.progress.note_client_progress(0),
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

impl<B> Drop for RequestBody<B> {
    fn drop(&mut self) {
        // The handler gave up on the body while it was waiting for it.
        self.progress.note_client_progress(0);
    }
}

/// Body of a response. The exchange lasts until all of it has been sent.
pub struct ResponseBody {
    body: Body,
    exchange: Exchange,
    /// Greatest length of a piece.
    piece_limit: usize,
    /// Rest of the last piece, which hyper has not received yet.
    rest: Bytes,
    /// Length of the piece that the client has to take now.
    sent: usize,
}

impl ResponseBody {
    pub fn new(body: Body, exchange: Exchange, http2: bool) -> Self {
        exchange.progress.note_response();
        Self {
            body,
            exchange,
            piece_limit: if http2 { PIECE } else { usize::MAX },
            rest: Bytes::new(),
            sent: 0,
        }
    }

    fn next_piece(&mut self) -> Frame<Bytes> {
        let length = self.rest.len().min(self.piece_limit);
        self.sent = length;
        self.exchange.progress.wait_for_client();
        Frame::data(self.rest.split_to(length))
    }
}

impl HttpBody for ResponseBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        let sent = std::mem::take(&mut this.sent);
        this.exchange.progress.note_client_progress(sent);
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
        let mut total = SizeHint::new();
        total.set_lower(hint.lower() + rest);
        if let Some(upper) = hint.upper() {
            total.set_upper(upper + rest);
        }
        total
    }
}
