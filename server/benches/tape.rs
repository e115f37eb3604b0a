//! A connection in memory, for exact counts.
//!
//! Its client sends the same request again and again on one connection, and takes each response at
//! once. No socket, timer or other thread takes part, so that two runs allocate equally often and
//! execute nearly the same instructions. The tests of allocations include this file as well.

use axum::Router;
use axum::serve::Listener;
use std::io::{IoSlice, Result};
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::oneshot;

/// Address of the client.
pub const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 40_000);

/// Returns the bytes of a request for the description of a key.
pub fn request(key: &str) -> Vec<u8> {
    format!(
        "GET /api/key HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nUser-Agent: curl/8.5.0\r\n\
         Accept: */*\r\nX-API-Key: {key}\r\n\r\n"
    )
    .into_bytes()
}

/// Server's end of a connection whose client sends a request repeatedly, and then closes it.
pub struct Tape {
    request: Vec<u8>,
    /// Number of requests that have not been sent completely yet.
    remaining: u32,
    /// Bytes of the current request that have been sent.
    sent: usize,
    /// Whether the client waits for a response.
    is_waiting: bool,
    /// Bytes of the current response.
    response: Vec<u8>,
    reader: Option<Waker>,
    /// Dropped with the connection.
    _end: oneshot::Sender<()>,
}

impl Tape {
    /// Returns the connection, and what resolves when the server has dropped it.
    pub fn new(request: &[u8], times: u32) -> (Self, oneshot::Receiver<()>) {
        let (sender, end) = oneshot::channel();
        let tape = Self {
            request: request.to_vec(),
            remaining: times,
            sent: 0,
            is_waiting: false,
            response: Vec::with_capacity(4_096),
            reader: None,
            _end: sender,
        };
        (tape, end)
    }
}

impl AsyncRead for Tape {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        if self.is_waiting {
            self.reader = Some(context.waker().clone());
            return Poll::Pending;
        }
        if self.remaining > 0 {
            // The first read of a connection is too short for a request.
            let unread = &self.request[self.sent..];
            let length = unread.len().min(buffer.remaining());
            buffer.put_slice(&unread[..length]);
            self.sent += length;
            if self.sent == self.request.len() {
                self.sent = 0;
                self.remaining -= 1;
                self.is_waiting = true;
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Tape {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<Result<usize>> {
        self.response.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let before = self.response.len();
        for bytes in bytes {
            self.response.extend_from_slice(bytes);
        }
        Poll::Ready(Ok(self.response.len() - before))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        if !self.response.is_empty() {
            assert!(
                self.response.starts_with(b"HTTP/1.1 200 OK\r\n") && self.response.ends_with(b"}"),
                "{}",
                String::from_utf8_lossy(&self.response)
            );
            self.response.clear();
            self.is_waiting = false;
            if let Some(reader) = self.reader.take() {
                reader.wake();
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Listener with one client.
struct OneClient(Option<Tape>);

impl Listener for OneClient {
    type Io = Tape;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Tape, SocketAddr) {
        match self.0.take() {
            Some(tape) => (tape, PEER),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> Result<SocketAddr> {
        Ok(PEER)
    }
}

/// Answers a request `times` times with `axum::serve`.
pub async fn serve_bare(routes: Router, request: &[u8], times: u32) {
    let (tape, end) = Tape::new(request, times);
    tokio::select! {
        _ = async { axum::serve(OneClient(Some(tape)), routes).await } => {}
        _ = end => {}
    }
}
