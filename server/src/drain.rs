//! Reading what a refused request still sends.
//!
//! A refusal comes from the head of a request alone, while its sender may be in the middle of a feed. Most clients read
//! the answer only once they have sent everything; were the connection closed on them, they would report a broken pipe
//! and never learn that their key was revoked. So the rest is read and thrown away, within bounds.

use crate::feed::MAX_BYTES as FEED;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::header::EXPECT;
use axum::response::Response;
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tower::Service;

/// More than anybody means to send; past it, a broken pipe is answer enough.
const MAX_BYTES: usize = 2 * FEED;
const MAX_TIME: Duration = Duration::from_secs(5);

/// A body that can still be reached after its reader is gone.
#[derive(Clone)]
struct Shared(Arc<Mutex<Body>>);

/// Has a request answered, and if `drains` is set, reads what is left of its body then. The handler reads the body through what `reader` makes
/// of it.
pub async fn answer<S>(
    request: Request,
    drains: bool,
    reader: impl FnOnce(Body) -> Body,
    mut handlers: S,
) -> Response
where
    S: Service<Request, Response = Response, Error = Infallible>,
{
    let mut handle = async |request: Request| {
        handlers
            .call(request)
            .await
            .unwrap_or_else(|never| match never {})
    };
    // Who asks first sends nothing before the answer.
    if request.body().is_end_stream() || !drains || request.headers().contains_key(EXPECT) {
        return handle(request.map(reader)).await;
    }
    let (parts, body) = request.into_parts();
    let body = Shared(Arc::new(Mutex::new(body)));
    let response = handle(Request::from_parts(parts, reader(Body::new(body.clone())))).await;
    if !body.is_end_stream() {
        // Nothing of ours fails when it takes too long: the answer is sent all the same.
        let _ = tokio::time::timeout(MAX_TIME, discard(body)).await;
    }
    response
}

async fn discard(mut body: Shared) {
    let mut left = MAX_BYTES as u64;
    if body.size_hint().lower() > left {
        return;
    }
    while let Some(Ok(frame)) = body.frame().await {
        let length = frame.data_ref().map_or(0, Bytes::len) as u64;
        if length > left {
            return;
        }
        left -= length;
    }
}

impl Shared {
    fn with<T>(&self, use_it: impl FnOnce(&mut Body) -> T) -> T {
        use_it(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl HttpBody for Shared {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        self.with(|body| Pin::new(body).poll_frame(context))
    }

    fn is_end_stream(&self) -> bool {
        self.with(|body| body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        self.with(|body| body.size_hint())
    }
}
