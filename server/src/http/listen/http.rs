//! HTTP on one connection, from its first byte to its end.

use super::body::DeadlineBody;
use super::connection::Connection;
use super::exchange::{Answer, Incoming, Moves};
use super::linger::{self, Shared};
use super::watched::Watched;
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
const LOOK: Duration = Duration::from_secs(4);
/// Interval and timeout of HTTP/2 pings: a client that vanished is noticed within twice this time
/// (F7).
const PING: Duration = Duration::from_secs(20);
/// Concurrent requests on one connection of HTTP/2 (B7).
const STREAMS: u32 = 100;
/// Bytes of a head in HTTP/2 (B7).
const HEAD: u32 = 16 * 1024;
/// Time that a client which connected just before a shutdown has for its first request (F8).
///
/// Closing its connection unread would lose that request.
pub const FIRST_REQUEST: Duration = Duration::from_secs(1);

tokio::task_local! {
    /// The exchange of an HTTP/2 stream, in the task that answers it.
    static STREAM: OnceCell<Arc<Moves>>;
}

/// Executor that answers each HTTP/2 stream in a task of its own.
///
/// It ends the task if the client stops taking the response. This resets the one stream, while the
/// others of the connection, which may belong to other people behind a proxy, go on (F1).
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
        let is_stalled = move |moves: &Arc<Moves>| moves.is_stalled(limit);
        tokio::spawn(STREAM.scope(OnceCell::new(), async move {
            let mut stream = pin!(stream);
            loop {
                tokio::select! {
                    () = stream.as_mut() => return,
                    () = connection.stalled() => {}
                }
                if STREAM.with(|stream| stream.get().is_some_and(is_stalled)) {
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
    // Everything that a request needs of its connection, so that one count is changed for each
    // request and not one for each part.
    let of_connection = Arc::new((app, Arc::clone(&connection), stop.clone()));
    let service = hyper::service::service_fn(move |request: Request<Received>| {
        let of_connection = Arc::clone(&of_connection);
        let (app, connection, _) = &*of_connection;
        // The version of the request itself decides, since any bytes can look like the preface of
        // HTTP/2.
        let http2 = request.version() == Version::HTTP_2;
        let exchange = connection.begin(http2);
        let mut rest = None;
        let bad = head::check(&request);
        let mut request = if request.body().is_end_stream() {
            request.map(|_| Body::empty())
        } else {
            // The time of the body runs from here, even if the handler reads it later (B4).
            let whole = if app.takes_feed(&request) {
                limits.feed
            } else {
                limits.body
            };
            let expects = request.headers().contains_key(EXPECT);
            request.map(|body| {
                let body = Shared::new(DeadlineBody::new(body, limits.body_pause, whole));
                rest = Some((body.clone(), expects));
                Body::new(Incoming {
                    body,
                    moves: Arc::clone(&exchange.moves),
                })
            })
        };
        // The application writes the refusal, in the form of its other responses (F4).
        if let Err(bad) = bad {
            request.extensions_mut().insert(bad);
        }
        async move {
            let (app, connection, stop) = &*of_connection;
            // In HTTP/1 there is no task for a stream.
            let _ = STREAM.try_with(|stream| stream.set(Arc::clone(&exchange.moves)));
            let response = app.answer(peer, request).await;
            // The exchange of the discarded body begins before that of the response ends, so that
            // the connection never counts as idle in between (F6).
            if let Some((rest, expects)) = rest {
                linger::discard_rest(rest, expects, http2, connection, &limits, stop);
            }
            let response = response.map(|body| Answer::new(body, exchange, http2));
            Ok::<Response<Answer>, Infallible>(response)
        }
    });
    let mut builder = Builder::new(Streams {
        connection: Arc::clone(&connection),
        limit: limits.write_pause,
    });
    // `overdue` times the heads: from their first byte, and not from the end of the request before
    // (B2).
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
    let mut last_request = pin!(last_request(&stop, &connection));
    let mut stopping = false;
    loop {
        tokio::select! {
            // An end that the client caused is not worth logging.
            _ = serving.as_mut() => return,
            () = connection.closed() => return,
            () = last_request.as_mut(), if !stopping => {
                stopping = true;
                serving.as_mut().graceful_shutdown();
            }
            _ = looks.tick() => {
                if let Some(why) = connection.overdue(&limits) {
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
    if let Some(until) = connection.first_request_until(FIRST_REQUEST) {
        sleep_until(until).await;
    }
}
