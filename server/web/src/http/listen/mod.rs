//! Accept loop with bounds on time, size and number of connections.
//!
//! The accept loop of axum has no timers: it would wait without end for a client that sends its
//! head a byte at a time, or nothing at all. This module replaces it. The times below are those of
//! [`Limits::new`]. A task checks its own connection every 4 s, so B2, B3 and B5 may be exceeded by
//! that much.
//!
//! # Definitions
//! - *Exchange*: one request and its response. It begins with a complete head and ends when hyper
//!   drops the body of the response (`exchange.rs`).
//! - *Move*: an exchange always waits for one side. It is the client's move while a handler waits
//!   for the request body or the client has a piece of the response to take.
//! - *Delay*: how long the client has kept an exchange waiting. Bytes that it moves reduce the
//!   delay at 16 KiB/s, so that a trickle does not reset it (`delay.rs`).
//!
//! # Bounds
//! - B1. At most [`Limits::connections`] connections are registered, all by the acceptor.
//! - B2. A head has 10 s, from its first byte to its end. The first head of a connection has 10 s
//!   from the accept, including the TLS handshake. Between requests of HTTP/2 there is none.
//! - B3. A connection without an exchange is closed after 75 s.
//! - B4. A request body may pause for 15 s and take 60 s in total, or 5 min for a feed.
//! - B5. A client may take nothing of a response for 30 s.
//! - B6. After a response, the rest of the request body is discarded for 30 s and up to 256 MiB, on
//!   at most an eighth of the connections (`linger.rs`).
//! - B7. A head has at most 100 fields and 408 KiB in HTTP/1 (hyper's defaults), and 16 KiB in
//!   HTTP/2, where a connection has at most 100 concurrent streams.
//!
//! # Invariants
//! - I1. A connection is closed for a newer one only while its client keeps the server waiting: it
//!   has no exchange, it is the client's move in all of them, or the client takes no bytes.
//! - I2. Each wait for a client has a bound (B2 to B6). The server's own work has none here.
//!
//! # Life of a connection
//! 1. The acceptor takes a connection from the listener, makes room for it (B1) and registers it.
//! 2. The client completes the TLS handshake, if TLS is on, and sends a head (B2, B7). An exchange
//!    begins.
//! 3. A handler reads the body (B4) and returns a response, which is sent (B5).
//! 4. What the client still sends of the body is discarded (B6). The exchange ends.
//! 5. The connection waits for the next head (B3), or closes.
//!
//! # Failures
//! - F1. *Slow client*: if B2 or B3 is exceeded, the connection is closed without a response.
//!   Beyond B4 the body fails with [`TooSlow`], and the handler answers 408. Beyond B5 the
//!   connection is closed, or the one stream of HTTP/2 is reset while the others continue.
//! - F2. *Too many connections*: the acceptor closes the excess connections and 1 % more, by I1:
//!   idle ones immediately, new ones after 250 ms, and those in an exchange after a delay of 1 s.
//!   The network (an IPv4 address or an IPv6 /64) with the most connections loses first. If none
//!   may be closed, the new client waits.
//! - F3. *No file descriptor left*: one connection is closed as in F2, if any may be, and the
//!   accept is retried when a connection ends, or after 50 ms.
//! - F4. *Oversized or ambiguous head*: hyper answers 431 or 414 beyond B7. A head that a proxy
//!   could read as another request is answered with 400 (`head.rs`), and the connection ends.
//! - F5. *Oversized body*: the handler refuses it with 413, since it knows its limit; F6 follows.
//! - F6. *Refusal while the client still sends*: the response is sent immediately, and step 4 keeps
//!   the connection from being reset before the client has read it. Beyond B6 it is closed.
//! - F7. *Client gone*: reading or writing fails, which ends the connection. HTTP/2 notices a
//!   silent loss within 40 s by pings, HTTP/1 by B2 to B5.
//! - F8. *Shutdown*: clients in the listener's backlog are accepted while there is room, and the
//!   listener is closed. Each connection finishes its exchanges and closes. A client without a head
//!   has 1 s from the accept, and a handshake or a discarded body 1 s from the stop.

mod body;
mod capacity;
mod client_progress;
mod connection;
mod delay;
mod exchange;
mod head;
mod http;
mod limits;
mod linger;
mod monitored_stream;
mod registry;
#[cfg(test)]
mod tests;
mod tls;

pub use body::TooSlow;
pub use head::BadHead;
pub use limits::{Limits, raise_open_files};
pub use tls::Tls;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use http::serve_one;
use limits::FIRST_REQUEST_TIMEOUT;
use registry::Registry;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

/// Application that answers the requests of all connections.
pub trait App: Clone + Send + Sync + 'static {
    /// Returns whether the body of this request may be a feed, which has more time than other
    /// bodies (B4).
    fn takes_feed<B>(&self, request: &axum::http::Request<B>) -> bool;

    /// Answers a request of the client at the address `peer`.
    fn answer(&self, peer: SocketAddr, request: Request) -> impl Future<Output = Response> + Send;
}

impl App for Router {
    fn takes_feed<B>(&self, _: &axum::http::Request<B>) -> bool {
        false
    }

    async fn answer(&self, _: SocketAddr, request: Request) -> Response {
        self.clone()
            .oneshot(request)
            .await
            .unwrap_or_else(|never| match never {})
    }
}

/// Serves until `stop` is cancelled, and then until all exchanges under way have ended.
///
/// Each connection is one of the `tasks`.
pub async fn serve_listener<A: App>(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    app: A,
    limits: Limits,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    let registry = Arc::new(Registry::new(&limits));
    let serve = |stream: TcpStream, peer: SocketAddr| {
        // Responses are written whole, so waiting for more data to send would only delay them.
        let _ = stream.set_nodelay(true);
        let registration = registry.add(peer.ip());
        // A child token for each connection: the token is polled whenever bytes arrive, and a
        // single token would be a lock that all connections share.
        let (app, stop, tls) = (app.clone(), stop.child_token(), tls.clone());
        tasks.spawn(async move {
            let connection = registration.connection();
            let Some(tls) = tls else {
                return serve_one(stream, peer, app, connection, limits, stop).await;
            };
            // B2
            let handshake = tokio::select! {
                () = handshake_stop(&stop) => return,
                () = connection.closed() => return,
                handshake = timeout(limits.head, tls.accept(stream)) => handshake,
            };
            // A client with which no handshake is possible gets an alert of TLS.
            if let Ok(Ok(stream)) = handshake {
                serve_one(stream, peer, app, connection, limits, stop).await;
            }
        });
    };
    loop {
        // Step 1
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener, &registry) => accepted,
        };
        let Some((stream, peer)) = accepted else {
            continue;
        };
        // A client that has been accepted is served even if the stop comes at the same moment: only
        // a full server refuses it (F8).
        tokio::select! {
            biased;
            () = registry.make_room() => {}
            () = stop.cancelled() => break,
        }
        serve(stream, peer);
    }
    // F8
    for (stream, peer) in backlog(listener) {
        if !registry.has_room() {
            break;
        }
        serve(stream, peer);
    }
    tasks.close();
    tasks.wait().await;
}

/// Serves one connection that was accepted elsewhere, such as one in memory, until it ends.
pub async fn serve_stream<S, A>(stream: S, peer: SocketAddr, app: A, limits: Limits)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    A: App,
{
    let registry = Arc::new(Registry::new(&limits));
    let connection = registry.add(peer.ip()).connection();
    serve_one(
        stream,
        peer,
        app,
        connection,
        limits,
        CancellationToken::new(),
    )
    .await;
}

async fn handshake_stop(stop: &CancellationToken) {
    stop.cancelled().await;
    sleep(FIRST_REQUEST_TIMEOUT).await;
}

/// Accepts the next connection (F3).
///
/// Returns `None` if the client has already gone, or if this process cannot open more files at the
/// moment.
async fn accept(listener: &TcpListener, registry: &Registry) -> Option<(TcpStream, SocketAddr)> {
    let error = match listener.accept().await {
        Ok(accepted) => return Some(accepted),
        Err(error) => error,
    };
    if !is_of_one_client(&error) {
        tracing::warn!(%error, "a connection could not be accepted");
        registry.free_file_descriptor().await;
    }
    None
}

/// Returns whether an accept failed only because its client has already gone.
fn is_of_one_client(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
    )
}

/// Returns the connections of the listener's backlog, and then closes the listener (F8).
///
/// Closing it resets the connections that have not been accepted.
fn backlog(listener: TcpListener) -> impl Iterator<Item = (TcpStream, SocketAddr)> {
    // The runtime may not have noticed them yet, so the operating system is asked directly.
    let listener = listener.into_std().ok();
    std::iter::from_fn(move || {
        loop {
            match listener.as_ref()?.accept() {
                Ok((stream, peer)) => {
                    stream.set_nonblocking(true).ok()?;
                    return Some((TcpStream::from_std(stream).ok()?, peer));
                }
                // The others still wait.
                Err(error) if is_of_one_client(&error) => {}
                Err(_) => return None,
            }
        }
    })
}
