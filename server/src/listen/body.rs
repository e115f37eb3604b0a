//! A request's body, which has to keep coming.

use super::Limits;
use axum::BoxError;
use axum::body::{Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// Fails with [`TooSlow`] once the client pauses for too long, or sends too slowly.
pub struct Steady {
    body: Incoming,
    limits: Limits,
    begun: Instant,
    bytes: u64,
    /// Made when something is waited for first: most bodies are there already, or empty.
    end: Option<Pin<Box<Sleep>>>,
}

#[derive(Debug, thiserror::Error)]
#[error("the body came too slowly")]
pub struct TooSlow;

impl Steady {
    pub fn new(body: Incoming, limits: Limits) -> Self {
        Self {
            body,
            limits,
            begun: Instant::now(),
            bytes: 0,
            end: None,
        }
    }

    /// When the next piece has to be there.
    fn next_end(&self) -> Instant {
        let earned = Duration::from_secs(self.bytes / u64::from(Limits::BODY_RATE));
        let whole = self.begun + self.limits.body + earned;
        whole.min(Instant::now() + self.limits.body_pause)
    }
}

impl HttpBody for Steady {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            this.end = None;
            if let Some(Ok(frame)) = &frame {
                this.bytes += frame.data_ref().map_or(0, Bytes::len) as u64;
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(BoxError::from)));
        }
        let next_end = this.next_end();
        let end = this
            .end
            .get_or_insert_with(|| Box::pin(sleep_until(next_end)));
        end.as_mut()
            .poll(context)
            .map(|()| Some(Err(TooSlow.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
