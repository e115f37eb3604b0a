//! Our own accept loop. The one that axum brings has no timer: a client that sends its head a byte at a time, or
//! nothing at all, would be waited for without an end.
//!
//! At most [`Limits::connections`] are open. When there are so many, the next one takes the place of a connection whose
//! client keeps the server waiting; a request that the server works on is never cut off for it.

mod body;
mod connection;
mod delay;
mod exchange;
mod head;
mod http;
mod limits;
mod linger;
mod registry;
#[cfg(test)]
mod tests;
mod tls;
mod watched;

pub use body::TooSlow;
pub use head::BadHead;
pub use limits::{Limits, raise_open_files};
pub use tls::Tls;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use http::{FIRST_REQUEST, serve_one};
use registry::Registry;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

/// What answers requests.
pub trait Answers: Clone + Send + Sync + 'static {
    /// Whether the body of this request may be a feed, which may take longer than other bodies.
    fn takes_feed<B>(&self, request: &axum::http::Request<B>) -> bool;

    fn answer(self, request: Request) -> impl Future<Output = Response> + Send;
}

impl Answers for Router {
    fn takes_feed<B>(&self, _: &axum::http::Request<B>) -> bool {
        false
    }

    async fn answer(self, request: Request) -> Response {
        self.oneshot(request)
            .await
            .unwrap_or_else(|never| match never {})
    }
}

/// Serves until `stop` is cancelled, and then until what was under way is answered. Each connection is one of the `tasks`.
pub async fn answer_all<A: Answers>(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    app: A,
    limits: Limits,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    let registry = Arc::new(Registry::new(&limits));
    let serve = |stream: TcpStream, peer: SocketAddr| {
        // Answers are written whole: waiting for more to send would only delay them.
        let _ = stream.set_nodelay(true);
        let registered = registry.add(peer.ip());
        // A token of its own: each is looked at whenever bytes come, and one for all would be a lock for all.
        let (app, stop, tls) = (app.clone(), stop.child_token(), tls.clone());
        tasks.spawn(async move {
            let connection = registered.connection();
            let Some(tls) = tls else {
                return serve_one(stream, peer, app, connection, limits, stop).await;
            };
            let shaken = tokio::select! {
                () = stop_of_a_handshake(&stop) => return,
                () = connection.closed() => return,
                shaken = timeout(limits.head, tls.accept(stream)) => shaken,
            };
            // A client that cannot agree with us on a secret learns that by the protocol, and nothing is served.
            if let Ok(Ok(stream)) = shaken {
                serve_one(stream, peer, app, connection, limits, stop).await;
            }
        });
    };
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener, &registry) => accepted,
        };
        let Some((stream, peer)) = accepted else {
            continue;
        };
        tokio::select! {
            () = stop.cancelled() => break,
            () = registry.make_room() => {}
        }
        serve(stream, peer);
    }
    for (stream, peer) in backlog(listener) {
        if !registry.has_room() {
            break;
        }
        serve(stream, peer);
    }
    tasks.close();
    tasks.wait().await;
}

async fn stop_of_a_handshake(stop: &CancellationToken) {
    stop.cancelled().await;
    sleep(FIRST_REQUEST).await;
}

/// `None` if the client is gone already, or this process may open no more files for now.
async fn accept(listener: &TcpListener, registry: &Registry) -> Option<(TcpStream, SocketAddr)> {
    let error = match listener.accept().await {
        Ok(accepted) => return Some(accepted),
        Err(error) => error,
    };
    let gone = [
        ErrorKind::ConnectionAborted,
        ErrorKind::ConnectionRefused,
        ErrorKind::ConnectionReset,
    ];
    if !gone.contains(&error.kind()) {
        tracing::warn!(%error, "no connection can be accepted for now");
        registry.free_a_file().await;
    }
    None
}

/// Takes over the clients that have connected and were not accepted yet, and closes the listener, which would reset them.
fn backlog(listener: TcpListener) -> impl Iterator<Item = (TcpStream, SocketAddr)> {
    // The runtime may not have learned of them yet; the system has.
    let listener = listener.into_std().ok();
    std::iter::from_fn(move || {
        let (stream, peer) = listener.as_ref()?.accept().ok()?;
        stream.set_nonblocking(true).ok()?;
        Some((TcpStream::from_std(stream).ok()?, peer))
    })
}
