//! Request body with a deadline for each piece and for the whole (B4).

use axum::BoxError;
use axum::body::{Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep_until};

/// Body that fails with [`TooSlow`] if the client pauses for too long or does not finish in time.
pub struct DeadlineBody<B> {
    body: B,
    /// Longest pause between two pieces.
    pause: Duration,
    /// Deadline for the whole body.
    deadline: Instant,
    /// Created when the body is first waited for: most bodies are empty or have already arrived.
    sleep: Option<Pin<Box<Sleep>>>,
}

#[derive(Debug, thiserror::Error)]
#[error("the body came too slowly")]
pub struct TooSlow;

impl<B> DeadlineBody<B> {
    /// Wraps a body that must be complete after the time `total` from now.
    pub fn new(body: B, pause: Duration, total: Duration) -> Self {
        Self {
            body,
            pause,
            deadline: Instant::now() + total,
            sleep: None,
        }
    }
}

impl<B> HttpBody for DeadlineBody<B>
where
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Unpin,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            this.sleep = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let next = this.deadline.min(Instant::now() + this.pause);
        let sleep = this
            .sleep
            .get_or_insert_with(|| Box::pin(sleep_until(next)));
        sleep
            .as_mut()
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

#[cfg(test)]
mod tests {
    //! Tests with limits that are short enough to wait for.

    use super::*;
    use crate::http::listen::Limits;
    use axum::body::Body;
    use futures::stream;
    use http_body_util::BodyExt as _;
    use std::convert::Infallible;
    use tokio::time::sleep;

    /// Far longer than any test takes.
    const LONG: Duration = Duration::from_mins(1);
    const SHORT: Duration = Duration::from_millis(200);

    /// Returns a body of `count` pieces, which are sent at intervals of `every`.
    fn pieces(count: usize, every: Duration) -> Body {
        let pieces = stream::unfold(0, move |sent| async move {
            sleep(every).await;
            (sent < count).then_some((Ok::<_, Infallible>("piece"), sent + 1))
        });
        Body::from_stream(Box::pin(pieces))
    }

    /// Returns the length of a body that arrives completely and in time.
    async fn read(body: Body, pause: Duration, total: Duration) -> Option<usize> {
        match DeadlineBody::new(body, pause, total).collect().await {
            Ok(body) => Some(body.to_bytes().len()),
            Err(error) => {
                assert!(error.is::<TooSlow>(), "{error}");
                None
            }
        }
    }

    #[test]
    fn body_may_take_one_minute_and_a_feed_five() {
        let limits = Limits::new(1);
        assert_eq!(limits.body_pause, Duration::from_secs(15));
        assert_eq!(limits.body, Duration::from_mins(1));
        assert_eq!(limits.feed, Duration::from_mins(5));
    }

    #[tokio::test]
    async fn body_that_never_pauses_is_cut_off_at_its_time_limit() {
        let every = Duration::from_millis(5);
        assert_eq!(read(pieces(usize::MAX, every), LONG, SHORT).await, None);
        assert_eq!(read(pieces(20, every), LONG, LONG).await, Some(100));
    }

    #[tokio::test]
    async fn body_that_pauses_for_too_long_is_cut_off() {
        assert_eq!(read(pieces(1, LONG), SHORT, LONG).await, None);
    }

    #[tokio::test]
    async fn time_limit_of_a_body_starts_before_it_is_read() {
        let mut body = DeadlineBody::new(pieces(1, LONG), LONG, SHORT);
        sleep(SHORT).await;
        assert!(body.frame().await.unwrap().is_err());
    }
}
