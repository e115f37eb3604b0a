//! One connection, from its first byte to its end.

use super::body::Steady;
use super::watched::Watched;
use super::{Answers, Limits};
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// How often a connection is looked at.
const LOOK: Duration = Duration::from_secs(4);
/// A client that is gone without a word is noticed within twice this, where it speaks HTTP/2.
const PING: Duration = Duration::from_secs(20);
/// Requests at once on one connection of HTTP/2.
const STREAMS: u32 = 100;
/// Bytes of a head in HTTP/2.
const HEAD: u32 = 16 * 1024;

/// What is known of a connection. Times are milliseconds since it began.
pub struct Connection {
    began: Instant,
    /// Requests whose answers are not through.
    busy: AtomicUsize,
    /// Since when there are none.
    idle_at: AtomicU64,
    /// When the first byte came since then; 0: none did.
    head_at: AtomicU64,
    /// Since when the client takes nothing of what is written; 0: it does.
    stuck_at: AtomicU64,
    /// It speaks HTTP/2, where bytes come between requests, too.
    http2: AtomicBool,
    closed: CancellationToken,
}

impl Connection {
    pub fn new() -> Self {
        Self {
            began: Instant::now(),
            busy: AtomicUsize::new(0),
            idle_at: AtomicU64::new(0),
            // The first head is waited for at once.
            head_at: AtomicU64::new(1),
            stuck_at: AtomicU64::new(0),
            http2: false.into(),
            closed: CancellationToken::new(),
        }
    }

    /// Milliseconds, never 0.
    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis())
            .unwrap_or(u64::MAX)
            .max(1)
    }

    /// Since when nothing is asked; `None` where something is.
    pub fn idle_since(&self) -> Option<Instant> {
        let idle = Duration::from_millis(self.idle_at.load(Ordering::Relaxed));
        (self.busy.load(Ordering::Acquire) == 0 && !self.closed.is_cancelled())
            .then(|| self.began + idle)
    }

    pub fn close(&self) {
        self.closed.cancel();
    }

    /// Returns once it is to be closed.
    pub async fn closed(&self) {
        self.closed.cancelled().await;
    }

    pub(super) fn has_read(&self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if bytes.starts_with(b"PRI * HTTP/2") {
            self.http2.store(true, Ordering::Relaxed);
        }
        if self.busy.load(Ordering::Relaxed) == 0 && self.head_at.load(Ordering::Relaxed) == 0 {
            self.head_at.store(self.now(), Ordering::Relaxed);
        }
    }

    pub(super) fn has_written(&self, done: bool) {
        let stuck = self.stuck_at.load(Ordering::Relaxed);
        if done && stuck > 0 {
            self.stuck_at.store(0, Ordering::Relaxed);
        } else if !done && stuck == 0 {
            self.stuck_at.store(self.now(), Ordering::Relaxed);
        }
    }

    fn begin(self: &Arc<Self>) -> Busy {
        self.busy.fetch_add(1, Ordering::AcqRel);
        Busy(Arc::clone(self))
    }

    /// Why it is to be closed.
    fn overdue(&self, limits: &Limits) -> Option<&'static str> {
        let now = self.now();
        let over = |since: &AtomicU64, limit: Duration| {
            let since = since.load(Ordering::Relaxed);
            since > 0 && u128::from(now.saturating_sub(since)) > limit.as_millis()
        };
        if over(&self.stuck_at, limits.write_pause) {
            return Some("the answer is not taken");
        }
        if self.busy.load(Ordering::Acquire) > 0 {
            return None;
        }
        if !self.http2.load(Ordering::Relaxed) && over(&self.head_at, limits.head) {
            return Some("the head of a request does not come");
        }
        let idle = now.saturating_sub(self.idle_at.load(Ordering::Relaxed));
        (u128::from(idle) > limits.idle.as_millis()).then_some("nothing is asked")
    }
}

/// A request that is being answered.
struct Busy(Arc<Connection>);

impl Drop for Busy {
    fn drop(&mut self) {
        let Self(connection) = self;
        connection
            .idle_at
            .store(connection.now(), Ordering::Relaxed);
        connection.head_at.store(0, Ordering::Relaxed);
        connection.busy.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The body of an answer: the request is under way until all of it is sent.
struct Answer {
    body: Body,
    _busy: Busy,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Answers what comes on one connection, until it ends or is overdue.
pub async fn serve_one<S, A>(
    stream: S,
    peer: SocketAddr,
    app: A,
    connection: Arc<Connection>,
    limits: Limits,
    stop: CancellationToken,
) where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    A: Answers,
{
    let answering = Arc::clone(&connection);
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let busy = answering.begin();
        let mut request = request.map(|body| {
            if body.is_end_stream() {
                return Body::empty();
            }
            Body::new(Steady::new(body, limits))
        });
        request.extensions_mut().insert(ConnectInfo(peer));
        let app = app.clone();
        async move {
            let response = app.answer(request).await;
            Ok::<Response<Answer>, Infallible>(response.map(|body| Answer { body, _busy: busy }))
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    // Heads are timed here: from their first byte, and not from the end of the request before.
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(None);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(HEAD)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    let io = TokioIo::new(Watched::new(stream, Arc::clone(&connection)));
    let mut serving = pin!(builder.serve_connection(io, service));
    let mut looks = interval(LOOK.min(limits.head / 2));
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut stopping = false;
    loop {
        tokio::select! {
            // An end that the client caused is no news.
            _ = serving.as_mut() => return,
            () = connection.closed() => return,
            () = stop.cancelled(), if !stopping => {
                stopping = true;
                serving.as_mut().graceful_shutdown();
            }
            _ = looks.tick() => {
                if let Some(why) = connection.overdue(&limits) {
                    tracing::debug!(why, "a connection is closed");
                    return;
                }
            }
        }
    }
}
