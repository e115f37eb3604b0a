//! How long a client keeps the server waiting.

use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes a second that a client has to move in order not to count as slow.
const PACE: u64 = 16 * 1024;

/// The time that a client has kept the server waiting, in milliseconds. Bytes that it moves pay the time back at [`PACE`],
/// so that a byte now and then does not make a slow client look like a new one.
#[derive(Debug, Default)]
pub struct Delay {
    /// The beginning of the present wait, brought forward by `owed`; 0 while the server does not wait.
    since: AtomicU64,
    /// What earlier waits left unpaid.
    owed: AtomicU64,
}

impl Delay {
    /// The server begins to wait, unless it does already.
    pub fn begin(&self, now: u64) {
        if self.since().is_none() {
            let since = now.saturating_sub(self.owed.load(Ordering::Relaxed)).max(1);
            self.since.store(since, Ordering::Relaxed);
        }
    }

    /// The client has moved so many bytes, which ends the wait.
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
    fn a_byte_now_and_then_does_not_end_a_delay() {
        let delay = Delay::default();
        for second in 1..=10 {
            delay.begin(second * 1_000);
            delay.end(second * 1_000 + 900, 1);
        }
        delay.begin(11_000);
        assert_eq!(delay.since(), Some(11_000 - 9_000));
    }

    #[test]
    fn a_steady_client_owes_nothing() {
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
