//! HTTP on one connection, from its first byte to its end.

use super::body::DeadlineBody;
use super::client_progress::ClientProgress;
use super::connection::Connection;
use super::exchange::{Exchange, RequestBody, ResponseBody};
use super::limits::FIRST_REQUEST_TIMEOUT;
use super::linger::{self, SharedBody};
use super::monitored_stream::MonitoredStream;
use super::{App, Limits, head};
use axum::body::{Body, HttpBody as _};
use axum::http::header::EXPECT;
use axum::http::{Request, Response, Version};
use hyper::body::Incoming as Received;
use hyper::rt::Executor;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use std::cell::OnceCell;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;

/// How often the bounds of a connection are checked.
const CHECK_INTERVAL: Duration = Duration::from_secs(4);
/// Interval and timeout of HTTP/2 pings: a client that vanished is noticed within twice this time
/// (F7).
const PING_INTERVAL: Duration = Duration::from_secs(20);
/// Concurrent requests on one connection of HTTP/2 (B7).
const MAX_STREAMS: u32 = 100;
/// Bytes of a head in HTTP/2 (B7).
const MAX_HEADER_BYTES: u32 = 16 * 1024;

tokio::task_local! {
    /// The exchange of an HTTP/2 stream, in the task that answers it.
    static STREAM_PROGRESS: OnceCell<Arc<ClientProgress>>;
}

/// Executor that answers each HTTP/2 stream in a separate task.
///
/// It ends the task if the client stops taking the response. This resets the one stream, while the
/// others of the connection, which may belong to other people behind a proxy, continue (F1).
#[derive(Clone)]
struct Streams {
    connection: Arc<Connection>,
    limit: Duration,
}

impl<F> Executor<F> for Streams
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        let Self { connection, limit } = self.clone();
        let is_stalled = move |progress: &Arc<ClientProgress>| progress.is_stalled(limit);
        tokio::spawn(STREAM_PROGRESS.scope(OnceCell::new(), async move {
            let mut stream = pin!(stream);
            loop {
                tokio::select! {
                    () = stream.as_mut() => return,
                    () = connection.stalled() => {}
                }
                if STREAM_PROGRESS.with(|stream| stream.get().is_some_and(is_stalled)) {
                    tracing::debug!("a stream was reset: the client did not read the response");
                    return;
                }
            }
        }));
    }
}

/// Answers the requests of one connection until it ends or exceeds a bound.
pub async fn serve_one<S, A>(
    stream: S,
    peer: SocketAddr,
    app: A,
    connection: Arc<Connection>,
    limits: Limits,
    stop: CancellationToken,
) where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    A: App,
{
    // One reference to everything that a request needs of its connection, so that a request changes
    // one reference count and not one for each part.
    let shared = Arc::new((app, Arc::clone(&connection), stop.clone()));
    let service = hyper::service::service_fn(move |request: Request<Received>| {
        let shared = Arc::clone(&shared);
        let (app, connection, _) = &*shared;
        // The version of the request itself decides, since any bytes can look like the preface of
        // HTTP/2.
        let http2 = request.version() == Version::HTTP_2;
        let exchange = Exchange::begin(connection, http2);
        let mut rest = None;
        let bad = head::check(&request);
        let mut request = if request.body().is_end_stream() {
            request.map(|_| Body::empty())
        } else {
            // The time of the body runs from here, even if the handler reads it later (B4).
            let total = if app.takes_feed(&request) {
                limits.feed
            } else {
                limits.body
            };
            let expects = request.headers().contains_key(EXPECT);
            request.map(|body| {
                let body = SharedBody::new(DeadlineBody::new(body, limits.body_pause, total));
                rest = Some((body.clone(), expects));
                Body::new(RequestBody {
                    body,
                    progress: Arc::clone(&exchange.progress),
                })
            })
        };
        // The application writes the refusal, in the form of its other responses (F4).
        if let Err(bad) = bad {
            request.extensions_mut().insert(bad);
        }
        async move {
            let (app, connection, stop) = &*shared;
            // In HTTP/1 there is no task for a stream.
            let _ = STREAM_PROGRESS.try_with(|stream| stream.set(Arc::clone(&exchange.progress)));
            let response = app.answer(peer, request).await;
            // The exchange of the discarded body begins before that of the response ends, so that
            // the connection never counts as idle in between (F6).
            if let Some((rest, expects)) = rest {
                linger::discard_rest(rest, expects, http2, connection, &limits, stop);
            }
            let response = response.map(|body| ResponseBody::new(body, exchange, http2));
            Ok::<Response<ResponseBody>, Infallible>(response)
        }
    });
    let mut builder = Builder::new(Streams {
        connection: Arc::clone(&connection),
        limit: limits.write_pause,
    });
    // `overdue_reason` times the heads: from their first byte, and not from the end of the request
    // before (B2).
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(None);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_HEADER_BYTES)
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_INTERVAL);
    let io = TokioIo::new(MonitoredStream::new(stream, Arc::clone(&connection)));
    let mut serving = pin!(builder.serve_connection(io, service));
    let mut checks = interval(CHECK_INTERVAL.min(limits.head / 2));
    checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last_request = pin!(last_request(&stop, &connection));
    let mut is_stopping = false;
    loop {
        tokio::select! {
            // An end that the client caused is not worth logging.
            _ = serving.as_mut() => return,
            () = connection.closed() => return,
            () = last_request.as_mut(), if !is_stopping => {
                is_stopping = true;
                serving.as_mut().graceful_shutdown();
            }
            _ = checks.tick() => {
                if let Some(why) = connection.overdue_reason(&limits) {
                    tracing::debug!(why, "a connection was closed");
                    return;
                }
                connection.wake_stalled_streams(limits.write_pause);
            }
        }
    }
}

/// Waits until the server stops and this connection may take no further request (F8).
///
/// An exchange that is under way then is the last one.
async fn last_request(stop: &CancellationToken, connection: &Connection) {
    stop.cancelled().await;
    if let Some(deadline) = connection.first_request_deadline(FIRST_REQUEST_TIMEOUT) {
        sleep_until(deadline).await;
    }
}
