//! State of one connection: the latest activity of its client, and the time that it has left.

use super::Limits;
use super::capacity::Capacity;
use super::client_progress::ClientProgress;
use super::delay::Delay;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// State of one connection. Times are milliseconds since its beginning.
pub struct Connection {
    pub network: IpAddr,
    started_at: Instant,
    capacity: Arc<Capacity>,
    exchanges: Mutex<Vec<Arc<ClientProgress>>>,
    /// Number of exchanges, kept apart so that each read can check it without the lock.
    open_exchanges: AtomicUsize,
    /// Whether the client has sent a complete head.
    has_request: AtomicBool,
    /// Since when there has been no exchange and nothing to send.
    idle_at: AtomicU64,
    /// When the first byte after `idle_at` arrived; 0 if none has.
    head_at: AtomicU64,
    /// Since when the client has taken none of the bytes that the server writes; 0 if it takes
    /// them.
    stuck_at: AtomicU64,
    /// Delay of the client in taking bytes.
    writing: Delay,
    /// Whether the client speaks HTTP/2, in which bytes also arrive between requests.
    http2: AtomicBool,
    stalled: Notify,
    closed: CancellationToken,
}

/// Client that keeps the server waiting, with the time since when.
pub enum Wait {
    /// No exchange is under way, and the client has not sent a request yet.
    New(Instant),
    /// No exchange is under way.
    Idle(Instant),
    /// An exchange is under way, and its body does not arrive or its response is not taken.
    Exchange(Instant),
}

impl Connection {
    pub fn new(network: IpAddr, capacity: Arc<Capacity>) -> Self {
        Self {
            network,
            started_at: Instant::now(),
            capacity,
            exchanges: Mutex::default(),
            open_exchanges: AtomicUsize::new(0),
            has_request: false.into(),
            idle_at: AtomicU64::new(0),
            // The time for the first head begins immediately (B2).
            head_at: AtomicU64::new(1),
            stuck_at: AtomicU64::new(0),
            writing: Delay::default(),
            http2: false.into(),
            stalled: Notify::new(),
            closed: CancellationToken::new(),
        }
    }

    /// Returns the current time in milliseconds, which is never 0.
    fn now(&self) -> u64 {
        u64::try_from(self.started_at.elapsed().as_millis())
            .unwrap_or(u64::MAX)
            .max(1)
    }

    fn at(&self, millis: u64) -> Instant {
        self.started_at + Duration::from_millis(millis)
    }

    fn exchanges(&self) -> MutexGuard<'_, Vec<Arc<ClientProgress>>> {
        self.exchanges
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns how the client keeps the server waiting, or `None` while it is the server's move
    /// (I1).
    pub fn wait(&self) -> Option<Wait> {
        // A client that takes no bytes holds up all streams of the connection.
        if let Some(since) = self.writing.since() {
            return Some(Wait::Exchange(self.at(since)));
        }
        let exchanges = self.exchanges();
        if exchanges.is_empty() {
            let since = self.at(self.idle_at.load(Ordering::Relaxed));
            return Some(if self.has_request.load(Ordering::Relaxed) {
                Wait::Idle(since)
            } else {
                Wait::New(since)
            });
        }
        // If it is the server's move in one exchange, the connection stays.
        let mut longest: Option<Instant> = None;
        for progress in exchanges.iter() {
            let since = progress.delayed_since()?;
            longest = Some(longest.map_or(since, |longest| longest.min(since)));
        }
        longest.map(Wait::Exchange)
    }

    pub fn close(&self) {
        self.closed.cancel();
    }

    pub fn is_closing(&self) -> bool {
        self.closed.is_cancelled()
    }

    /// Waits until the connection is to be closed.
    pub async fn closed(&self) {
        self.closed.cancelled().await;
    }

    /// Returns until when a client that has just connected may send its first request during a
    /// shutdown (F8).
    ///
    /// Returns `None` if the client has already sent a request.
    pub fn first_request_deadline(&self, patience: Duration) -> Option<Instant> {
        (!self.has_request.load(Ordering::Relaxed)).then(|| self.started_at + patience)
    }

    pub(super) fn note_read(&self, bytes: usize) {
        // During an exchange, bytes belong to its body or to a pipelined request. Otherwise the
        // first byte begins a head.
        if bytes > 0
            && self.open_exchanges.load(Ordering::Relaxed) == 0
            && self.head_at.load(Ordering::Relaxed) == 0
        {
            self.head_at.store(self.now(), Ordering::Relaxed);
        }
    }

    /// Records the number of bytes of a write, or `None` if the client takes nothing at the moment.
    pub(super) fn note_write(&self, bytes: Option<usize>) {
        let blocked_at = self.stuck_at.load(Ordering::Relaxed);
        match bytes {
            Some(bytes) if blocked_at > 0 => {
                let now = self.now();
                self.stuck_at.store(0, Ordering::Relaxed);
                self.writing.end(now, bytes);
                if self.open_exchanges.load(Ordering::Relaxed) == 0 {
                    self.idle_at.store(now, Ordering::Relaxed);
                }
            }
            None if blocked_at == 0 => {
                let now = self.now();
                self.stuck_at.store(now, Ordering::Relaxed);
                self.writing.begin(now);
            }
            _ => {}
        }
    }

    /// Adds an exchange, and returns its progress.
    pub(super) fn begin(&self, http2: bool) -> Arc<ClientProgress> {
        let progress = Arc::new(ClientProgress::new());
        self.exchanges().push(Arc::clone(&progress));
        self.open_exchanges.fetch_add(1, Ordering::AcqRel);
        self.has_request.store(true, Ordering::Relaxed);
        if http2 {
            self.http2.store(true, Ordering::Relaxed);
        }
        progress
    }

    /// Returns a permit to discard the rest of a body after the response (B6).
    ///
    /// Returns `None` if the maximum number of connections have one.
    pub fn linger_permit(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.capacity.lingering)
            .try_acquire_owned()
            .ok()
    }

    /// Removes an exchange.
    pub(super) fn end(&self, progress: &Arc<ClientProgress>) {
        self.idle_at.store(self.now(), Ordering::Relaxed);
        self.head_at.store(0, Ordering::Relaxed);
        self.exchanges()
            .retain(|exchange| !Arc::ptr_eq(exchange, progress));
        if self.open_exchanges.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.capacity.notify_if_wanted();
        }
    }

    /// Returns why the connection is to be closed, if one of B2, B3 and B5 is exceeded.
    pub fn overdue_reason(&self, limits: &Limits) -> Option<&'static str> {
        let now = self.now();
        // 0 means that the time does not run.
        let exceeds = |since: &AtomicU64, limit: Duration| {
            let since = since.load(Ordering::Relaxed);
            since > 0 && u128::from(now.saturating_sub(since)) > limit.as_millis()
        };
        if exceeds(&self.stuck_at, limits.write_pause) {
            return Some("the client does not take the answer");
        }
        // During an exchange, only its own bounds apply (B4, B6, and B5 for streams).
        if self.open_exchanges.load(Ordering::Acquire) > 0 {
            return None;
        }
        if !self.http2.load(Ordering::Relaxed) && exceeds(&self.head_at, limits.head) {
            return Some("the head of a request does not arrive");
        }
        let idle = now.saturating_sub(self.idle_at.load(Ordering::Relaxed));
        (u128::from(idle) > limits.idle.as_millis()).then_some("the client sends no request")
    }

    /// Wakes the tasks of this connection's streams if the client has stopped taking a response
    /// (B5).
    pub fn wake_stalled_streams(&self, limit: Duration) {
        // In HTTP/1 the only response is that of the whole connection, which `overdue_reason`
        // checks.
        if self.http2.load(Ordering::Relaxed)
            && self
                .exchanges()
                .iter()
                .any(|progress| progress.is_stalled(limit))
        {
            self.stalled.notify_waiters();
        }
    }

    /// Waits until a stream of this connection may be stalled.
    pub async fn stalled(&self) {
        self.stalled.notified().await;
    }
}
