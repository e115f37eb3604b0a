//! Room for further connections: the signal for which the acceptor waits, and the permits to
//! linger.

use super::Limits;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{Notify, Semaphore};

/// Wakes the acceptor when a connection ends or becomes idle, but only while it waits for this.
pub struct Capacity {
    is_wanted: AtomicBool,
    changed: Notify,
    /// Permits for connections whose clients still send after the response (B6).
    pub lingering: Arc<Semaphore>,
}

impl Capacity {
    pub fn new(limits: &Limits) -> Self {
        Self {
            is_wanted: AtomicBool::new(false),
            changed: Notify::new(),
            lingering: Arc::new(Semaphore::new(limits.lingering)),
        }
    }

    /// Sets whether the acceptor waits for room.
    pub fn set_wanted(&self, is_wanted: bool) {
        self.is_wanted.store(is_wanted, Ordering::SeqCst);
    }

    /// Waits until a connection has ended or become idle while room was wanted.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Reports that a connection has ended or become idle.
    pub fn notify_if_wanted(&self) {
        if self.is_wanted.load(Ordering::SeqCst) {
            self.changed.notify_one();
        }
    }
}
