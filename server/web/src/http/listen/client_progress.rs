//! Record of whose move an exchange is. The header of `exchange.rs` lists the moves.

use super::delay::Delay;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Whose move it is, and for how long it has been the client's.
pub struct ClientProgress {
    started_at: Instant,
    delay: Delay,
    /// Time of the client's last move, in milliseconds since the beginning of the exchange.
    waiting_since: AtomicU64,
    /// Whether the response has begun.
    is_responding: AtomicBool,
}

impl ClientProgress {
    pub fn new() -> Self {
        Self {
            started_at: Instant::now(),
            delay: Delay::default(),
            waiting_since: AtomicU64::new(0),
            is_responding: AtomicBool::new(false),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started_at.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Returns when the client's delay began, or `None` while it is the server's move.
    pub fn delayed_since(&self) -> Option<Instant> {
        // A debt from earlier waits never reaches back before the beginning of the exchange.
        let since = self.delay.since()?;
        Some(self.started_at + Duration::from_millis(since))
    }

    /// Returns whether the client has taken nothing of the response for longer than the limit.
    pub fn is_stalled(&self, limit: Duration) -> bool {
        let waiting_since =
            self.started_at + Duration::from_millis(self.waiting_since.load(Ordering::Relaxed));
        self.is_responding.load(Ordering::Relaxed)
            && self.delay.since().is_some()
            && waiting_since.elapsed() > limit
    }

    /// Records that the response has begun.
    pub fn note_response(&self) {
        self.is_responding.store(true, Ordering::Relaxed);
    }

    /// Records that it is the client's move.
    pub fn wait_for_client(&self) {
        if self.delay.since().is_none() {
            let now = self.now();
            self.waiting_since.store(now, Ordering::Relaxed);
            self.delay.begin(now);
        }
    }

    /// Records that the client has moved this number of bytes, and that it is the server's move.
    pub fn note_client_progress(&self, bytes: usize) {
        if self.delay.since().is_some() {
            self.delay.end(self.now(), bytes);
        }
    }
}
