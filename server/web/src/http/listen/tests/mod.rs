//! Tests with limits that are short enough to wait for.

mod full;
mod http2;
mod linger;

use super::{Limits, serve_listener};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::routing::{get, post};
use futures::StreamExt as _;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::time::{interval, sleep, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// Far longer than any of the limits.
const TIMEOUT: Duration = Duration::from_secs(20);
const MEBIBYTE: usize = 1024 * 1024;

const fn short() -> Limits {
    let short = Duration::from_millis(400);
    Limits {
        head: short,
        idle: short,
        write_pause: short,
        ..Limits::new(10)
    }
}

async fn serve(limits: Limits) -> (SocketAddr, TaskTracker, DropGuard) {
    let (address, connections, stop, _) = serve_and_hold(limits).await;
    (address, connections, stop.drop_guard())
}

/// Serves a router whose response at `/held` is held back until it is released.
async fn serve_and_hold(
    limits: Limits,
) -> (SocketAddr, TaskTracker, CancellationToken, Arc<Notify>) {
    let pieces = || async {
        // Takes several times as long as any limit.
        let ticks = interval(Duration::from_millis(100));
        let pieces = futures::stream::unfold(ticks, async |mut ticks| {
            ticks.tick().await;
            Some((Ok::<_, Infallible>("piece "), ticks))
        });
        Body::from_stream(pieces.take(20))
    };
    let release = Arc::new(Notify::new());
    let released = Arc::clone(&release);
    let held = || async move {
        released.notified().await;
        "held"
    };
    let router = Router::new()
        .route("/", get(async || "here"))
        .route(
            "/long",
            get(async || Bytes::from(vec![b'x'; 64 * MEBIBYTE])),
        )
        .route("/pieces", get(pieces))
        .route("/held", get(held))
        .route("/body", post(async |body: Bytes| body))
        // Answers without reading the body.
        .route(
            "/refused",
            post(async || (StatusCode::PAYLOAD_TOO_LARGE, "refused")),
        );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (connections, stop) = (TaskTracker::new(), CancellationToken::new());
    let tasks = connections.clone();
    tokio::spawn(serve_listener(
        listener,
        None,
        router,
        limits,
        tasks,
        stop.clone(),
    ));
    (address, connections, stop, release)
}

async fn ask(stream: &mut TcpStream, path: &str) {
    let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
}

/// Returns what arrives until the server closes the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = timeout(TIMEOUT, stream.read_to_end(&mut bytes)).await;
    read.expect("the connection is closed").unwrap();
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn idle_connection_is_closed() {
    assert_eq!(Limits::new(10).idle, Duration::from_secs(75));
    let (address, _, _stop) = serve(short()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    ask(&mut stream, "/").await;
    ask(&mut stream, "/").await;
    assert_eq!(rest(&mut stream).await.matches("here").count(), 2);
}

#[tokio::test]
async fn connection_is_closed_if_its_response_is_not_read() {
    assert_eq!(Limits::new(10).write_pause, Duration::from_secs(30));
    let (address, connections, _stop) = serve(short()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    ask(&mut stream, "/long").await;
    let closed = async {
        while !connections.is_empty() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    let opened = async {
        while connections.is_empty() {
            sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(TIMEOUT, opened).await.expect("it is answered");
    timeout(TIMEOUT, closed).await.expect("it is given up");
    let mut received = Vec::new();
    let _ = timeout(TIMEOUT, stream.read_to_end(&mut received)).await;
    assert!(received.len() < 64 * MEBIBYTE, "all of it was sent");
}

#[tokio::test]
async fn long_response_in_pieces_is_not_cut_off() {
    let (address, _, _stop) = serve(short()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    ask(&mut stream, "/pieces").await;
    assert_eq!(rest(&mut stream).await.matches("piece ").count(), 20);
}

#[tokio::test]
async fn bytes_that_look_like_http2_do_not_lift_the_time_limit_for_a_head() {
    let limits = Limits {
        idle: 3 * TIMEOUT,
        ..short()
    };
    let (address, _, _stop) = serve(limits).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    ask(&mut stream, "/").await;
    let mut answer = [0; 15];
    stream.read_exact(&mut answer).await.unwrap();
    stream.write_all(b"PRI * HTTP/2").await.unwrap();
    rest(&mut stream).await;

    // The same bytes as the body of a request, with the head of another request behind them.
    let mut stream = TcpStream::connect(address).await.unwrap();
    let post = b"POST /body HTTP/1.1\r\nhost: x\r\ncontent-length: 12\r\n\r\n";
    stream.write_all(post).await.unwrap();
    stream.write_all(b"PRI * HTTP/2").await.unwrap();
    stream.read_exact(&mut answer).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nx-").await.unwrap();
    rest(&mut stream).await;
}

#[tokio::test]
async fn client_that_has_just_connected_is_answered_during_shutdown() {
    let (address, _, stop, _) = serve_and_hold(Limits::new(10)).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let silent = TcpStream::connect(address).await.unwrap();
    stop.cancel();
    ask(&mut stream, "/").await;
    assert!(rest(&mut stream).await.contains("here"));
    let mut silent = silent;
    assert_eq!(rest(&mut silent).await, "");
    let refused = TcpStream::connect(address).await;
    assert!(refused.is_err(), "the listener is closed");
}

/// The test is repeated, since tokio chooses at random whether the acceptor sees the client or the
/// stop first.
#[tokio::test]
async fn client_that_connects_at_the_moment_of_the_shutdown_is_answered() {
    let mut streams = Vec::new();
    for _ in 0..40 {
        let (address, _, stop, _) = serve_and_hold(Limits::new(10)).await;
        // The acceptor waits for a client.
        sleep(Duration::from_millis(1)).await;
        let stream = std::net::TcpStream::connect(address).unwrap();
        // This task runs again after the operating system has been asked for new clients, and
        // before the acceptor.
        tokio::task::yield_now().await;
        stop.cancel();
        stream.set_nonblocking(true).unwrap();
        streams.push(TcpStream::from_std(stream).unwrap());
    }
    for stream in &mut streams {
        ask(stream, "/").await;
    }
    for stream in &mut streams {
        assert!(rest(stream).await.contains("here"));
    }
}

#[tokio::test]
async fn request_in_progress_is_answered_during_shutdown() {
    let (address, connections, stop, release) = serve_and_hold(Limits::new(10)).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    ask(&mut stream, "/held").await;
    while connections.is_empty() {
        sleep(Duration::from_millis(1)).await;
    }
    stop.cancel();
    timeout(TIMEOUT, async {
        while TcpStream::connect(address).await.is_ok() {
            sleep(Duration::from_millis(1)).await;
        }
    })
    .await
    .expect("the listener is closed");
    release.notify_one();
    assert!(rest(&mut stream).await.contains("held"));
    timeout(TIMEOUT, connections.wait()).await.expect("it ends");
}
