//! Measure of how long a client keeps the server waiting.

use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes per second that a client must move in order not to count as slow.
const PACE: u64 = 16 * 1024;

/// Time for which a client has kept the server waiting, in milliseconds.
///
/// Bytes that the client moves pay the time back at [`PACE`], so that a single byte now and then
/// does not make a slow client look like a new one.
#[derive(Debug, Default)]
pub struct Delay {
    /// Beginning of the current wait, moved back by `owed`; 0 while the server does not wait.
    since: AtomicU64,
    /// Delay from earlier waits that has not been paid back.
    owed: AtomicU64,
}

impl Delay {
    /// Begins a wait, unless the server is already waiting.
    pub fn begin(&self, now: u64) {
        if self.since().is_none() {
            let since = now.saturating_sub(self.owed.load(Ordering::Relaxed)).max(1);
            self.since.store(since, Ordering::Relaxed);
        }
    }

    /// Ends the wait, since the client has moved this number of bytes.
    pub fn end(&self, now: u64, bytes: usize) {
        if let Some(since) = self.since() {
            let paid = bytes as u64 * 1_000 / PACE;
            let owed = now.saturating_sub(since).saturating_sub(paid);
            self.owed.store(owed, Ordering::Relaxed);
            self.since.store(0, Ordering::Relaxed);
        }
    }

    pub fn since(&self) -> Option<u64> {
        Some(self.since.load(Ordering::Relaxed)).filter(|since| *since > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn occasional_single_bytes_do_not_end_a_delay() {
        let delay = Delay::default();
        for second in 1..=10 {
            delay.begin(second * 1_000);
            delay.end(second * 1_000 + 900, 1);
        }
        delay.begin(11_000);
        assert_eq!(delay.since(), Some(11_000 - 9_000));
    }

    #[test]
    fn steady_client_accumulates_no_delay() {
        let delay = Delay::default();
        for second in 1..=10 {
            delay.begin(second * 1_000);
            delay.end(second * 1_000 + 900, 16 * 1024);
        }
        delay.begin(11_000);
        assert_eq!(delay.since(), Some(11_000));
        delay.begin(12_000);
        assert_eq!(delay.since(), Some(11_000), "it still waits");
    }
}
