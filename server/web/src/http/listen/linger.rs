//! Discarding the rest of a request body after the response (F6).
//!
//! A request may be answered before its body has arrived: its key was revoked, or the body is too
//! large. Most clients read the response only once they have sent everything. If the server closed
//! the connection immediately, its system would answer the bytes that still arrive with a reset,
//! and a reset discards a response that the client has not read yet (RFC 9112, section 9.6): the
//! client would report a broken connection instead of the refusal. Therefore:
//!
//! 1. The response is sent immediately. A client that reads while it sends can stop then.
//! 2. What the client still sends is read and discarded, up to [`MAX_BYTES`] and for no longer than
//!    [`Limits::linger`]; the deadlines of the body (B4) apply as before. Then the connection is
//!    closed, or the stream of HTTP/2 is reset.
//! 3. At most [`Limits::lingering`] connections of the server do this. A further one is closed
//!    after its response.
//! 4. Meanwhile the connection is open and counts like any other. It is the client's move, so the
//!    connection gives way to a new one if the client is slow and the server has the maximum number
//!    of connections.
//! 5. A client that waits for `100 Continue` and gets a response instead sends no body, so there is
//!    nothing to read.

use super::Limits;
use super::connection::Connection;
use super::exchange::{Exchange, RequestBody};
use super::limits::FIRST_REQUEST_TIMEOUT;
use axum::BoxError;
use axum::body::{Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// More bytes than a client sends by mistake (B6).
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Body that can still be read after its handler has dropped it.
pub struct SharedBody<B>(Arc<Mutex<BodyState<B>>>);

struct BodyState<B> {
    body: B,
    /// Whether a handler has polled the body.
    is_read: bool,
    /// Whether the body has ended or failed. A chunked body does not remember this.
    is_complete: bool,
}

impl<B> Clone for SharedBody<B> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<B: HttpBody> SharedBody<B> {
    pub fn new(body: B) -> Self {
        Self(Arc::new(Mutex::new(BodyState {
            body,
            is_read: false,
            is_complete: false,
        })))
    }

    fn with<T>(&self, access: impl FnOnce(&mut BodyState<B>) -> T) -> T {
        access(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<B: HttpBody<Data = Bytes, Error = BoxError> + Unpin> HttpBody for SharedBody<B> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.with(|state| {
            state.is_read = true;
            let polled = Pin::new(&mut state.body).poll_frame(context);
            state.is_complete |= matches!(polled, Poll::Ready(None | Some(Err(_))));
            polled
        })
    }

    fn is_end_stream(&self) -> bool {
        self.with(|state| state.is_complete || state.body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.with(|state| state.body.size_hint())
    }
}

/// Discards the rest of a body whose request has been answered, in a separate task.
///
/// `expects`: the client waits for `100 Continue` before it sends the body.
pub fn discard_rest<B>(
    body: SharedBody<B>,
    expects: bool,
    http2: bool,
    connection: &Arc<Connection>,
    limits: &Limits,
    stop: &CancellationToken,
) where
    B: HttpBody<Data = Bytes, Error = BoxError> + Send + Unpin + 'static,
{
    let no_body_follows = expects && !body.with(|state| state.is_read);
    if no_body_follows || body.is_end_stream() {
        return;
    }
    let Some(permit) = connection.linger_permit() else {
        return;
    };
    // An exchange, so that the connection is in use until this ends.
    let exchange = Exchange::begin(connection, http2);
    let body = RequestBody {
        body,
        progress: Arc::clone(&exchange.progress),
    };
    let (limit, stop) = (limits.linger, stop.clone());
    tokio::spawn(async move {
        // Whichever ends first, the body is dropped. If it has not ended, this closes the
        // connection, or resets the stream of HTTP/2.
        tokio::select! {
            () = discard(body) => {}
            () = sleep(limit) => {}
            () = async { stop.cancelled().await; sleep(FIRST_REQUEST_TIMEOUT).await } => {}
        }
        drop((exchange, permit));
    });
}

async fn discard<B>(mut body: RequestBody<B>)
where
    B: HttpBody<Data = Bytes, Error = BoxError> + Unpin,
{
    let mut remaining = MAX_BYTES;
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len) as u64;
        if length > remaining {
            return;
        }
        remaining -= length;
    }
}
