//! Our own accept loop. The one that axum brings has no timer: a client that sends its head a byte at a time, or
//! nothing at all, would be waited for without an end.

mod body;
mod connection;
mod limits;
#[cfg(test)]
mod tests;
mod tls;
mod watched;

pub use body::TooSlow;
pub use limits::{Limits, raise_open_files};
pub use tls::Tls;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use connection::{Connection, serve_one};
use std::io::ErrorKind;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

/// How long nothing is accepted where there is no room for more.
const PAUSE: Duration = Duration::from_millis(50);

/// What answers requests.
pub trait Answers: Clone + Send + Sync + 'static {
    fn answer(self, request: Request) -> impl Future<Output = Response> + Send;
}

impl Answers for Router {
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
    let open = Open::default();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener) => accepted,
        };
        let Some(stream) = accepted else { continue };
        tokio::select! {
            () = stop.cancelled() => break,
            () = open.make_room(limits.connections) => {}
        }
        let Ok(peer) = stream.peer_addr() else {
            continue;
        };
        let connection = open.add();
        // A token of its own: each is looked at whenever bytes come, and one for all would be a lock for all.
        let (app, stop, tls) = (app.clone(), stop.child_token(), tls.clone());
        tasks.spawn(async move {
            let Some(tls) = tls else {
                return serve_one(stream, peer, app, connection, limits, stop).await;
            };
            let shaken = tokio::select! {
                () = stop.cancelled() => return,
                () = connection.closed() => return,
                shaken = timeout(limits.head, tls.accept(stream)) => shaken,
            };
            // Who cannot agree with us on a secret is told so by the protocol, and nothing is served.
            if let Ok(Ok(stream)) = shaken {
                serve_one(stream, peer, app, connection, limits, stop).await;
            }
        });
    }
    drop(listener);
    tasks.close();
    tasks.wait().await;
}

/// `None` where the client is gone already, or this process may open no more files for now.
async fn accept(listener: &TcpListener) -> Option<TcpStream> {
    match listener.accept().await {
        Ok((stream, _)) => {
            // Answers are written whole: waiting for more to send would only delay them.
            let _ = stream.set_nodelay(true);
            Some(stream)
        }
        Err(error) => {
            let gone = [
                ErrorKind::ConnectionAborted,
                ErrorKind::ConnectionRefused,
                ErrorKind::ConnectionReset,
            ];
            if !gone.contains(&error.kind()) {
                tracing::warn!(%error, "no connection can be accepted for now");
                sleep(PAUSE).await;
            }
            None
        }
    }
}

/// The connections there are.
#[derive(Default)]
struct Open(Mutex<Vec<Weak<Connection>>>);

impl Open {
    fn add(&self) -> Arc<Connection> {
        let connection = Arc::new(Connection::new());
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.push(Arc::downgrade(&connection));
        connection
    }

    /// Waits until there are fewer than `most`. Of the idle ones the one that is idle for the longest is closed: its
    /// client can open another at no cost, while the one that waits has something to ask. Those that are being
    /// answered are left alone; where there are no others, nobody else is accepted until one is through.
    async fn make_room(&self, most: usize) {
        while !self.has_room(most) {
            sleep(PAUSE / 10).await;
        }
    }

    fn has_room(&self, most: usize) -> bool {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() < most {
            return true;
        }
        open.retain(|connection| connection.strong_count() > 0);
        if open.len() < most {
            return true;
        }
        let alive = open.iter().filter_map(Weak::upgrade);
        let longest = alive
            .filter_map(|one| Some((one.idle_since()?, one)))
            .min_by_key(|(since, _)| *since);
        if let Some((_, connection)) = longest {
            connection.close();
        }
        false
    }
}
